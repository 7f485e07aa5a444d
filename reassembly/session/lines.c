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

static void wipe_partial(struct line_reader *reader)
{
    if (reader->partial.cap > 0) mem_wipe(reader->partial.data, reader->partial.len);
    buffer_free(&reader->partial);
    reader->given = false;
}

static struct slice without_cr(struct line_reader *reader, struct slice line)
{
    reader->bare_lf = line.len == 0 || line.ptr[line.len - 1] != '\r';
    return slice_head(line, reader->bare_lf ? line.len : line.len - 1);
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
        if (whole && reader->partial.len == 0) {
            *line = slice_head(without_cr(reader, head), reader->partial.max);
            *cut = head.len > reader->partial.max;
            return LINE_READY;
        }
        (void)buffer_append(&reader->partial, head);
        if (!whole) break;
        *cut = reader->partial.overflowed;
        *line = without_cr(reader, buffer_slice(&reader->partial));
        reader->given = true;
        return LINE_READY;
    }
    return LINE_MORE;
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
