/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One MIME entity: its header fields and where its body lies (RFC 5322 2.2, RFC 2045 3).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_ENTITY_H
#define MAILTAP_ANALYSIS_EXTRACT_ENTITY_H

#include "analysis/extract/params.h"

/* The fields that say what an entity is: raw values, the first of each name, empty when absent; and of those
 * that are there more than once, the last, because some programs take that. Borrowed. */
struct entity {
    struct slice content_type, disposition, encoding, content_id;
    struct slice last_content_type, last_disposition, last_encoding, last_content_id;
    struct slice boundary; /* to be used instead of the one that content_type names */
    struct slice path;
    unsigned alternative; /* number of the multipart/alternative around it; 0: none */
};

/* Where some programs end a header: at its first line that is no field. */
struct header_break {
    struct entity entity; /* what the fields before it say */
    struct slice body;    /* from that line on */
    size_t field_count;   /* fields behind it */
    bool seen;
};

struct header_field {
    struct slice name, value; /* as written; the value with its folds, without the line end */
};

/* Takes one line off *rest and returns it with its line end. */
struct slice entity_next_line(struct slice *rest);

/* Without the line feed, or carriage return and line feed, at its end. */
struct slice entity_strip_eol(struct slice line);

/* Takes the next field off *rest: STATUS_OK. STATUS_LIMIT: the header is over; an empty line that ends it was
 * taken. STATUS_BAD: a line that is no field, not taken. */
enum status entity_next_field(struct slice *rest, struct header_field *field);

/* Notes a line that is no field, at the start of `rest`. */
void entity_note_break(struct header_break *at, const struct entity *entity, struct slice rest);

/* Notes a field behind such a line. */
static inline void entity_count_field(struct header_break *at)
{
    at->field_count += at->seen;
}

/* Where the body begins, when the header's own end leads to `body`: lines that are no fields and behind which
 * no field stands are not of the header, whose empty line is missing. */
struct slice entity_find_body(const struct header_break *at, struct slice body);

/* True when the two are the same kind of thing in the same encoding, by the same bytes. */
bool entity_same_fields(const struct entity *a, const struct entity *b);

/* True when the entity's media type begins so, in any case. */
bool entity_is_type(const struct entity *entity, struct slice type);

/* Keeps the field when it is one of the four. */
void entity_note_field(struct entity *entity, const struct header_field *field);

#endif
