/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Property sets (MS-OLEPS) of compound files: who wrote a document and what it calls itself.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_SUMMARY_H
#define MAILTAP_ANALYSIS_INSPECT_SUMMARY_H

#include "analysis/inspect/inspect.h"

/* The stream "\5SummaryInformation": adds title, subject, author and who saved last. */
void summary_read(struct extractor *x, size_t index, struct slice stream);

#endif
