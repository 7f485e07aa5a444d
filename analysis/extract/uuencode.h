/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that stand uuencoded between the lines of a plain text ("begin 644 name" to "end", POSIX uuencode).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_UUENCODE_H
#define MAILTAP_ANALYSIS_EXTRACT_UUENCODE_H

#include "analysis/extract/view.h"

/* Adds every such file to the view; its path is the text's with the name behind. Linear. */
void uuencode_find_files(struct extractor *x, struct slice text, struct slice path);

#endif
