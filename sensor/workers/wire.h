/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values as bytes between processes of the same program: no versions, the machine's own byte order. One
 * function describes a structure for both directions, so that writing and reading cannot differ. Reading
 * trusts nothing: the error is sticky, values out of their range and counts beyond the bytes set it.
 */
#ifndef MAILTAP_SENSOR_WORKERS_WIRE_H
#define MAILTAP_SENSOR_WORKERS_WIRE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/cursor.h"

struct wire {
    struct buffer *out;  /* NULL: reading */
    struct cursor in;    /* reading: what is left, and the error */
    struct arena *arena; /* reading: slices are copied to it; NULL: they point into the bytes */
};

static inline struct wire wire_writer(struct buffer *out)
{
    return (struct wire){.out = out};
}

static inline struct wire wire_reader(struct slice bytes, struct arena *arena)
{
    return (struct wire){.in = cursor_make(bytes), .arena = arena};
}

static inline bool wire_is_reading(const struct wire *w)
{
    return !w->out;
}

/* Reading: the value was out of its range. */
static inline void wire_fail(struct wire *w)
{
    w->in.bad = true;
}

void wire_raw(struct wire *w, void *bytes, size_t len);
void wire_u64(struct wire *w, uint64_t *value);
void wire_slice(struct wire *w, struct slice *text);

/* A C string in an array of its own; always ends in a NUL. */
void wire_text(struct wire *w, char *text, size_t size);

/* The number of elements of an array: writing, `count`; reading, what was said, or 0 with the error when the
 * bytes left cannot hold so many of at least `min_bytes` each. */
size_t wire_count(struct wire *w, size_t count, size_t min_bytes);

/* A number as wire_u64(), but read as one of at most `max`: else 0 with the error. */
uint64_t wire_number(struct wire *w, uint64_t value, uint64_t max);

/* A number, flag or enum of any type, less than `end`; the lvalue stands for itself. */
#define WIRE_VALUE(w, lvalue, end)                                                                           \
    ((lvalue) = (__typeof__(lvalue))wire_number(w, (uint64_t)(lvalue), (uint64_t)(end)-1))

#define WIRE_NUMBER(w, lvalue) ((lvalue) = (__typeof__(lvalue))wire_number(w, (uint64_t)(lvalue), UINT64_MAX))
#define WIRE_FLAG(w, lvalue)   WIRE_VALUE(w, lvalue, 2)

#endif
