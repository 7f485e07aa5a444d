/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Excel 4.0 macros ("XLM"): formulas of a sheet of their own, in all of Excel's formats.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_XLM_H
#define MAILTAP_ANALYSIS_INSPECT_XLM_H

#include "analysis/inspect/inspect.h"

/* A formula's text: FACT_XLM when it calls a function that starts, fetches, writes or hides something. */
void xlm_read_formula(struct extractor *x, size_t index, struct slice formula);

/* The same for a formula's tokens (BIFF 5 to 8). The fact names the functions and what they are given. */
void xlm_read_tokens(struct extractor *x, size_t index, struct slice tokens, bool is_version_8);

/* A defined name: FACT_AUTO_EXEC when Excel runs what it stands for on its own. */
void xlm_read_name(struct extractor *x, size_t index, struct slice name);

/* Name of a worksheet function or a macro command by its number in formula tokens, or NULL when it is none
 * that matters. A constant. */
const char *xlm_function_name(unsigned number, bool is_command);

#endif
