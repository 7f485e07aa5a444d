/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dot-stuffed content; see dotted.h. The search goes from dot to dot, because dots are rarer than line ends in mail
 * and absent from base64.
 */
#include "reassembly/session/dotted.h"

void dotted_start(struct dotted_reader *reader)
{
    *reader = (struct dotted_reader){.last = {'\r', '\n'}};
}

static void keep(struct dotted_reader *reader, struct slice bytes, struct buffer *out)
{
    if (bytes.len == 0) return;
    (void)buffer_append(out, bytes);
    reader->last[0] = bytes.len > 1 ? bytes.ptr[bytes.len - 2] : reader->last[1];
    reader->last[1] = bytes.ptr[bytes.len - 1];
}

/* True when the byte at `at` begins a line. */
static bool begins_line(const struct dotted_reader *reader, struct slice chunk, size_t at)
{
    uint8_t near = at >= 1 ? chunk.ptr[at - 1] : reader->last[1];
    uint8_t far = at >= 2 ? chunk.ptr[at - 2] : at == 1 ? reader->last[1] : reader->last[0];
    return near == '\n' && far == '\r';
}

/* Offset of the next dot that begins a line, or chunk.len. */
static size_t find_line_dot(const struct dotted_reader *reader, struct slice chunk)
{
    size_t at = slice_index(chunk, '.');
    while (at < chunk.len && !begins_line(reader, chunk, at)) at += 1 + slice_index(slice_skip(chunk, at + 1), '.');
    return at;
}

/* After a dot at the start of a line: CR LF makes it the end, anything else makes it stuffing, which is dropped. */
static bool finish_dot(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    uint8_t byte = chunk->ptr[0];
    if (reader->seen == DOTTED_DOT && byte == '\r') {
        reader->seen = DOTTED_DOT_CR;
        *chunk = slice_skip(*chunk, 1);
    } else if (reader->seen == DOTTED_DOT_CR && byte == '\n') {
        *chunk = slice_skip(*chunk, 1);
        return true;
    } else {
        bool had_cr = reader->seen == DOTTED_DOT_CR;
        reader->seen = DOTTED_TEXT;
        reader->last[0] = reader->last[1] = '.';
        if (had_cr) keep(reader, SLICE("\r"), out);
    }
    return false;
}

enum dotted_result dotted_read(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    while (chunk->len > 0) {
        if (reader->seen != DOTTED_TEXT) {
            if (finish_dot(reader, chunk, out)) return DOTTED_END;
            continue;
        }
        size_t at = find_line_dot(reader, *chunk);
        keep(reader, slice_head(*chunk, at), out);
        bool dot = at < chunk->len;
        *chunk = slice_skip(*chunk, dot ? at + 1 : at);
        if (dot) reader->seen = DOTTED_DOT;
    }
    return DOTTED_MORE;
}

void dotted_gap(struct dotted_reader *reader, struct buffer *out)
{
    if (reader->seen == DOTTED_DOT_CR) (void)buffer_append(out, SLICE("\r"));
    *reader = (struct dotted_reader){0};
}
