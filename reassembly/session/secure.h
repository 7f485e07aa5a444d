/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions inside of TLS: what lies between the assembler and the protocol. Bytes of the connection go to the
 * TLS reader, what comes out of it goes to the protocol, or to identify() where TLS begins the connection.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SECURE_H
#define MAILTAP_REASSEMBLY_SESSION_SECURE_H

#include "reassembly/session/protocol.h"
#include "reassembly/tls/tls.h"

struct secure {
    struct tls *tls;
    struct buffer rest[2];         /* bytes behind STARTTLS that the protocol had read already */
    enum stream_interest interest; /* what the plaintext's reader said last */
    bool is_implicit;              /* TLS from the first byte on */
    bool turns;                    /* TLS began in this event: `rest` is being gathered */
};

/* The connection is TLS from its first byte on; its bytes go to secure_take(). */
void secure_begin(struct session *session);

enum stream_interest secure_take(struct session *session, enum direction dir, struct slice bytes);
enum stream_interest secure_gap(struct session *session, enum direction dir, uint64_t len);

/* Reads what lay behind STARTTLS; to be called when the protocol has returned. */
enum stream_interest secure_take_rest(struct session *session);

/* What is held is tried a last time; the protocol is still open. */
void secure_end(struct session *session);

void secure_free(struct session *session);

/* ---- the assembler's side (assembler.c) ---- */

/* Bytes and gaps of the mail session itself. */
enum stream_interest session_take_plain(struct session *session, enum direction dir, struct slice bytes);
enum stream_interest session_gap_plain(struct session *session, enum direction dir, uint64_t len);

/* The session is of this kind, though nothing of it can be read: opens its report, or drops it. */
void session_settle_sealed(struct session *session, enum identity identity);

#endif
