/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The syntax of PDF objects (ISO 32000-1, 7.2 and 7.3). Nothing is copied and no tree is built: a value is
 * the run of bytes it is written as, a dictionary the values of the keys that anybody asks for
 * (pdf_keys.def). Every function is linear in the bytes it is given.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_SYNTAX_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_SYNTAX_H

#include "base/buffer.h"
#include "base/slice.h"

enum pdf_key {
#define PDF_KEY(name) PDF_##name,
#include "analysis/inspect/pdf_keys.def"
#undef PDF_KEY
    PDF_KEY_COUNT
};

/* Values of one dictionary as written; empty where it does not have the key. */
struct pdf_dict {
    struct slice values[PDF_KEY_COUNT];
};

enum { PDF_DEPTH_MAX = 24 };

/* A dictionary or array that is being read. */
struct pdf_frame {
    bool is_array;
    int key;              /* whose value comes or has come; -1: none, -2: one that is not looked at */
    bool has_value;       /* that value has begun */
    const uint8_t *start; /* of the container */
    struct pdf_dict dict;
};

struct pdf_walker {
    struct pdf_frame frames[PDF_DEPTH_MAX];
    size_t depth;   /* frames in use */
    size_t skipped; /* containers deeper than that, which are passed over */
};

/* Called for every dictionary when its end is reached, the inner ones first; `depth` is 0 for the value's
 * own. */
typedef void (*pdf_dict_fn)(void *arg, const struct pdf_dict *dict, size_t depth);

/* Takes the first value (in an object of a file: the object) off the front of *rest and returns it; reports
 * its dictionaries. *whole says whether its end was there. */
struct slice pdf_walk(struct pdf_walker *w, struct slice *rest, pdf_dict_fn fn, void *arg, bool *whole);

/* Takes a token off the front: a name, string, number, word or delimiter; empty at the end. White space and
 * comments before it are passed over. */
struct slice pdf_next_token(struct slice *rest);

/* The bytes of a string "(...)" or "<...>", appended to `out`. */
void pdf_append_string(struct slice value, struct buffer *out);

/* True for the name, as "/JavaScript" or with letters as #xx. */
bool pdf_is_name(struct slice value, const char *name);

/* An integer; false when the value is none. */
bool pdf_read_int(struct slice value, int64_t *number);

/* The number of the object that "12 0 R" refers to; false when the value is no reference. */
bool pdf_read_reference(struct slice value, uint32_t *number);

static inline bool pdf_is_dict(struct slice value)
{
    return value.len >= 2 && value.ptr[0] == '<' && value.ptr[1] == '<';
}

static inline bool pdf_is_string(struct slice value)
{
    return value.len >= 1 && (value.ptr[0] == '(' || (value.ptr[0] == '<' && !pdf_is_dict(value)));
}

static inline bool pdf_is_white(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

#endif
