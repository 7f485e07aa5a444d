/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A borrowed run of bytes. Wire data is always a slice, never a NUL-terminated string: NUL is a legal byte.
 * A slice owns nothing; it lives as long as the memory it points into.
 */
#ifndef MAILTAP_BASE_SLICE_H
#define MAILTAP_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *ptr;
    size_t len;
};

/* A slice of a string literal, without its NUL. */
#define SLICE(literal) ((struct slice){(const uint8_t *)("" literal), sizeof(literal) - 1})

static inline struct slice slice_make(const void *ptr, size_t len)
{
    return (struct slice){(const uint8_t *)ptr, len};
}

/* The same as an initialiser of static data. */
#define SLICE_INIT(literal)                                                                                  \
    {                                                                                                        \
        (const uint8_t *)("" literal), sizeof(literal) - 1                                                   \
    }

/* The bytes of a C string; NULL gives the empty slice. */
static inline struct slice slice_from_cstr(const char *text)
{
    return slice_make(text, text ? strlen(text) : 0);
}

/* The bytes from `from` on; empty when `from` is past the end. */
static inline struct slice slice_skip(struct slice s, size_t from)
{
    if (from > s.len) from = s.len;
    return s.ptr ? slice_make(s.ptr + from, s.len - from) : s;
}

/* At most the first `len` bytes. */
static inline struct slice slice_head(struct slice s, size_t len)
{
    return slice_make(s.ptr, len < s.len ? len : s.len);
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII-only lower case, independent of the locale. */
static inline uint8_t ascii_lower(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') ? (uint8_t)(c | 0x20) : c;
}

static inline bool ascii_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(uint8_t c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static inline bool ascii_is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Equality without regard to ASCII case. */
bool slice_equal_nocase(struct slice a, struct slice b);

bool slice_starts(struct slice s, struct slice prefix);
bool slice_starts_nocase(struct slice s, struct slice prefix);
bool slice_ends_nocase(struct slice s, struct slice suffix);

/* Offset of the first `byte`, or s.len when there is none. */
size_t slice_index(struct slice s, uint8_t byte);

/* Offset of the first occurrence of `needle` (not empty), or s.len; the second form ignores ASCII case. */
size_t slice_find(struct slice s, struct slice needle);
size_t slice_find_nocase(struct slice s, struct slice needle);

/* Without ASCII white space at both ends. */
struct slice slice_trim(struct slice s);

/* Cuts the first token ended by `separator` off *rest and returns it; when none is left returns a slice with
 * ptr == NULL. An empty token between two separators is returned as an empty slice with a pointer. */
struct slice slice_next_token(struct slice *rest, uint8_t separator);

/* Reads an unsigned decimal number that fills the whole slice. Returns false on anything else or on overflow.
 */
bool slice_parse_u64(struct slice s, uint64_t *value);

#endif
