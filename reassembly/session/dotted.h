/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dot-stuffed content, as SMTP's DATA (RFC 5321 4.5.2) and POP3's multi-line responses (RFC 1939 3) carry it:
 * ends with CRLF "." CRLF, and a dot at the start of a line is taken off. Only CRLF counts as a line end.
 * Dots between other line ends, which some servers take for the end, are shown to whoever watches.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_DOTTED_H
#define MAILTAP_REASSEMBLY_SESSION_DOTTED_H

#include "base/buffer.h"

enum dotted_seen {
    DOTTED_TEXT,
    DOTTED_DOT,       /* a dot after CRLF, not given out yet */
    DOTTED_DOT_CR,    /* and a CR after it */
    DOTTED_LOOSE_DOT, /* a dot after another CR, LF or NUL, given out as text */
};

/* A dot with CR, LF or NUL before and behind it that is not the standard end: lengths of the content before
 * the dot, and up to what follows the dot. */
struct dotted_loose {
    size_t end, next;
    bool seen;
};

/* Told of such a dot when the line behind it is in `content`, or no more of it will come. */
typedef void (*dotted_watch_fn)(void *context, struct slice content, size_t end, size_t next);

struct dotted_reader {
    enum dotted_seen seen;
    uint8_t last[2];           /* the two bytes before, last[1] the nearer one */
    bool lf_ends;              /* the peer speaks with bare LFs: LF "." LF ends the content too */
    bool unsettled;            /* `loose` was not told to the watcher yet */
    struct dotted_loose loose; /* the last one */
    dotted_watch_fn watch_fn;  /* NULL: nobody watches */
    void *context;
};

enum dotted_result { DOTTED_END, DOTTED_MORE };

/* Ready for the first byte of content: a line begins. */
void dotted_start(struct dotted_reader *reader, bool lf_ends);

/* From now on the reader's loose dots are told; at the end of the content call dotted_settle(). */
void dotted_watch(struct dotted_reader *reader, dotted_watch_fn watch_fn, void *context);

/* Tells of the last one; `out` is the content. */
void dotted_settle(struct dotted_reader *reader, const struct buffer *out);

/* Takes bytes off the front of *chunk and appends the unstuffed content to `out` (which may overflow, see
 * buffer.h). DOTTED_END: the end was seen, *chunk holds what follows it. DOTTED_MORE: the chunk is used up.
 */
enum dotted_result dotted_read(struct dotted_reader *reader, struct slice *chunk, struct buffer *out);

/* Bytes are missing here; `line_begins` says whether what follows is the start of a line. */
void dotted_gap(struct dotted_reader *reader, struct buffer *out, bool line_begins);

#endif
