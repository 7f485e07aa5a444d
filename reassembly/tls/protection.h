/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys of one direction and the opening of its records (RFC 8446 5.2, RFC 5246 6.2.3, RFC 7366, RFC
 * 2246 6.2.3). A record is opened for a given sequence number; whether it is the right one is told by its tag
 * or MAC.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_PROTECTION_H
#define MAILTAP_REASSEMBLY_TLS_PROTECTION_H

#include "base/buffer.h"
#include "reassembly/tls/crypto.h"
#include "reassembly/tls/secrets.h"

enum { TLS_RECORD_HEAD_BYTES = 5, TLS_RECORD_MAX_BYTES = 16384 + 2048 };

struct tls_protection {
    const struct tls_suite *suite;
    uint16_t version;
    bool encrypts_first; /* encrypt-then-MAC; else CBC's MAC is inside */
    uint8_t key[TLS_KEY_MAX_BYTES], iv[TLS_IV_MAX_BYTES], mac_key[TLS_MAC_MAX_BYTES];
    size_t mac_len;
    uint8_t secret[TLS_SECRET_MAX_BYTES]; /* TLS 1.3: of the traffic, for key updates */
    size_t secret_len;
    uint64_t sequence; /* of the next record */
};

/* The two randoms of the handshake, as the key block wants them. */
struct tls_randoms {
    uint8_t client[TLS_RANDOM_BYTES], server[TLS_RANDOM_BYTES];
};

/* Keys of a direction from the master secret (TLS 1.2 and before). False when they cannot be derived. */
bool tls_protection_from_master(struct tls_protection *protection, struct slice master,
                                const struct tls_randoms *randoms, bool is_client);

/* Keys from a traffic secret (TLS 1.3). suite and version are set. */
bool tls_protection_from_secret(struct tls_protection *protection, struct slice secret);

/* The next generation of keys (RFC 8446 7.2). */
bool tls_protection_update(struct tls_protection *protection);

/* Opens a record's fragment. *type is that of the record and becomes that of the content. `plain` is emptied
 * first. False: it is not authentic with this sequence number. TLS 1.0's chained IV moves on with success. */
bool tls_protection_open(struct tls_protection *protection, uint64_t sequence, uint8_t *type,
                         struct slice fragment, struct buffer *plain);

/* Bytes of a record, header included, that are no content: exact for AEAD, the least for CBC. */
size_t tls_protection_overhead(const struct tls_protection *protection);

#endif
