/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Workbooks of Excel's binary formats: records of BIFF (MS-XLS) in a stream, and of their successor (MS-XLSB)
 * in members of a package.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_BIFF_H
#define MAILTAP_ANALYSIS_INSPECT_BIFF_H

#include "analysis/inspect/inspect.h"

/* The stream "Workbook" or "Book". */
void biff_read(struct extractor *x, size_t index, struct slice stream);

/* A member "….bin" of a package: names of hidden sheets, DDE. */
void xlsb_read(struct extractor *x, size_t index, struct slice member, struct slice content);

#endif
