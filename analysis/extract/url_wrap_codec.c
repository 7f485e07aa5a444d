/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See url_wrap_codec.h. The encodings of Proofpoint are documented by their maker's decoder script.
 */
#include "analysis/extract/url_wrap_codec.h"

#include "analysis/extract/base64.h"
#include "base/utf8.h"

enum { WRAPPED_MAX_BYTES = 8192 };

static int hex_digit(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends the text with `escape`XX undone. */
static void append_decoded(struct buffer *out, struct slice text, uint8_t escape)
{
    for (size_t i = 0; i < text.len; i++) {
        bool pair = text.ptr[i] == escape && i + 2 < text.len;
        int high = pair ? hex_digit(text.ptr[i + 1]) : -1, low = pair ? hex_digit(text.ptr[i + 2]) : -1;
        bool decoded = high >= 0 && low >= 0;
        (void)buffer_append_byte(out, decoded ? (uint8_t)(high << 4 | low) : text.ptr[i]);
        if (decoded) i += 2;
    }
}

static void decode_plain(const struct url_wrapped *w, struct buffer *out)
{
    append_decoded(out, w->value, '%');
}

static void append_base64(struct slice text, struct buffer *out)
{
    struct base64_state state = {0};
    struct buffer standard = buffer_make(text.len + 8);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        (void)buffer_append_byte(&standard, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    buffer_reserve(out, text.len + 8);
    out->len = base64_decode(&state, buffer_slice(&standard), out->data);
    out->len += base64_finish(&state, out->data + out->len);
    buffer_free(&standard);
}

static void decode_base64url(const struct url_wrapped *w, struct buffer *out)
{
    append_base64(w->value, out);
}

/* "a1" and base64url. */
static void decode_bing(const struct url_wrapped *w, struct buffer *out)
{
    append_base64(slice_skip(w->value, 2), out);
}

/* "https-3A__host_path": - for %, _ for /. */
static void decode_proofpoint2(const struct url_wrapped *w, struct buffer *out)
{
    struct buffer swapped = buffer_make(w->value.len + 8);
    for (size_t i = 0; i < w->value.len; i++) {
        (void)buffer_append_byte(&swapped, w->value.ptr[i] == '_' ? '/' : w->value.ptr[i]);
    }
    append_decoded(out, buffer_slice(&swapped), '-');
    buffer_free(&swapped);
}

/* "__https://host/path__;…!!…": * stands for characters kept elsewhere. */
static void decode_proofpoint3(const struct url_wrapped *w, struct buffer *out)
{
    if (!slice_starts(w->value, SLICE("__"))) return;
    struct slice inner = slice_skip(w->value, 2);
    inner = slice_head(inner, slice_find(inner, SLICE("__;")));
    size_t colon = slice_index(inner, ':');
    if (colon + 2 < inner.len && inner.ptr[colon + 1] == '/' && inner.ptr[colon + 2] != '/') {
        (void)buffer_append(out, slice_head(inner, colon + 1));
        (void)buffer_append_byte(out, '/');
        inner = slice_skip(inner, colon + 1);
    }
    (void)buffer_append(out, inner);
}

/* Up to the scheme of an address in a path, or nothing. */
static size_t scheme_in_path(struct slice path)
{
    size_t plain = slice_find_nocase(path, SLICE("http:/")),
           secure = slice_find_nocase(path, SLICE("https:/"));
    return plain < secure ? plain : secure;
}

/* ".../https://host/path" or "host/path". */
static void decode_path(const struct url_wrapped *w, struct buffer *out)
{
    struct buffer plain = buffer_make(w->value.len + 8);
    append_decoded(&plain, w->value, '%');
    struct slice value = buffer_slice(&plain), query = slice_skip(w->path, slice_index(w->path, '?') + 1);
    size_t at = scheme_in_path(value);
    if (at < value.len && at < 256) {
        value = slice_skip(value, at);
        size_t colon = slice_index(value, ':');
        (void)buffer_append(out, slice_head(value, colon + 1));
        value = slice_skip(value, colon + 1);
        while (value.len > 0 && value.ptr[0] == '/') value = slice_skip(value, 1);
        (void)buffer_append_cstr(out, "//");
        (void)buffer_append(out, value);
    } else if (slice_starts_nocase(query, SLICE("http"))) {
        append_decoded(out, query, '%');
    } else {
        size_t host = slice_index(value, '/'), dot = slice_index(value, '.');
        if (host < value.len && dot < host && dot > 0) {
            (void)buffer_append_cstr(out, "https://");
            (void)buffer_append(out, value);
        }
    }
    buffer_free(&plain);
}

/* "www-my--shop-jp.translate.goog" is www.my-shop.jp: - for a dot, -- for a hyphen. */
static void decode_translate(const struct url_wrapped *w, struct buffer *out)
{
    struct slice label = slice_head(w->host, slice_find(w->host, SLICE(".translate.goog")));
    if (label.len == w->host.len) return;
    (void)buffer_append_cstr(out, "https://");
    for (size_t i = 0; i < label.len; i++) {
        bool twice = label.ptr[i] == '-' && i + 1 < label.len && label.ptr[i + 1] == '-';
        (void)buffer_append_byte(out, label.ptr[i] == '-' && !twice ? '.' : label.ptr[i]);
        i += twice;
    }
    (void)buffer_append(out, slice_head(w->path, slice_index(w->path, '?')));
}

url_wrap_decode_fn url_wrap_decoder(struct slice name)
{
    static const struct {
        const char *name;
        url_wrap_decode_fn decode;
    } decoders[] = {{"plain", decode_plain},
                    {"base64", decode_bing},
                    {"base64url", decode_base64url},
                    {"proofpoint2", decode_proofpoint2},
                    {"proofpoint3", decode_proofpoint3},
                    {"path", decode_path},
                    {"translate", decode_translate}};
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++) {
        if (slice_equal(name, slice_from_cstr(decoders[i].name))) return decoders[i].decode;
    }
    return NULL;
}

struct slice url_wrap_decode(struct arena *arena, url_wrap_decode_fn decode,
                             const struct url_wrapped *wrapped)
{
    struct url_wrapped bounded = *wrapped;
    bounded.value = slice_head(bounded.value, WRAPPED_MAX_BYTES);
    struct buffer raw = buffer_make((size_t)WRAPPED_MAX_BYTES * 2 + 64),
                  good = buffer_make((size_t)WRAPPED_MAX_BYTES * 8);
    decode(&bounded, &raw);
    utf8_repair(&good, buffer_slice(&raw));
    struct slice url = arena_copy(arena, slice_trim(buffer_slice(&good)));
    buffer_free(&raw);
    buffer_free(&good);
    return url;
}
