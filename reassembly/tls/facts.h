/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be told of a TLS connection from beside, with or without its keys: the parameters of the hellos,
 * the server's certificate where it is visible (TLS 1.2 and before, or decrypted), fingerprints. Slices live
 * in the arena of whoever owns the facts and are bytes from the wire; they are empty where nothing was seen.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_FACTS_H
#define MAILTAP_REASSEMBLY_TLS_FACTS_H

#include "base/arena.h"
#include "base/slice.h"

enum { TLS_JA3_SIZE = 33, TLS_JA4_SIZE = 40, TLS_SHA256_SIZE = 65, TLS_NAMES_MAX = 16 };

/* The leaf certificate (RFC 5280). Names are RFC 4514 texts in UTF-8. */
struct tls_certificate {
    struct slice subject, issuer;
    struct slice serial;               /* hex digits */
    struct slice names[TLS_NAMES_MAX]; /* subjectAltName: DNS names */
    size_t name_count, names_dropped;
    int64_t not_before_s, not_after_s; /* seconds since 1970 UTC */
    char sha256[TLS_SHA256_SIZE];      /* of the DER bytes; empty: no certificate was seen */
    bool is_self_signed;
};

struct tls_facts {
    uint16_t version; /* negotiated, as on the wire: 0x0303 is TLS 1.2; 0: no ServerHello was seen */
    uint16_t cipher;  /* negotiated cipher suite; 0: not seen */
    struct slice sni; /* host name the client asked for (RFC 6066 3) */
    struct slice
        alpn; /* chosen by the server (RFC 7301), or, while that is not visible, the client's first */
    char ja3[TLS_JA3_SIZE], ja3s[TLS_JA3_SIZE], ja4[TLS_JA4_SIZE]; /* empty: hello not seen */
    struct tls_certificate certificate;
    bool client_hello_seen, server_hello_seen;
    bool is_resumed;
    bool is_established; /* protected records went in both directions */
    bool is_decrypted;   /* its keys were known, and records were read with them */
    bool is_broken;      /* not TLS after all, or a record could not be read */
    uint8_t alert;       /* the first fatal alert's description in clear, plus 1; 0: none */
};

/* "TLS 1.2"; NULL for 0 and unknown versions. */
const char *tls_version_name(uint16_t version);

/* The IANA name, "TLS_AES_128_GCM_SHA256"; NULL when the table does not hold it. */
const char *tls_cipher_name(uint16_t cipher);

/* A copy whose slices live in `arena`. */
struct tls_facts tls_facts_copy(const struct tls_facts *facts, struct arena *arena);

#endif
