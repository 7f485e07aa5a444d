/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See html_script.h. Each step first undoes the escapes of string literals and joins literals that are added
 * up, so that a literal stands between two quotes; then every literal and number list is tried as an
 * encoding.
 */
#include "analysis/extract/html_script.h"

#include "analysis/extract/base64.h"
#include "analysis/extract/url.h"
#include "base/utf8.h"

enum { STEPS_MAX = 4, ENCODED_MIN_BYTES = 12, NUMBERS_MIN = 8, COMMENT_LINKS_MAX = 100 };

struct script_reader {
    struct extractor *x;
    struct slice where;
    unsigned step;
};

static void read_step(struct script_reader *r, struct slice script);

static int hex_digit(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of `digits` hex digits at the start of the text; -1 when they are none. */
static int32_t hex_number(struct slice text, size_t digits)
{
    int32_t value = 0;
    if (text.len < digits) return -1;
    for (size_t i = 0; i < digits; i++) {
        int d = hex_digit(text.ptr[i]);
        if (d < 0) return -1;
        value = value << 4 | d;
    }
    return value;
}

static void append_char(struct buffer *out, int32_t c)
{
    if (c >= 0x80 && (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))) return;
    utf8_append(out, c);
}

/* The escape behind a backslash: appends its meaning, returns its length. */
static size_t take_escape(struct slice rest, struct buffer *out)
{
    int32_t c = -1;
    if (rest.len == 0) return 0;
    if (rest.ptr[0] == 'x') c = hex_number(slice_skip(rest, 1), 2);
    if (c >= 0) return append_char(out, c), 3;
    if (rest.ptr[0] == 'u') c = hex_number(slice_skip(rest, 1), 4);
    if (c >= 0) return append_char(out, c), 5;
    (void)buffer_append_byte(out, memchr("ntr'\"`", rest.ptr[0], 6) ? ' ' : rest.ptr[0]);
    return 1;
}

static bool is_quote(uint8_t c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* Length of `" + "` at a quote that ends a literal; 0 when nothing is added to it. */
static size_t join_len(struct slice at)
{
    size_t i = 1, plus = 0;
    while (i < at.len && i < 40 && (ascii_is_space(at.ptr[i]) || at.ptr[i] == '+'))
        plus += at.ptr[i++] == '+';
    return plus == 1 && i < at.len && is_quote(at.ptr[i]) ? i + 1 : 0;
}

/* The script with escapes undone, literals joined and all quotes the same. */
static void flatten(struct slice script, struct buffer *out)
{
    while (script.len > 0) {
        uint8_t c = script.ptr[0];
        size_t len = 1;
        if (c == '\\') {
            len = 1 + take_escape(slice_skip(script, 1), out);
        } else if (is_quote(c)) {
            size_t joined = join_len(script);
            if (joined == 0) (void)buffer_append_byte(out, '"');
            len = joined ? joined : 1;
        } else {
            (void)buffer_append_byte(out, c);
        }
        script = slice_skip(script, len);
    }
}

/* True when hardly anything in it is a control character. */
static bool is_readable(struct slice text)
{
    size_t odd = 0;
    for (size_t i = 0; i < text.len; i++) {
        odd += (text.ptr[i] < 0x20 && !ascii_is_space(text.ptr[i])) || text.ptr[i] == 0x7f;
    }
    return text.len > 0 && odd * 20 <= text.len;
}

static void read_decoded(struct script_reader *r, struct buffer *decoded)
{
    if (!is_readable(buffer_slice(decoded)) || r->step >= STEPS_MAX) return;
    struct buffer good = buffer_make(decoded->len * 4 + 16);
    utf8_repair(&good, buffer_slice(decoded));
    r->step++;
    read_step(r, buffer_slice(&good));
    r->step--;
    buffer_free(&good);
}

static bool decode_hex(struct slice literal, struct buffer *out)
{
    if (literal.len % 2 != 0) return false;
    for (size_t i = 0; i + 1 < literal.len; i += 2) {
        int32_t c = hex_number(slice_skip(literal, i), 2);
        if (c < 0) return false;
        (void)buffer_append_byte(out, (uint8_t)c);
    }
    return true;
}

static bool decode_base64(struct slice literal, struct buffer *out)
{
    for (size_t i = 0; i < literal.len; i++) {
        uint8_t c = literal.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && !memchr("+/=-_", c, 5)) return false;
    }
    struct base64_state state = {0};
    buffer_reserve(out, literal.len + 8);
    out->len = base64_decode(&state, literal, out->data);
    out->len += base64_finish(&state, out->data + out->len);
    return true;
}

/* "%3Ca%u0020"; false when nothing is encoded. */
static bool decode_percent(struct slice literal, struct buffer *out)
{
    bool found = false;
    while (literal.len > 0) {
        bool percent = literal.ptr[0] == '%';
        bool wide = percent && literal.len > 1 && literal.ptr[1] == 'u';
        int32_t c = percent ? hex_number(slice_skip(literal, wide ? 2 : 1), wide ? 4 : 2) : -1;
        if (c < 0) (void)buffer_append_byte(out, literal.ptr[0]);
        if (c >= 0 && wide) append_char(out, c);
        if (c >= 0 && !wide) (void)buffer_append_byte(out, (uint8_t)c);
        found = found || c >= 0;
        literal = slice_skip(literal, c < 0 ? 1 : wide ? 6 : 3);
    }
    return found;
}

/* "//:sptth" */
static bool decode_reversed(struct slice literal, struct buffer *out)
{
    if (slice_find(literal, SLICE("//:")) == literal.len || slice_find(literal, SLICE("ptth")) == literal.len)
        return false;
    for (size_t i = literal.len; i > 0; i--) (void)buffer_append_byte(out, literal.ptr[i - 1]);
    return true;
}

static void try_literal(struct script_reader *r, struct slice literal)
{
    static bool (*const decoders[])(struct slice, struct buffer *) = {decode_hex, decode_base64,
                                                                      decode_percent, decode_reversed};
    if (literal.len < ENCODED_MIN_BYTES) return;
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++) {
        struct buffer out = buffer_make(literal.len * 3 + 64);
        if (decoders[i](literal, &out)) read_decoded(r, &out);
        buffer_free(&out);
    }
}

/* A list of numbers as fromCharCode takes them; returns its length. */
static size_t read_numbers(struct script_reader *r, struct slice text)
{
    struct buffer out = buffer_make(text.len * 4 + 16);
    size_t i = 0, count = 0;
    while (i < text.len && ascii_is_digit(text.ptr[i])) {
        int32_t value = 0;
        for (; i < text.len && ascii_is_digit(text.ptr[i]); i++) {
            if (value < 0x110000) value = value * 10 + text.ptr[i] - '0';
        }
        append_char(&out, value);
        count++;
        while (i < text.len && (text.ptr[i] == ',' || ascii_is_space(text.ptr[i]))) i++;
    }
    if (count >= NUMBERS_MIN) read_decoded(r, &out);
    buffer_free(&out);
    return i;
}

static void read_literals(struct script_reader *r, struct slice flat)
{
    size_t i = 0;
    bool in_word = false;
    while (i < flat.len) {
        uint8_t c = flat.ptr[i];
        if (c == '"') {
            struct slice literal = slice_skip(flat, i + 1);
            size_t len = slice_index(literal, '"');
            try_literal(r, slice_head(literal, len));
            i += len + 2;
        } else if (ascii_is_digit(c) && !in_word) {
            i += read_numbers(r, slice_skip(flat, i));
        } else {
            i++;
        }
        in_word = ascii_is_alpha(c) || c == '_' || c == '.';
    }
}

static void read_step(struct script_reader *r, struct slice script)
{
    struct extractor *x = r->x;
    if (x->script_bytes + script.len > x->limits->script_max_bytes) {
        VIEW_LIMIT(x, script_max_bytes, r->where);
        return;
    }
    x->script_bytes += script.len;
    struct buffer flat = buffer_make(script.len * 4 + 16);
    flatten(script, &flat);
    url_find_links(x, LINK_SCRIPT, buffer_slice(&flat), r->where);
    read_literals(r, buffer_slice(&flat));
    buffer_free(&flat);
}

void html_script_read(struct extractor *x, struct slice script, struct slice where)
{
    struct script_reader r = {.x = x, .where = where};
    if (script.len > 0) read_step(&r, script);
}

void html_script_read_url(struct extractor *x, struct slice url, struct slice where)
{
    struct script_reader r = {.x = x, .where = where};
    url = slice_trim(url);
    bool script = slice_starts_nocase(url, SLICE("javascript:")),
         data = slice_starts_nocase(url, SLICE("data:"));
    if (!script && !data) return;
    struct slice body = slice_skip(url, slice_index(url, script ? ':' : ',') + 1);
    struct slice head = slice_head(url, url.len - body.len);
    struct buffer out = buffer_make(body.len * 3 + 64);
    bool base64 = data && slice_find_nocase(head, SLICE(";base64")) < head.len;
    bool text = script || slice_find_nocase(head, SLICE("image/")) == head.len ||
                slice_find_nocase(head, SLICE("svg")) < head.len;
    bool decoded = base64 ? decode_base64(body, &out) : decode_percent(body, &out);
    if (text && decoded) read_decoded(&r, &out);
    if (text && !decoded && !base64) read_step(&r, body);
    buffer_free(&out);
}

void html_comment_read(struct extractor *x, struct slice comment, struct slice where)
{
    comment = slice_trim(comment);
    if (!slice_starts_nocase(comment, SLICE("[if"))) return;
    for (size_t n = 0; n < COMMENT_LINKS_MAX; n++) {
        size_t at = slice_find_nocase(comment, SLICE("href="));
        if (at == comment.len) return;
        struct slice value = slice_skip(comment, at + 5);
        comment = value;
        if (value.len == 0 || (value.ptr[0] != '"' && value.ptr[0] != '\'')) continue;
        struct slice url = slice_skip(value, 1);
        url.len = slice_index(url, value.ptr[0]);
        view_add_link(x, LINK_HTML, url, SLICE(""), where);
    }
}
