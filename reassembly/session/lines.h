/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cuts a byte stream into lines ended by CRLF or bare LF. A line that lies whole in the given chunk is lent
 * from it; only what is cut between chunks is copied. Memory of a partial line is wiped before it is reused,
 * because lines may carry secrets.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_LINES_H
#define MAILTAP_REASSEMBLY_SESSION_LINES_H

#include "base/buffer.h"

struct line_reader {
    struct buffer partial; /* its max is the longest line kept */
    bool lost;             /* bytes were lost since the last line end: the rest of that line is dropped */
    bool given;            /* the line lent last lies in partial */
    uint8_t last;          /* the last byte of the line so far; 0: it is empty */
    bool bare_lf;          /* the line given last ended with LF alone */
};

/* As buffer_append() and buffer_free() for bytes that may be secret: no copy of them is left behind. */
void wiped_append(struct buffer *b, struct slice bytes);
void wiped_free(struct buffer *b);

enum line_result { LINE_READY, LINE_MORE };

void line_reader_init(struct line_reader *reader, size_t max_len);

/* Takes bytes off the front of *chunk. LINE_READY: *line is the next line without its end, valid until the
 * next call; beyond the maximum it is cut (*cut set). LINE_MORE: the chunk is used up. */
enum line_result line_next(struct line_reader *reader, struct slice *chunk, struct slice *line, bool *cut);

/* The line lent last is not needed any more: what the reader holds of it is wiped. */
void line_reader_settle(struct line_reader *reader);

/* Bytes are missing here: the line that is being read is dropped, and what follows up to the next line end.
 */
void line_reader_gap(struct line_reader *reader);

/* It turned out that the bytes after the loss begin a line. */
static inline void line_reader_resume(struct line_reader *reader)
{
    reader->lost = false;
}

/* True when the next byte is the first of a line. */
static inline bool line_reader_at_start(const struct line_reader *reader)
{
    return !reader->lost && (reader->given || reader->partial.len == 0);
}

void line_reader_free(struct line_reader *reader);

#endif
