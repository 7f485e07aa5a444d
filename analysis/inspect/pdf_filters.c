/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_filters.h.
 */
#include "analysis/inspect/pdf_filters.h"

#include <stdlib.h>

#include "analysis/inspect/inflate.h"
#include "analysis/inspect/pdf_syntax.h"

enum { LZW_CODES = 4096, LZW_CLEAR = 256, LZW_END = 257 };

static void decode_hex(struct slice data, struct buffer *out)
{
    struct slice text = slice_head(data, slice_index(data, '>'));
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = ascii_lower(text.ptr[i]);
        int digit = ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) continue;
        if (high >= 0) (void)buffer_append_byte(out, (uint8_t)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    if (high >= 0) (void)buffer_append_byte(out, (uint8_t)(high << 4));
}

static void append_group(struct buffer *out, uint32_t group, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) (void)buffer_append_byte(out, (uint8_t)(group >> (24 - 8 * i)));
}

static void decode_ascii85(struct slice data, struct buffer *out)
{
    uint32_t group = 0;
    unsigned count = 0;
    for (size_t i = 0; i < data.len && data.ptr[i] != '~'; i++) {
        uint8_t c = data.ptr[i];
        if (c == 'z' && count == 0) append_group(out, 0, 4);
        if (c < '!' || c > 'u') continue;
        group = group * 85 + (c - (uint32_t)'!');
        if (++count < 5) continue;
        append_group(out, group, 4);
        group = count = 0;
    }
    if (count < 2) return;
    for (unsigned i = count; i < 5; i++) group = group * 85 + 84;
    append_group(out, group, count - 1);
}

static void decode_run_length(struct slice data, struct buffer *out)
{
    for (size_t i = 0; i < data.len && data.ptr[i] != 128 && !out->overflowed;) {
        unsigned length = data.ptr[i++];
        if (length < 128) {
            struct slice run = slice_head(slice_skip(data, i), length + 1);
            (void)buffer_append(out, run);
            i += run.len;
        } else if (i < data.len) {
            for (unsigned n = 257 - length; n > 0; n--) (void)buffer_append_byte(out, data.ptr[i]);
            i++;
        }
    }
}

/* A code of LZW is the run of bytes at which the code before it was written, and one more. */
struct lzw {
    struct slice data;
    size_t bit;
    size_t from[LZW_CODES];
    unsigned len[LZW_CODES];
    unsigned next, width;
};

static unsigned lzw_code(struct lzw *lzw)
{
    unsigned code = 0;
    if (lzw->bit + lzw->width > lzw->data.len * 8) return LZW_END;
    for (unsigned i = 0; i < lzw->width; i++, lzw->bit++) {
        code = code << 1 | (lzw->data.ptr[lzw->bit / 8] >> (7 - lzw->bit % 8) & 1u);
    }
    return code;
}

static void lzw_append(const struct lzw *lzw, unsigned code, struct buffer *out)
{
    if (code < LZW_CLEAR) {
        (void)buffer_append_byte(out, (uint8_t)code);
        return;
    }
    const unsigned len = code < LZW_CODES ? lzw->len[code] : 0;
    for (unsigned i = 0; i < len && !out->overflowed; i++)
        (void)buffer_append_byte(out, out->data[lzw->from[code] + i]);
}

/* Widths change one code early, as PDF has it when nothing else is said. */
static unsigned lzw_width(unsigned next)
{
    unsigned width = 9;
    while (width < 12 && next + 1 >= 1u << width) width++;
    return width;
}

static void decode_lzw(struct slice data, struct buffer *out)
{
    struct lzw lzw = {.data = data, .next = LZW_END + 1, .width = 9};
    size_t before = 0; /* where the code before was written */
    bool has_before = false;
    for (unsigned code; (code = lzw_code(&lzw)) != LZW_END && !out->overflowed;) {
        size_t at = out->len;
        if (code > LZW_END && code >= lzw.next + has_before) return;
        if (has_before && code != LZW_CLEAR && lzw.next < LZW_CODES) {
            lzw.from[lzw.next] = before;
            lzw.len[lzw.next++] = (unsigned)(at - before) + 1;
        }
        if (code == LZW_CLEAR) {
            lzw.next = LZW_END + 1;
        } else {
            lzw_append(&lzw, code, out);
            before = at;
        }
        has_before = code != LZW_CLEAR;
        lzw.width = lzw_width(lzw.next);
    }
}

pdf_filter_fn pdf_find_filter(struct slice name)
{
    static const struct {
        const char *name, *abbreviation;
        pdf_filter_fn decode;
    } filters[] = {
        {"FlateDecode", "Fl", inflate_append},        {"ASCIIHexDecode", "AHx", decode_hex},
        {"ASCII85Decode", "A85", decode_ascii85},     {"LZWDecode", "LZW", decode_lzw},
        {"RunLengthDecode", "RL", decode_run_length},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        if (pdf_is_name(name, filters[i].name) || pdf_is_name(name, filters[i].abbreviation))
            return filters[i].decode;
    }
    return NULL;
}

static uint8_t paeth(int left, int up, int corner)
{
    int guess = left + up - corner;
    int a = abs(guess - left), b = abs(guess - up), c = abs(guess - corner);
    return (uint8_t)(a <= b && a <= c ? left : b <= c ? up : corner);
}

/* One row of PNG's filters (RFC 2083 6): `row` is written from `in`, `up` is the row before or NULL. */
static void undo_png_row(unsigned type, const uint8_t *in, const uint8_t *up, uint8_t *row, size_t len,
                         size_t pixel)
{
    for (size_t i = 0; i < len; i++) {
        int left = i >= pixel ? row[i - pixel] : 0, above = up ? up[i] : 0;
        int corner = up && i >= pixel ? up[i - pixel] : 0;
        uint8_t add = 0;
        if (type == 1) add = (uint8_t)left;
        if (type == 2) add = (uint8_t)above;
        if (type == 3) add = (uint8_t)((left + above) / 2);
        if (type == 4) add = paeth(left, above, corner);
        row[i] = (uint8_t)(in[i] + add);
    }
}

size_t pdf_undo_predictor(uint8_t *data, size_t len, unsigned predictor, size_t columns, unsigned colors,
                          unsigned bits)
{
    if (columns == 0 || columns > len * 8 || colors == 0 || colors > 32 || bits == 0 || bits > 16) return len;
    size_t row = (columns * colors * bits + 7) / 8, pixel = (colors * bits + 7) / 8, out = 0;
    if (predictor == 2 && bits == 8) {
        for (size_t at = 0; at + row <= len; at += row) {
            for (size_t i = pixel; i < row; i++)
                data[at + i] = (uint8_t)(data[at + i] + data[at + i - pixel]);
        }
    }
    if (predictor < 10) return len;
    /* A row moves forward by the type bytes before it, so it never overwrites what is still to be read. */
    for (size_t at = 0; at + row + 1 <= len; at += row + 1, out += row)
        undo_png_row(data[at], data + at + 1, out > 0 ? data + out - row : NULL, data + out, row, pixel);
    return out;
}
