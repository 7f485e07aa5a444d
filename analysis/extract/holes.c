/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transfer encodings around holes; see holes.h.
 */
#include "analysis/extract/holes.h"

enum { QUANTUM_CHARS = 4, QUANTUM_BYTES = 3, LINE_MAX_CHARS = 998 };

/* The hole's offset in `content`, or SIZE_MAX when it is elsewhere. */
static size_t offset_in(const struct extractor *x, struct slice content, const struct mail_gap *gap)
{
    const uint8_t *start = x->mail->bytes.data, *end = start + x->mail->bytes.len;
    if (content.len == 0 || content.ptr < start || content.ptr + content.len > end) return SIZE_MAX;
    uint64_t first = (uint64_t)(content.ptr - start);
    if (gap->offset < first || gap->offset > first + content.len) return SIZE_MAX;
    return (size_t)(gap->offset - first);
}

bool holes_touch(const struct extractor *x, struct slice content)
{
    for (size_t i = 0; i < x->mail->damage.gap_count; i++) {
        if (offset_in(x, content, &x->mail->damage.gaps[i]) != SIZE_MAX) return true;
    }
    return false;
}

/* Bytes after the last LF. */
static size_t column_of(struct slice text)
{
    size_t column = 0;
    while (column < text.len && text.ptr[text.len - 1 - column] != '\n') column++;
    return column;
}

/* Length of the last line that stands whole in the text, with its line end; 0 when there is none. */
static size_t line_len(struct slice text)
{
    struct slice lines = slice_head(text, text.len - column_of(text));
    if (lines.len == 0) return 0;
    size_t len = 1 + column_of(slice_head(lines, lines.len - 1));
    return len < lines.len ? len : 0; /* what stands before tells that it is whole */
}

static void append_zeros(struct buffer *out, uint64_t count)
{
    static const uint8_t zeros[4096];
    for (; count > 0 && !out->overflowed; count -= count < sizeof zeros ? count : sizeof zeros)
        (void)buffer_append(out, slice_make(zeros, count < sizeof zeros ? count : sizeof zeros));
}

/* How a base64 text goes on behind a hole, when its lines are all of one length. */
struct resumption {
    bool is_sure;
    size_t skip;            /* characters up to the next quantum */
    uint64_t missing_bytes; /* decoded, with those of the quanta that the hole cut */
};

static size_t beyond(size_t column, size_t chars)
{
    return column > chars ? column - chars : 0;
}

/* The line that the hole ends in must end where lines of this length do, or with the text. */
static struct resumption resume_base64(struct slice before, uint64_t lost, struct slice after)
{
    struct resumption r = {0};
    size_t from = column_of(before), line = line_len(before);
    size_t end = line > 1 && before.ptr[before.len - from - 2] == '\r' ? 2 : 1;
    if (line <= end || line - end > LINE_MAX_CHARS || (line - end) % QUANTUM_CHARS != 0) return r;
    size_t chars = line - end, to = (from + lost) % line, next = slice_index(after, '\n');
    if (next < after.len ? to + next + 1 != line : to + after.len > line) return r;
    uint64_t lost_ends = (from + lost) / line * end + beyond(to, chars) - beyond(from, chars);
    size_t begun = from < chars ? from % QUANTUM_CHARS : 0;
    r.skip = to < chars ? (QUANTUM_CHARS - to % QUANTUM_CHARS) % QUANTUM_CHARS : 0;
    r.missing_bytes = (begun + lost - lost_ends + r.skip) / QUANTUM_CHARS * QUANTUM_BYTES;
    r.is_sure = true;
    return r;
}

/* The text without a quantum that it does not hold whole. */
static struct slice whole_quanta(struct slice text)
{
    return slice_head(text, text.len - column_of(text) % QUANTUM_CHARS);
}

static struct slice next_line(struct slice text)
{
    return slice_skip(text, slice_index(text, '\n') + 1);
}

/* An escape (RFC 2045 6.7) of which the end is missing does not become text. */
static struct slice without_open_escape(struct slice text)
{
    for (size_t back = 1; back <= 2 && back <= text.len; back++) {
        if (text.ptr[text.len - back] == '=') return slice_head(text, text.len - back);
    }
    return text;
}

/* Decodes what stands before a hole and returns what follows it, from where decoding can go on. */
static struct slice pass_hole(enum mime_encoding encoding, struct slice before, uint64_t lost,
                              struct slice after, struct buffer *out)
{
    if (encoding == MIME_QUOTED_PRINTABLE) {
        mime_decode_body(encoding, without_open_escape(before), out);
        return after;
    }
    struct resumption r = {0};
    if (encoding == MIME_BASE64) r = resume_base64(before, lost, after);
    if (!r.is_sure) {
        mime_decode_body(encoding, before, out);
        return next_line(after);
    }
    mime_decode_body(encoding, whole_quanta(before), out);
    append_zeros(out, r.missing_bytes);
    return slice_skip(after, r.skip);
}

void holes_decode_body(const struct extractor *x, enum mime_encoding encoding, struct slice content,
                       struct buffer *out)
{
    const struct mail_damage *damage = &x->mail->damage;
    struct slice rest = content;
    for (size_t i = 0; i < damage->gap_count && rest.len > 0; i++) {
        size_t at = offset_in(x, rest, &damage->gaps[i]);
        if (at == SIZE_MAX || at == 0 || at == rest.len) continue;
        rest = pass_hole(encoding, slice_head(rest, at), damage->gaps[i].len, slice_skip(rest, at), out);
    }
    mime_decode_body(encoding, rest, out);
}
