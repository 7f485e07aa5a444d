/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTML parts: what the reader sees, where the links go, what the forms ask for.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HTML_H
#define MAILTAP_ANALYSIS_EXTRACT_HTML_H

#include "analysis/extract/view.h"

/* Fills text, forms and has_script of `part` and adds its links. `html` is valid UTF-8 in memory that may be
 * changed. */
void html_read(struct extractor *x, struct slice html, struct text_part *part);

/* The charset that a <meta> names in the first kilobytes; empty when none does. */
struct slice html_find_charset(struct slice html);

/* Blanks tags out, in place, that would make the parser's tree deeper than html_depth_max or larger than
 * html_nodes_max, and cuts what comes after the latter. Notes the limits. Linear. */
struct slice html_bound_tree(struct extractor *x, struct slice html, struct slice where);

#endif
