/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See quoted_printable.h.
 */
#include "analysis/extract/quoted_printable.h"

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Length of the blanks and the line end at the start; 0 when something else stands there. Blanks are looked
 * at up to what a line holds. */
static size_t soft_break_len(struct slice s)
{
    enum { LINE_MAX_CHARS = 1000 };
    size_t i = 0;
    while (i < s.len && i < LINE_MAX_CHARS && (s.ptr[i] == ' ' || s.ptr[i] == '\t')) i++;
    if (i == s.len) return i;
    if (s.ptr[i] == '\n') return i + 1;
    return s.ptr[i] == '\r' && i + 1 < s.len && s.ptr[i + 1] == '\n' ? i + 2 : 0;
}

void quoted_printable_decode(struct slice text, struct buffer *out)
{
    while (text.len > 0 && !out->overflowed) {
        size_t plain = slice_index(text, '=');
        (void)buffer_append(out, slice_head(text, plain));
        text = slice_skip(text, plain);
        if (text.len == 0) return;
        struct slice rest = slice_skip(text, 1);
        size_t skipped = soft_break_len(rest);
        int high = rest.len > 1 ? hex_value(rest.ptr[0]) : -1,
            low = rest.len > 1 ? hex_value(rest.ptr[1]) : -1;
        bool is_escape = high >= 0 && low >= 0;
        if (is_escape)
            (void)buffer_append_byte(out, (uint8_t)(high << 4 | low));
        else if (skipped == 0 && rest.len > 0)
            (void)buffer_append_byte(out, '=');
        text = slice_skip(rest, is_escape ? 2 : skipped);
    }
}
