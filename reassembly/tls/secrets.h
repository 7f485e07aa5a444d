/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The secrets of TLS connections, as key logs hold them (draft-ietf-tls-keylogfile): label, client random,
 * secret. Bytes come from a file that may still grow or from a capture's own blocks. Bounded; the oldest go
 * first; memory is wiped before it is released.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_SECRETS_H
#define MAILTAP_REASSEMBLY_TLS_SECRETS_H

#include "base/slice.h"

enum { TLS_RANDOM_BYTES = 32, TLS_SECRET_MAX_BYTES = 64 };

enum tls_label {
    TLS_MASTER_SECRET,           /* CLIENT_RANDOM: TLS 1.2's master secret */
    TLS_CLIENT_EARLY_SECRET,     /* CLIENT_EARLY_TRAFFIC_SECRET */
    TLS_CLIENT_HANDSHAKE_SECRET, /* CLIENT_HANDSHAKE_TRAFFIC_SECRET */
    TLS_SERVER_HANDSHAKE_SECRET, /* SERVER_HANDSHAKE_TRAFFIC_SECRET */
    TLS_CLIENT_TRAFFIC_SECRET,   /* CLIENT_TRAFFIC_SECRET_0 */
    TLS_SERVER_TRAFFIC_SECRET,   /* SERVER_TRAFFIC_SECRET_0 */
    TLS_LABEL_COUNT
};

struct tls_secrets;

/* An empty store for at most max_connections client randoms. */
struct tls_secrets *tls_secrets_new(size_t max_connections);

/* Wipes and releases; clears the caller's pointer. */
void tls_secrets_free(struct tls_secrets **secrets);

/* Takes the next bytes of a key log: lines may be cut anywhere between calls. Comments and unknown labels are
 * passed over, what is no key log line is counted. */
void tls_secrets_feed(struct tls_secrets *secrets, struct slice text);

/* The text is over: a last line without its end is taken. */
void tls_secrets_end_text(struct tls_secrets *secrets);

/* The secret, or an empty slice; valid until the store changes. */
struct slice tls_secrets_find(const struct tls_secrets *secrets,
                              const uint8_t client_random[TLS_RANDOM_BYTES], enum tls_label label);

/* Grows with each secret added: a reader that waits looks again when it has changed. */
uint64_t tls_secrets_generation(const struct tls_secrets *secrets);

struct tls_secrets_counts {
    uint64_t secrets, bad_lines, evicted;
};
struct tls_secrets_counts tls_secrets_counts(const struct tls_secrets *secrets);

#endif
