/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dot-stuffed content, as SMTP's DATA (RFC 5321 4.5.2) and POP3's multi-line responses (RFC 1939 3) carry it:
 * ends with CRLF "." CRLF, and a dot at the start of a line is taken off. Only CRLF counts as a line end.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_DOTTED_H
#define MAILTAP_REASSEMBLY_SESSION_DOTTED_H

#include "base/buffer.h"

enum dotted_seen {
    DOTTED_TEXT,
    DOTTED_DOT,       /* a dot after CRLF, not given out yet */
    DOTTED_DOT_CR,    /* and a CR after it */
    DOTTED_LOOSE_DOT, /* a dot after a bare LF, given out as text */
};

struct dotted_reader {
    enum dotted_seen seen;
    uint8_t last[2]; /* the two bytes before, last[1] the nearer one */
    bool lf_ends;    /* the peer speaks with bare LFs: LF "." LF ends the content too */
    size_t
        loose_end; /* 1 + length of the content before the last "." LF that is not a standard end; 0: none */
    size_t loose_skip; /* bytes of that "." LF which were given out */
};

enum dotted_result { DOTTED_END, DOTTED_MORE };

/* Ready for the first byte of content: a line begins. */
void dotted_start(struct dotted_reader *reader, bool lf_ends);

/* Takes bytes off the front of *chunk and appends the unstuffed content to `out` (which may overflow, see
 * buffer.h). DOTTED_END: the end was seen, *chunk holds what follows it. DOTTED_MORE: the chunk is used up.
 */
enum dotted_result dotted_read(struct dotted_reader *reader, struct slice *chunk, struct buffer *out);

/* Bytes are missing here; `line_begins` says whether what follows is the start of a line. */
void dotted_gap(struct dotted_reader *reader, struct buffer *out, bool line_begins);

#endif
