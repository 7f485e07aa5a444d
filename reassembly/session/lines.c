/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The line splitter; see lines.h.
 */
#include "reassembly/session/lines.h"

#include "base/mem.h"

void line_reader_init(struct line_reader *reader, size_t max_len)
{
    *reader = (struct line_reader){.partial = buffer_make(max_len)};
}

void wiped_free(struct buffer *b)
{
    if (buffer_capacity(b) > 0) mem_wipe(b->data, buffer_capacity(b));
    buffer_free(b);
}

void wiped_append(struct buffer *b, struct slice bytes)
{
    size_t room = b->max - b->len, more = bytes.len < room ? bytes.len : room;
    if (buffer_capacity(b) > 0 && b->len + more >= buffer_capacity(b)) {
        struct buffer bigger = buffer_make(b->max);
        buffer_reserve(&bigger, b->len + more);
        (void)buffer_append(&bigger, buffer_slice(b));
        bigger.overflowed = b->overflowed;
        wiped_free(b);
        *b = bigger;
    }
    (void)buffer_append(b, bytes);
}

static void wipe_partial(struct line_reader *reader)
{
    wiped_free(&reader->partial);
    reader->given = false;
}

static void note_last(struct line_reader *reader, struct slice piece)
{
    if (piece.len > 0) reader->last = piece.ptr[piece.len - 1];
}

/* The line ended by LF; reader->last is the byte before that, also where the line is cut. */
static struct slice without_cr(struct line_reader *reader, struct slice line, bool cut)
{
    reader->bare_lf = reader->last != '\r';
    return slice_head(line, reader->bare_lf || cut ? line.len : line.len - 1);
}

enum line_result line_next(struct line_reader *reader, struct slice *chunk, struct slice *line, bool *cut)
{
    *cut = false;
    if (reader->given) wipe_partial(reader);
    while (chunk->len > 0) {
        size_t end = slice_index(*chunk, '\n');
        struct slice head = slice_head(*chunk, end);
        bool whole = end < chunk->len;
        *chunk = slice_skip(*chunk, whole ? end + 1 : end);
        if (reader->lost) {
            reader->lost = !whole;
            continue;
        }
        if (reader->partial.len == 0) reader->last = 0;
        note_last(reader, head);
        if (whole && reader->partial.len == 0) {
            *cut = head.len > reader->partial.max;
            *line = without_cr(reader, slice_head(head, reader->partial.max), *cut);
            return LINE_READY;
        }
        wiped_append(&reader->partial, head);
        if (!whole) break;
        *cut = reader->partial.overflowed;
        *line = without_cr(reader, buffer_slice(&reader->partial), *cut);
        reader->given = true;
        return LINE_READY;
    }
    return LINE_MORE;
}

void line_reader_settle(struct line_reader *reader)
{
    if (reader->given) wipe_partial(reader);
}

void line_reader_gap(struct line_reader *reader)
{
    wipe_partial(reader);
    reader->lost = true;
}

void line_reader_free(struct line_reader *reader)
{
    wipe_partial(reader);
}
