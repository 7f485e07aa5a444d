/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 decoding and escaping; see utf8.h.
 */
#include "base/utf8.h"

/* Length of the sequence that `lead` opens, with the smallest code point it may carry; 0 for a bad lead byte.
 */
static size_t sequence_len(uint8_t lead, int32_t *bits, int32_t *smallest)
{
    if (lead >= 0xc2 && lead <= 0xdf) {
        *bits = lead & 0x1f;
        *smallest = 0x80;
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        *bits = lead & 0x0f;
        *smallest = 0x800;
        return 3;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        *bits = lead & 0x07;
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

int32_t utf8_next(struct slice *rest)
{
    uint8_t lead = rest->ptr[0];
    int32_t bits = 0, smallest = 0;
    if (lead < 0x80) {
        *rest = slice_skip(*rest, 1);
        return lead;
    }
    size_t len = sequence_len(lead, &bits, &smallest);
    bool good = len > 0 && rest->len >= len;
    for (size_t i = 1; good && i < len; i++) {
        good = (rest->ptr[i] & 0xc0) == 0x80;
        bits = bits << 6 | (rest->ptr[i] & 0x3f);
    }
    good = good && bits >= smallest && bits <= 0x10ffff && (bits < 0xd800 || bits > 0xdfff);
    *rest = slice_skip(*rest, good ? len : 1);
    return good ? bits : UTF8_BAD;
}

bool utf8_valid(struct slice s)
{
    while (s.len > 0) {
        if (utf8_next(&s) == UTF8_BAD) return false;
    }
    return true;
}

void utf8_append(struct buffer *out, int32_t c)
{
    uint8_t bytes[4];
    size_t len = 0;
    if (c < 0x80) {
        bytes[len++] = (uint8_t)c;
    } else if (c < 0x800) {
        bytes[len++] = (uint8_t)(0xc0 | c >> 6);
        bytes[len++] = (uint8_t)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        bytes[len++] = (uint8_t)(0xe0 | c >> 12);
        bytes[len++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (uint8_t)(0x80 | (c & 0x3f));
    } else {
        bytes[len++] = (uint8_t)(0xf0 | c >> 18);
        bytes[len++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
        bytes[len++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (uint8_t)(0x80 | (c & 0x3f));
    }
    (void)buffer_append(out, slice_make(bytes, len));
}

bool utf8_is_unsafe(int32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;
    if (c < 0x61c) return c == 0xad;
    if (c == 0x61c || c == 0x180e || c == 0xfeff) return true;
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069))
        return true;
    return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) || (c >= 0xe0000 && c <= 0xe007f) ||
           (c >= 0xfff9 && c <= 0xfffb);
}

void utf8_escape(struct buffer *out, struct slice text)
{
    while (text.len > 0) {
        struct slice at = text;
        int32_t c = utf8_next(&text);
        if (c == UTF8_BAD) {
            (void)buffer_printf(out, "\\x%02x", at.ptr[0]);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            (void)buffer_append_cstr(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        } else if (utf8_is_unsafe(c)) {
            (void)buffer_printf(out, "\\u{%x}", (unsigned)c);
        } else {
            (void)buffer_append(out, slice_head(at, at.len - text.len));
        }
    }
}

void utf8_repair(struct buffer *out, struct slice text)
{
    while (text.len > 0) {
        struct slice at = text;
        int32_t c = utf8_next(&text);
        if (c == UTF8_BAD) {
            (void)buffer_printf(out, "\\x%02x", at.ptr[0]);
        } else {
            (void)buffer_append(out, slice_head(at, at.len - text.len));
        }
    }
}

struct slice utf8_head(struct slice text, size_t max)
{
    if (text.len <= max) return text;
    while (max > 0 && (text.ptr[max] & 0xc0) == 0x80) max--;
    return slice_head(text, max);
}
