/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hellos of a TLS handshake (RFC 8446 4.1, RFC 5246 7.4.1) and the fingerprints made of them: JA3 and
 * JA3S (Althouse, Atkinson, Atkins: github.com/salesforce/ja3), JA4 (github.com/FoxIO-LLC/ja4, TLS client).
 * Slices point into the message.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_HELLO_H
#define MAILTAP_REASSEMBLY_TLS_HELLO_H

#include "reassembly/tls/facts.h"

enum { TLS_HELLO_RANDOM_BYTES = 32 };

struct tls_client_hello {
    const uint8_t *random;
    struct slice session_id, sni, alpn; /* alpn: the first protocol offered */
    bool offers_early_data;
    char ja3[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE];
};

struct tls_server_hello {
    const uint8_t *random;
    struct slice session_id, alpn;
    uint16_t version, cipher; /* as negotiated */
    bool is_retry;            /* HelloRetryRequest (RFC 8446 4.1.4) */
    bool mac_last;            /* encrypt-then-MAC (RFC 7366) */
    bool has_shared_key;      /* goes on with an earlier session (pre_shared_key) */
    char ja3s[TLS_JA3_SIZE];
};

/* The body of the handshake message; false when it is none. */
bool tls_client_hello_read(struct slice body, struct tls_client_hello *hello);
bool tls_server_hello_read(struct slice body, struct tls_server_hello *hello);

/* The protocol in TLS 1.3's EncryptedExtensions, or an empty slice. */
struct slice tls_encrypted_alpn(struct slice body);

#endif
