/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The forms of one HTML part while its tree is walked.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HTML_FORM_H
#define MAILTAP_ANALYSIS_EXTRACT_HTML_FORM_H

#include "analysis/extract/view.h"

#define HTML_FORM_NONE SIZE_MAX

struct html_forms {
    struct html_form *items;
    size_t count, cap;
    size_t current; /* open form, or HTML_FORM_NONE */
    bool has_loose; /* the last form stands for inputs outside of any form */
};

void html_form_open(struct extractor *x, struct html_forms *forms, struct slice action);

void html_form_close(struct html_forms *forms);

/* Counts an input of the open form. One outside of any form (a page whose script sends it) belongs to a form
 * of its own without action. */
void html_form_input(struct extractor *x, struct html_forms *forms, struct slice type, struct slice name,
                     struct slice id, bool is_button);

#endif
