/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One TLS connection seen from beside (RFC 5246, RFC 8446): takes both directions' bytes, tells its
 * parameters and, when its secrets are known, gives out the application data. What cannot be read yet (the
 * other direction's hello, or the secrets, have not come) is held, up to tls_held_max_bytes a direction.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_TLS_H
#define MAILTAP_REASSEMBLY_TLS_TLS_H

#include "reassembly/mail.h"
#include "reassembly/reassembly.h"
#include "reassembly/tls/facts.h"
#include "reassembly/tls/secrets.h"

/* Who follows the connection. Calls come from within tls_take(), tls_gap() and tls_end(); slices are lent. */
struct tls_sink {
    void *context;
    /* Application data, in order within each direction. */
    void (*data_fn)(void *context, enum direction dir, struct slice plain);
    /* `len` bytes of application data are missing here: exact where all lost records can be told, else an
     * upper bound. */
    void (*gap_fn)(void *context, enum direction dir, uint64_t len);
    /* Bytes before the first record that are no TLS: plaintext where the handshake should begin. */
    void (*stray_fn)(void *context, enum direction dir, struct slice bytes);
};

struct tls_options {
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    const struct tls_secrets *secrets; /* NULL: nothing can be decrypted */
    struct tls_sink sink;
};

enum tls_state {
    TLS_READING, /* give it more */
    TLS_OPAQUE,  /* all that is to be learnt without keys was learnt, and keys are not to be expected */
    TLS_DEAD,    /* not TLS, or broken: nothing more will come out */
};

struct tls;

struct tls *tls_open(const struct tls_options *options);

/* Releases; wipes what is secret; clears the caller's pointer. */
void tls_free(struct tls **tls);

enum tls_state tls_take(struct tls *tls, enum direction dir, struct slice bytes);
enum tls_state tls_gap(struct tls *tls, enum direction dir, uint64_t len);

/* The connection is over: what is held is tried a last time. */
void tls_end(struct tls *tls);

const struct tls_facts *tls_facts(const struct tls *tls);

/* Bytes of memory in use. */
size_t tls_memory(const struct tls *tls);

/* True when these first bytes of a direction are a TLS handshake record (RFC 8446 5.1) or may become one. */
bool tls_may_begin(struct slice bytes);

#endif
