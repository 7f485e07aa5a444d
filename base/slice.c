/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Searches and comparisons on slices; see slice.h. Nothing here allocates.
 */
#include "base/slice.h"

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i])) return false;
    }
    return true;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_equal(slice_head(s, prefix.len), prefix);
}

bool slice_starts_nocase(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_equal_nocase(slice_head(s, prefix.len), prefix);
}

bool slice_ends_nocase(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_equal_nocase(slice_skip(s, s.len - suffix.len), suffix);
}

size_t slice_index(struct slice s, uint8_t byte)
{
    const uint8_t *hit = s.len > 0 ? memchr(s.ptr, byte, s.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : s.len;
}

size_t slice_find(struct slice s, struct slice needle)
{
    const uint8_t *hit = s.len > 0 ? memmem(s.ptr, s.len, needle.ptr, needle.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : s.len;
}

size_t slice_find_nocase(struct slice s, struct slice needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        if (slice_equal_nocase(slice_make(s.ptr + i, needle.len), needle)) return i;
    }
    return s.len;
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && ascii_is_space(s.ptr[0])) s = slice_skip(s, 1);
    while (s.len > 0 && ascii_is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

struct slice slice_next_token(struct slice *rest, uint8_t separator)
{
    if (!rest->ptr) return *rest;
    size_t end = slice_index(*rest, separator);
    struct slice token = slice_head(*rest, end);
    *rest = end < rest->len ? slice_skip(*rest, end + 1) : (struct slice){NULL, 0};
    return token;
}

bool slice_parse_u64(struct slice s, uint64_t *value)
{
    uint64_t n = 0;
    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i])) return false;
        if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, (uint64_t)(s.ptr[i] - '0'), &n))
            return false;
    }
    *value = n;
    return true;
}
