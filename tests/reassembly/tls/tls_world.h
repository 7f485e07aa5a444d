/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real TLS connections for tests: OpenSSL's client and server talk to each other through memory, and what
 * crosses the wire is kept, with what was said and the key log.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_TLS_WORLD_H
#define MAILTAP_TESTS_REASSEMBLY_TLS_WORLD_H

#include "base/buffer.h"
#include "reassembly/mail.h"

/* One kind of connection. */
struct tls_kind {
    const char *suite; /* OpenSSL's name */
    int version;       /* TLS1_2_VERSION … */
    bool mac_first;    /* no encrypt-then-MAC */
    bool resumes;      /* goes on with the session of an earlier connection */
    bool updates;      /* the keys, now and then (TLS 1.3) */
    bool retries;      /* the server asks for another key share (HelloRetryRequest) */
};

/* Some bytes of one direction. */
struct tls_piece {
    enum direction dir;
    size_t offset, len; /* in wire[dir] */
};

enum { TLS_PIECES_MAX = 256 };

struct tls_talk {
    struct buffer wire[2], said[2]; /* by direction: ciphertext, application data */
    struct tls_piece pieces[TLS_PIECES_MAX];
    size_t piece_count, handshake_pieces; /* those of the handshake come first */
    struct buffer key_log;
    uint16_t cipher;
};

/* Plays a connection: handshake, messages of many sizes both ways. */
void tls_talk_make(struct tls_talk *talk, const struct tls_kind *kind);

void tls_talk_free(struct tls_talk *talk);

#endif
