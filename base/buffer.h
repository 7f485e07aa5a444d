/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A growing byte buffer with a maximum. It owns its memory; growth is by doubling, so appending is linear in
 * the input. Appending past the maximum keeps what fits, remembers the overflow, and returns STATUS_LIMIT.
 */
#ifndef MAILTAP_BASE_BUFFER_H
#define MAILTAP_BASE_BUFFER_H

#include "base/slice.h"
#include "base/status.h"

struct buffer {
    uint8_t *data;
    size_t len, max;
    bool overflowed;
    uint8_t cap_log2; /* see buffer_capacity() */
};

/* An empty buffer that never holds more than `max` bytes; nothing is allocated yet. */
static inline struct buffer buffer_make(size_t max)
{
    return (struct buffer){.max = max};
}

/* Bytes of memory it has, a power of two or 0. */
static inline size_t buffer_capacity(const struct buffer *b)
{
    return b->data ? (size_t)1 << b->cap_log2 : 0;
}

static inline struct slice buffer_slice(const struct buffer *b)
{
    return slice_make(b->data, b->len);
}

/* Makes room for `more` bytes beyond len (clamped to the maximum). */
void buffer_reserve(struct buffer *b, size_t more);

enum status buffer_append(struct buffer *b, struct slice bytes);
enum status buffer_append_byte(struct buffer *b, uint8_t byte);
enum status buffer_append_cstr(struct buffer *b, const char *text);
enum status buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a C string: ensures a NUL after it that len does not count. Lives until the next change. */
const char *buffer_cstr(struct buffer *b);

/* Takes the first `n` bytes out; linear in what remains. */
void buffer_consume(struct buffer *b, size_t n);

/* Empties it and keeps the memory. */
static inline void buffer_clear(struct buffer *b)
{
    b->len = 0;
    b->overflowed = false;
}

/* Releases the memory; the buffer is empty and usable afterwards. */
void buffer_free(struct buffer *b);

/* Hands the memory over to the caller, who free()s it; the buffer is empty afterwards. */
struct slice buffer_release(struct buffer *b);

#endif
