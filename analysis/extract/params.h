/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Content-Type and Content-Disposition: the value and its parameters (RFC 2045 5.1, RFC 2183, RFC 2231), read
 * with the tolerance of mail programs.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PARAMS_H
#define MAILTAP_ANALYSIS_EXTRACT_PARAMS_H

#include "analysis/extract/view.h"

enum { PARAMS_MAX = 64 };

struct param {
    struct slice name; /* as written, without "*0*" */
    struct slice raw;  /* the value as written, with its quotes */
    struct slice tail; /* what stands right behind the closing quote */
    int section;       /* RFC 2231 continuation, -1 for none */
    bool is_extended;  /* percent-encoded: the name ended in * */
};

struct params {
    struct slice value; /* "text/html", "attachment" */
    struct param items[PARAMS_MAX];
    size_t count;
};

/* The field without the blanks and comments before its value (RFC 5322 3.2.2). */
struct slice params_skip_comments(struct slice field);

/* Reads the field's value. Slices point into it. Linear; parameters beyond PARAMS_MAX are not read. */
void params_parse(struct slice field, struct params *params);

/* The decoded value of a parameter, in the arena; its ptr is NULL when the parameter is absent. */
struct slice params_text(struct extractor *x, const struct params *params, struct slice name);

/* All values that programs read for a parameter: the one of params_text() first, then those of its other
 * forms and repetitions, and of a value that some end earlier or later (a blank without quotes, text behind
 * the quotes). In the arena, may repeat. Returns how many of at most `max`. */
size_t params_readings(struct extractor *x, const struct params *params, struct slice name,
                       struct slice *readings, size_t max);

#endif
