/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header of the mail itself: every field decoded, addresses, subject, date.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HEADERS_H
#define MAILTAP_ANALYSIS_EXTRACT_HEADERS_H

#include "analysis/extract/parts.h"

/* Reads the header of the mail into the message and the root, of which it sets header and body. */
void headers_read(struct extractor *x, struct slice mail, struct parts_root *root);

#endif
