/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Declared charsets and the conversion itself; see charset.h. The guess is in charset_guess.c, the decoding
 * of the Japanese multibyte charsets in japanese.c.
 */
#include "analysis/extract/charset.h"

#include <errno.h>
#include <iconv.h>

#include "analysis/extract/japanese.h"
#include "base/utf8.h"

struct charset_row {
    const char *iconv_name;
    const char *names;
};

static const struct charset_row rows[CHARSET_COUNT] = {
    [CHARSET_NONE] = {NULL, ""},
#define CHARSET(id, iconv_name, names) [CHARSET_##id] = {iconv_name, names},
#include "analysis/extract/charset.def"
#undef CHARSET
};

/* Kept open from init to shutdown, never used to convert. */
static iconv_t pinned[CHARSET_COUNT];

void charset_init(void)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        if (rows[i].iconv_name && !pinned[i]) pinned[i] = iconv_open("UTF-8", rows[i].iconv_name);
    }
}

void charset_shutdown(void)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        if (pinned[i] && pinned[i] != (iconv_t)-1) (void)iconv_close(pinned[i]);
        pinned[i] = NULL;
    }
}

void charsets_close(struct charsets *c)
{
    for (size_t i = 0; i < CHARSET_COUNT; i++) {
        if (c->converters[i] && c->converters[i] != (void *)-1) (void)iconv_close((iconv_t)c->converters[i]);
    }
    buffer_free(&c->runs);
    *c = (struct charsets){.runs = c->runs};
}

static bool is_filler(uint8_t byte)
{
    return byte == '-' || byte == '_' || byte == '.' || byte == ' ';
}

/* Equality without regard to case and fillers. */
static bool names_equal(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && is_filler(a.ptr[i])) i++;
        while (j < b.len && is_filler(b.ptr[j])) j++;
        if (i == a.len || j == b.len) return i == a.len && j == b.len;
        if (ascii_lower(a.ptr[i++]) != ascii_lower(b.ptr[j++])) return false;
    }
}

enum charset charset_find(struct slice name)
{
    enum { NAME_MAX_BYTES = 64 };
    if (name.len == 0 || name.len > NAME_MAX_BYTES) return CHARSET_NONE;
    for (size_t i = 1; i < CHARSET_COUNT; i++) {
        struct slice rest = slice_from_cstr(rows[i].names);
        for (struct slice alias; (alias = slice_next_token(&rest, ' ')).ptr;) {
            if (names_equal(alias, name)) return (enum charset)i;
        }
    }
    return CHARSET_NONE;
}

bool charset_is_ascii(struct slice bytes)
{
    size_t i = 0;
    for (; i + 8 <= bytes.len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes.ptr + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) return false;
    }
    for (; i < bytes.len; i++) {
        if (bytes.ptr[i] >= 0x80) return false;
    }
    return true;
}

static uint64_t repair(struct slice bytes, struct buffer *out)
{
    uint64_t bad = 0;
    struct slice rest = bytes;
    const uint8_t *good = bytes.ptr;
    while (rest.len > 0) {
        const uint8_t *at = rest.ptr;
        if (*at < 0x80) {
            rest = slice_make(at + 1, rest.len - 1);
        } else if (utf8_next(&rest) == UTF8_BAD) {
            (void)buffer_append(out, slice_make(good, (size_t)(at - good)));
            (void)buffer_printf(out, "\\x%02x", *at);
            good = rest.ptr;
            bad++;
        }
    }
    if (bytes.len > 0) (void)buffer_append(out, slice_make(good, (size_t)(bytes.ptr + bytes.len - good)));
    return bad;
}

static iconv_t converter(struct charsets *c, enum charset charset)
{
    if (!c->converters[charset]) c->converters[charset] = iconv_open("UTF-8", rows[charset].iconv_name);
    return (iconv_t)c->converters[charset];
}

/* Makes room for at least one character more; false when the maximum is reached. */
static bool make_room(struct buffer *out, size_t want)
{
    buffer_reserve(out, want);
    if (out->max - out->len >= 8) return true;
    out->overflowed = true;
    return false;
}

/* Escapes the byte that could not be converted, with its second half where a pair is unassigned. */
static size_t escape_pair(const char *in, size_t left, struct buffer *out)
{
    size_t len = left > 1 && ((uint8_t)in[0] & 0x80) && ((uint8_t)in[1] & 0x80) ? 2 : 1;
    for (size_t i = 0; i < len; i++) (void)buffer_printf(out, "\\x%02x", (uint8_t)in[i]);
    return len;
}

static uint64_t convert_with(iconv_t cd, struct slice bytes, struct buffer *out)
{
    uint64_t bad = 0;
    char *in = (char *)(uintptr_t)bytes.ptr;
    size_t left = bytes.len;
    (void)iconv(cd, NULL, NULL, NULL, NULL);
    while (left > 0 && make_room(out, left + left / 2 + 16)) {
        char *to = (char *)out->data + out->len;
        size_t end = buffer_capacity(out) - 1;
        size_t room = (end < out->max ? end : out->max) - out->len;
        size_t before = room;
        size_t result = iconv(cd, &in, &left, &to, &room);
        out->len += before - room;
        if (result != (size_t)-1 || errno == E2BIG || left == 0) continue;
        size_t len = escape_pair(in, left, out);
        in += len;
        left -= len;
        bad += len;
    }
    return bad;
}

uint64_t charset_convert(struct charsets *c, enum charset charset, struct slice bytes, struct buffer *out)
{
    if (charset == CHARSET_ISO2022JP) return japanese_decode_jis(c, bytes, out);
    if (charset == CHARSET_EUCJP) return japanese_decode_euc(c, bytes, out);
    if (!rows[charset].iconv_name) return repair(bytes, out);
    iconv_t cd = converter(c, charset);
    return cd == (iconv_t)-1 ? repair(bytes, out) : convert_with(cd, bytes, out);
}

/* True for charsets in which seven-bit bytes do not stand for themselves. */
static bool is_seven_bit_code(enum charset charset)
{
    return charset == CHARSET_ISO2022JP || charset == CHARSET_ISO2022JP2 || charset == CHARSET_ISO2022JP3 ||
           charset == CHARSET_ISO2022KR || charset == CHARSET_ISO2022CN || charset == CHARSET_UTF7 ||
           (charset >= CHARSET_UTF16 && charset <= CHARSET_UTF32);
}

/* Charsets whose every byte string is valid, or nearly: bytes that are UTF-8 are taken for UTF-8 before
 * these. */
static bool accepts_anything(enum charset charset)
{
    return charset == CHARSET_WINDOWS1252 || charset == CHARSET_CP932 || charset >= CHARSET_WINDOWS1250;
}

/* By the bytes alone. */
static enum charset guess(struct slice bytes)
{
    enum charset charset = charset_guess(bytes);
    if (charset != CHARSET_NONE || charset_is_nearly_utf8(bytes)) return charset;
    return charset_guess_foreign(bytes);
}

static enum charset choose(enum charset declared, struct slice bytes)
{
    if (declared == CHARSET_UTF8 && utf8_valid(bytes)) return CHARSET_UTF8;
    if (declared == CHARSET_NONE || declared == CHARSET_ASCII || declared == CHARSET_UTF8)
        return guess(bytes);
    if (accepts_anything(declared) && (utf8_valid(bytes) || charset_is_nearly_utf8(bytes)))
        return CHARSET_UTF8;
    return declared;
}

/* Converts as declared; when that leaves bytes over and the guess does not, the guess stands instead. */
static enum charset convert_declared(struct charsets *c, enum charset charset, struct slice bytes,
                                     struct buffer *out)
{
    size_t before = out->len;
    uint64_t bad = charset_convert(c, charset, bytes, out);
    if (bad == 0) return charset;
    enum charset guess = charset_guess(bytes);
    if (guess != CHARSET_NONE && guess != CHARSET_ASCII && guess != charset) {
        struct buffer second = buffer_make(out->max - before);
        uint64_t second_bad = charset_convert(c, guess, bytes, &second);
        if (second_bad < bad) {
            out->len = before;
            (void)buffer_append(out, buffer_slice(&second));
            charset = guess;
            bad = second_bad;
        }
        buffer_free(&second);
    }
    c->undecodable_bytes += bad;
    return charset;
}

void charset_decode(struct charsets *c, struct slice declared, struct slice bytes, struct buffer *out)
{
    if (bytes.len == 0) return;
    enum charset said = charset_find(declared);
    if (!is_seven_bit_code(said) && charset_is_ascii(bytes) && !memchr(bytes.ptr, 0x1b, bytes.len)) {
        (void)buffer_append(out, bytes);
        return;
    }
    enum charset charset = choose(said, bytes);
    if (charset != CHARSET_NONE)
        charset = convert_declared(c, charset, bytes, out);
    else
        c->undecodable_bytes += repair(bytes, out);
    if (charset != said && charset != CHARSET_ASCII) c->undeclared++;
}
