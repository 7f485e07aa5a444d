/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of GMime; see mime_codec.h. The structure of mails is walked by parts.c instead of
 * GMimeParser, which builds an object for every part and header before any limit can stop it and reads each
 * part into a stream of its own.
 */
#include "analysis/extract/mime_codec.h"

#include <gmime/gmime.h>

#include "analysis/extract/base64.h"

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

static void decode_base64(struct slice body, struct buffer *out)
{
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

static void decode_with_gmime(GMimeContentEncoding encoding, struct slice body, struct buffer *out)
{
    enum { STEP_BYTES = 65536 };
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, encoding);
    while (body.len > 0 && !out->overflowed) {
        struct slice piece = slice_head(body, STEP_BYTES);
        size_t need = g_mime_encoding_outlen(&state, piece.len) + 16;
        buffer_reserve(out, need);
        if (buffer_capacity(out) - out->len < need) {
            out->overflowed = true;
            return;
        }
        out->len +=
            g_mime_encoding_step(&state, (const char *)piece.ptr, piece.len, (char *)out->data + out->len);
        body = slice_skip(body, piece.len);
    }
    char rest[64];
    size_t len = g_mime_encoding_flush(&state, "", 0, rest);
    (void)buffer_append(out, slice_make(rest, len));
}

void mime_decode_body(enum mime_encoding encoding, struct slice body, struct buffer *out)
{
    switch (encoding) {
    case MIME_BASE64: decode_base64(body, out); break;
    case MIME_QUOTED_PRINTABLE: decode_with_gmime(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, body, out); break;
    case MIME_UUENCODE:
        if (slice_starts(body, SLICE("begin "))) body = slice_skip(body, slice_index(body, '\n') + 1);
        decode_with_gmime(GMIME_CONTENT_ENCODING_UUENCODE, body, out);
        break;
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
