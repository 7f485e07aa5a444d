/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How connections end.
 */
#ifndef MAILTAP_REASSEMBLY_STREAM_CLOSE_H
#define MAILTAP_REASSEMBLY_STREAM_CLOSE_H

/* Why the connection is over. */
enum stream_close {
    STREAM_CLOSE_FIN,     /* both sides ended it */
    STREAM_CLOSE_RST,     /* reset */
    STREAM_CLOSE_TIMEOUT, /* idle, or never used */
    STREAM_CLOSE_EVICTED, /* memory or table limit */
    STREAM_CLOSE_REUSED,  /* a new connection with the same addresses and ports began */
    STREAM_CLOSE_END,     /* end of the capture */
};

/* "fin", "rst", "timeout", "evicted", "reused", "end". */
const char *stream_close_name(enum stream_close close);

#endif
