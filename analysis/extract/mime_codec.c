/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of GMime; see mime_codec.h. The structure of mails is walked by parts.c instead of
 * GMimeParser, which builds an object for every part and header before any limit can stop it and reads each
 * part into a stream of its own.
 */
#include "analysis/extract/mime_codec.h"

#include <gmime/gmime.h>

#include "analysis/extract/base64.h"
#include "analysis/extract/quoted_printable.h"

void mime_codec_init(void)
{
    g_mime_init();
}

void mime_codec_shutdown(void)
{
    g_mime_shutdown();
}

enum mime_encoding mime_encoding_find(struct slice value)
{
    value = slice_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if (ascii_is_space(value.ptr[i]) || value.ptr[i] == ';' || value.ptr[i] == '(') value.len = i;
    }
    if (slice_equal_nocase(value, SLICE("base64"))) return MIME_BASE64;
    if (slice_equal_nocase(value, SLICE("quoted-printable"))) return MIME_QUOTED_PRINTABLE;
    if (slice_equal_nocase(value, SLICE("x-uuencode")) || slice_equal_nocase(value, SLICE("uuencode")) ||
        slice_equal_nocase(value, SLICE("x-uue"))) {
        return MIME_UUENCODE;
    }
    return MIME_IDENTITY;
}

/* The body without the lines of text that lists and scanners put behind it: what follows the padding and is
 * no base64. */
static struct slice without_footer(struct slice body)
{
    enum { LOOK_BYTES = 400 };
    size_t end = slice_index(body, '=');
    while (end < body.len && (body.ptr[end] == '=' || ascii_is_space(body.ptr[end]))) end++;
    struct slice rest = slice_head(slice_skip(body, end), LOOK_BYTES);
    for (size_t i = 0; i < rest.len; i++) {
        uint8_t c = rest.ptr[i];
        bool is_text = c == ' ' && i + 1 < rest.len && ascii_is_alpha(rest.ptr[i + 1]);
        if (is_text || c == '-' || c == '_') return slice_head(body, end);
    }
    return body;
}

static void decode_base64(struct slice body, struct buffer *out)
{
    body = without_footer(body);
    struct base64_state state = {0};
    enum { STEP_BYTES = 65536 };
    while (body.len > 0 && !out->overflowed) {
        struct slice piece = slice_head(body, STEP_BYTES);
        buffer_reserve(out, piece.len / 4 * 3 + 6);
        if (buffer_capacity(out) - out->len < piece.len / 4 * 3 + 6) {
            out->overflowed = true;
            return;
        }
        out->len += base64_decode(&state, piece, out->data + out->len);
        body = slice_skip(body, piece.len);
    }
    uint8_t rest[3];
    size_t len = base64_finish(&state, rest);
    (void)buffer_append(out, slice_make(rest, len));
}

/* One line: its first character says how many bytes it holds. Blanks at its end may have been lost. */
static void decode_uu_line(struct slice line, struct buffer *out)
{
    size_t left = line.len > 0 ? (line.ptr[0] - 0x20u) & 0x3f : 0;
    for (size_t i = 1; left > 0 && i < line.len; i += 4) {
        uint32_t bits = 0;
        for (size_t n = 0; n < 4; n++) {
            uint8_t c = i + n < line.len ? line.ptr[i + n] : ' ';
            bits = bits << 6 | ((c - 0x20u) & 0x3f);
        }
        uint8_t bytes[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
        size_t len = left < 3 ? left : 3;
        (void)buffer_append(out, slice_make(bytes, len));
        left -= len;
    }
}

static void decode_uu(struct slice body, struct buffer *out)
{
    if (slice_starts(body, SLICE("begin "))) body = slice_skip(body, slice_index(body, '\n') + 1);
    while (body.len > 0 && !out->overflowed) {
        size_t len = slice_index(body, '\n');
        struct slice line = slice_head(body, len);
        body = slice_skip(body, len + 1);
        if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
        if (slice_equal(line, SLICE("end"))) return;
        decode_uu_line(line, out);
    }
}

void mime_decode_body(enum mime_encoding encoding, struct slice body, struct buffer *out)
{
    switch (encoding) {
    case MIME_BASE64: decode_base64(body, out); break;
    case MIME_QUOTED_PRINTABLE: quoted_printable_decode(body, out); break;
    case MIME_UUENCODE: decode_uu(body, out); break;
    case MIME_IDENTITY: break;
    }
}

bool mime_parse_date(const char *value, int64_t *seconds)
{
    enum { DATE_MAX_BYTES = 256 };
    if (strnlen(value, DATE_MAX_BYTES) == DATE_MAX_BYTES) return false;
    GDateTime *date = g_mime_utils_header_decode_date(value);
    if (!date) return false;
    *seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return true;
}
