/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dot-stuffed content; see dotted.h. The search goes from dot to dot, because dots are rarer than line ends
 * in mail and absent from base64.
 */
#include "reassembly/session/dotted.h"

void dotted_start(struct dotted_reader *reader, bool lf_ends)
{
    *reader = (struct dotted_reader){.last = {'\r', '\n'}, .lf_ends = lf_ends};
}

static void keep(struct dotted_reader *reader, struct slice bytes, struct buffer *out)
{
    if (bytes.len == 0) return;
    (void)buffer_append(out, bytes);
    reader->last[0] = bytes.len > 1 ? bytes.ptr[bytes.len - 2] : reader->last[1];
    reader->last[1] = bytes.ptr[bytes.len - 1];
}

/* The byte before `at`, and the one before that. */
static uint8_t byte_before(const struct dotted_reader *reader, struct slice chunk, size_t at)
{
    return at >= 1 ? chunk.ptr[at - 1] : reader->last[1];
}

static bool follows_crlf(const struct dotted_reader *reader, struct slice chunk, size_t at)
{
    uint8_t far = at >= 2 ? chunk.ptr[at - 2] : at == 1 ? reader->last[1] : reader->last[0];
    return far == '\r' && byte_before(reader, chunk, at) == '\n';
}

static bool is_line_end(uint8_t byte)
{
    return byte <= '\r' && (byte == '\n' || byte == '\r' || byte == 0);
}

/* Offset of the next dot that follows what anybody may take for a line end, or chunk.len. */
static size_t find_line_dot(const struct dotted_reader *reader, struct slice chunk)
{
    size_t at = slice_index(chunk, '.');
    while (at < chunk.len && !is_line_end(byte_before(reader, chunk, at)))
        at += 1 + slice_index(slice_skip(chunk, at + 1), '.');
    return at;
}

void dotted_watch(struct dotted_reader *reader, dotted_watch_fn watch_fn, void *context)
{
    reader->watch_fn = watch_fn;
    reader->context = context;
}

void dotted_settle(struct dotted_reader *reader, const struct buffer *out)
{
    if (!reader->unsettled) return;
    reader->unsettled = false;
    if (reader->watch_fn)
        reader->watch_fn(reader->context, buffer_slice(out), reader->loose.end, reader->loose.next);
}

/* A loose dot, of which `given_out` bytes are in the content. */
static void note_loose(struct dotted_reader *reader, const struct buffer *out, size_t given_out)
{
    if (out->len < given_out) return;
    dotted_settle(reader, out);
    reader->loose = (struct dotted_loose){out->len - given_out, out->len, true};
    reader->unsettled = true;
}

/* After a dot that follows a bare CR, LF or NUL: another one makes it look like the end. */
static bool finish_loose_dot(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    uint8_t byte = chunk->ptr[0];
    reader->seen = DOTTED_TEXT;
    if (!is_line_end(byte)) return false;
    if (!reader->lf_ends || byte != '\n' || reader->last[0] != '\n') {
        note_loose(reader, out, 1);
        return false;
    }
    if (out->len > 0) out->len--;
    *chunk = slice_skip(*chunk, 1);
    return true;
}

/* After a dot at the start of a line: CR LF makes it the end, anything else makes it stuffing, which is
 * dropped. */
static bool finish_dot(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    uint8_t byte = chunk->ptr[0];
    bool had_cr = reader->seen == DOTTED_DOT_CR;
    if (!had_cr && byte == '\r') {
        reader->seen = DOTTED_DOT_CR;
        *chunk = slice_skip(*chunk, 1);
        return false;
    }
    if (byte == '\n' && (had_cr || reader->lf_ends)) {
        *chunk = slice_skip(*chunk, 1);
        return true;
    }
    if (had_cr || is_line_end(byte)) note_loose(reader, out, 0);
    reader->seen = DOTTED_TEXT;
    reader->last[0] = reader->last[1] = '.';
    if (had_cr) keep(reader, SLICE("\r"), out);
    return false;
}

/* Text up to the next dot at the start of a line, and that dot. */
static void take_text(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    size_t at = find_line_dot(reader, *chunk);
    bool dot = at < chunk->len;
    bool strict = dot && follows_crlf(reader, *chunk, at);
    keep(reader, slice_head(*chunk, dot && !strict ? at + 1 : at), out);
    *chunk = slice_skip(*chunk, dot ? at + 1 : at);
    if (dot) reader->seen = strict ? DOTTED_DOT : DOTTED_LOOSE_DOT;
}

enum dotted_result dotted_read(struct dotted_reader *reader, struct slice *chunk, struct buffer *out)
{
    bool ended = false;
    while (chunk->len > 0 && !ended) {
        if (reader->seen == DOTTED_TEXT) {
            take_text(reader, chunk, out);
        } else if (reader->seen == DOTTED_LOOSE_DOT) {
            ended = finish_loose_dot(reader, chunk, out);
        } else {
            ended = finish_dot(reader, chunk, out);
        }
    }
    return ended ? DOTTED_END : DOTTED_MORE;
}

void dotted_gap(struct dotted_reader *reader, struct buffer *out, bool line_begins)
{
    dotted_settle(reader, out);
    if (reader->seen == DOTTED_DOT_CR) (void)buffer_append(out, SLICE("\r"));
    reader->seen = DOTTED_TEXT;
    reader->last[0] = line_begins ? '\r' : 'x';
    reader->last[1] = line_begins ? '\n' : 'x';
    reader->loose.seen = false;
}
