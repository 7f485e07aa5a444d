/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one way to read wire bytes. The error is sticky: after the first read past the end every read gives
 * zero (or an empty slice) and `bad` stays set, so a decoder reads like the format and checks once at its
 * end. Invariant: head <= data <= tail. A cursor borrows its bytes.
 */
#ifndef MAILTAP_BASE_CURSOR_H
#define MAILTAP_BASE_CURSOR_H

#include "base/slice.h"

struct cursor {
    const uint8_t *head, *data, *tail;
    bool bad;
};

static inline struct cursor cursor_make(struct slice s)
{
    if (!s.ptr) return (struct cursor){NULL, NULL, NULL, false}; /* NULL + 0 is not defined */
    return (struct cursor){s.ptr, s.ptr, s.ptr + s.len, false};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->tail - c->data);
}

/* Bytes read so far. */
static inline size_t cursor_offset(const struct cursor *c)
{
    return (size_t)(c->data - c->head);
}

/* The next `n` bytes, or NULL with the error set. */
static inline const uint8_t *cursor_bytes(struct cursor *c, size_t n)
{
    if (c->bad || cursor_left(c) < n) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *at = c->data;
    if (n > 0) c->data += n;
    return at;
}

static inline struct slice cursor_take(struct cursor *c, size_t n)
{
    const uint8_t *at = cursor_bytes(c, n);
    return slice_make(at, at ? n : 0);
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    (void)cursor_bytes(c, n);
}

/* Everything that is left; the cursor stands at its end afterwards. */
static inline struct slice cursor_rest(struct cursor *c)
{
    return cursor_take(c, c->bad ? 0 : cursor_left(c));
}

/* Cuts the bytes beyond the next `n` off, when there are more. */
static inline void cursor_limit(struct cursor *c, size_t n)
{
    if (n < cursor_left(c)) c->tail = c->data + n;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 1);
    return p ? p[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    return p ? (uint16_t)(p[1] << 8 | p[0]) : 0;
}

static inline uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0] : 0;
}

#endif
