/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folding; see fold.h. ASCII runs, kana and ideographs, which NFKC leaves alone, go the short way; GLib
 * normalises the rest.
 */
#include "analysis/extract/fold.h"

#include <glib.h>

#include "base/utf8.h"

struct folder {
    struct buffer *joined, *words;
};

static bool is_invisible(int32_t c)
{
    return c == 0xad || c == 0x34f || c == 0x180e || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || (c >= 0xfe00 && c <= 0xfe0f) ||
           (c >= 0xe0000 && c <= 0xe0fff); /* tags and further variation selectors */
}

static bool is_wide_blank(int32_t c)
{
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Hiragana, katakana, CJK ideographs and their common signs: not changed by NFKC and without case. The
 * combining sound marks U+3099 and U+309A, and U+309B/C, are not among them. */
static bool is_stable(int32_t c)
{
    return (c >= 0x3001 && c <= 0x3020) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x309d && c <= 0x309e) ||
           (c >= 0x30a0 && c <= 0x30fe) || (c >= 0x4e00 && c <= 0x9fff);
}

static void put_blank(struct folder *f)
{
    if (f->words->len > 0 && f->words->data[f->words->len - 1] != ' ')
        (void)buffer_append_byte(f->words, ' ');
}

static void put_both(struct folder *f, struct slice text)
{
    (void)buffer_append(f->joined, text);
    (void)buffer_append(f->words, text);
}

/* A run of ASCII: words are copied in pieces. */
static size_t fold_ascii(struct folder *f, struct slice s)
{
    uint8_t piece[256];
    size_t i = 0, len = 0;
    for (; i < s.len && s.ptr[i] < 0x80; i++) {
        uint8_t c = s.ptr[i];
        bool blank = ascii_is_space(c);
        if (!blank) piece[len++] = ascii_lower(c);
        if (len == sizeof piece || (blank && len > 0)) {
            put_both(f, slice_make(piece, len));
            len = 0;
        }
        if (blank) put_blank(f);
    }
    put_both(f, slice_make(piece, len));
    return i;
}

/* Takes the longest run of stable characters; 0 when the first is none. */
static size_t fold_stable(struct folder *f, struct slice s)
{
    struct slice rest = s;
    size_t end = 0;
    while (rest.len > 0 && rest.ptr[0] >= 0xe3) {
        int32_t c = utf8_next(&rest);
        bool combines = c == 0x3099 || c == 0x309a;
        if (combines) end = end > 3 ? end - 3 : 0; /* belongs to the character before */
        if (!is_stable(c)) break;
        end = s.len - rest.len;
    }
    put_both(f, slice_head(s, end));
    return end;
}

static void put_normalized(struct folder *f, const char *normal)
{
    struct slice rest = slice_from_cstr(normal);
    while (rest.len > 0) {
        struct slice at = rest;
        int32_t c = utf8_next(&rest);
        if (is_invisible(c)) continue;
        if (is_wide_blank(c) || (c < 0x80 && ascii_is_space((uint8_t)c))) {
            put_blank(f);
            continue;
        }
        int32_t lower = c < 0x80 ? ascii_lower((uint8_t)c) : (int32_t)g_unichar_tolower((gunichar)c);
        uint8_t bytes[8];
        struct slice text = slice_head(at, at.len - rest.len);
        if (lower != c) text = slice_make(bytes, (size_t)g_unichar_to_utf8((gunichar)lower, (char *)bytes));
        put_both(f, text);
    }
}

/* Everything else: up to the next ASCII or stable character, but one character at least, and not without end.
 */
static size_t fold_other(struct folder *f, struct slice s)
{
    enum { RUN_MAX_BYTES = 4096 };
    struct slice rest = s;
    size_t end = 0;
    while (rest.len > 0 && rest.ptr[0] >= 0x80 && end < RUN_MAX_BYTES) {
        int32_t c = utf8_next(&rest);
        struct slice after = rest;
        int32_t next = after.len > 0 && after.ptr[0] >= 0x80 ? utf8_next(&after) : 0;
        bool combines = next == 0x3099 || next == 0x309a;
        if (end > 0 && is_stable(c) && !combines) break;
        end = s.len - rest.len;
    }
    char *normal = g_utf8_normalize((const char *)s.ptr, (gssize)end, G_NORMALIZE_ALL_COMPOSE);
    if (normal)
        put_normalized(f, normal);
    else
        put_both(f, slice_head(s, end));
    g_free(normal);
    return end;
}

void fold_append(struct slice text, struct buffer *joined, struct buffer *words)
{
    struct folder f = {joined, words};
    while (text.len > 0 && !joined->overflowed && !words->overflowed) {
        size_t taken = text.ptr[0] < 0x80 ? fold_ascii(&f, text) : fold_stable(&f, text);
        if (taken == 0) taken = fold_other(&f, text);
        text = slice_skip(text, taken);
    }
}
