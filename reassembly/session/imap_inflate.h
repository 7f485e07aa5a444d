/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of a connection after COMPRESS DEFLATE (RFC 4978): a raw DEFLATE stream (RFC 1951) read as it
 * comes, in portions of bounded size. The only file that knows zlib is imap_inflate.c.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_IMAP_INFLATE_H
#define MAILTAP_REASSEMBLY_SESSION_IMAP_INFLATE_H

#include "base/slice.h"

struct imap_inflater;

enum imap_inflate_result {
    IMAP_INFLATE_OUTPUT, /* *out holds plain bytes, until the next call */
    IMAP_INFLATE_MORE,   /* the chunk is used up */
    IMAP_INFLATE_BAD,    /* no such stream, or too many plain bytes for what came in */
};

/* A stream that may grow `ratio_max` times, beyond a first portion that is free. Never NULL. */
struct imap_inflater *imap_inflater_new(uint64_t ratio_max);

/* Takes bytes off the front of *chunk. */
enum imap_inflate_result imap_inflate(struct imap_inflater *inflater, struct slice *chunk, struct slice *out);

/* True when IMAP_INFLATE_BAD came of the ratio. */
bool imap_inflater_is_bomb(const struct imap_inflater *inflater);

/* Clears the caller's pointer; what was plain is wiped. */
void imap_inflater_free(struct imap_inflater **inflater);

#endif
