/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fields of word processor documents (ECMA-376-1 17.16): the instruction that a field holds, put together
 * from the pieces it is stored in and from the fields nested in it. The formats differ only in how they mark
 * begin, separator and end.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_FIELDS_H
#define MAILTAP_ANALYSIS_INSPECT_FIELDS_H

#include "analysis/inspect/inspect.h"

enum { FIELDS_DEPTH = 32 };

struct fields {
    struct extractor *x;
    size_t index; /* of the file that gets the facts */
    struct buffer text;
    size_t starts[FIELDS_DEPTH]; /* where the text of each open field begins */
    bool in_result[FIELDS_DEPTH];
    size_t depth; /* may be larger: deeper fields are passed over */
};

/* Owns memory until fields_finish(), which also reads fields that were never closed. */
struct fields fields_make(struct extractor *x, size_t index);
void fields_finish(struct fields *fields);

void fields_begin(struct fields *fields);
void fields_text(struct fields *fields, struct slice text);
void fields_char(struct fields *fields, unsigned character);
void fields_separate(struct fields *fields);
void fields_end(struct fields *fields);

/* Forgets the fields that are open. */
void fields_reset(struct fields *fields);

/* A whole instruction: adds FACT_DDE, FACT_EXTERNAL_RELATION or a link when it is of such a field. */
void fields_read_instruction(struct extractor *x, size_t index, struct slice instruction);

#endif
