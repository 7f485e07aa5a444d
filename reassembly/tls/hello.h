/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two hellos of a TLS handshake, taken apart (RFC 5246 7.4.1, RFC 8446 4.1). All slices point into the
 * message that was given; lists are as on the wire, without their length.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_HELLO_H
#define MAILTAP_REASSEMBLY_TLS_HELLO_H

#include "base/cursor.h"

enum tls_extension {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURE_ALGORITHMS = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_ENCRYPT_THEN_MAC = 22,
    EXTENSION_PRE_SHARED_KEY = 41,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_VERSIONS = 43,
};

struct client_hello {
    uint16_t version; /* legacy_version */
    struct slice random, session_id;
    struct slice ciphers;    /* of two bytes each */
    struct slice extensions; /* see hello_next_extension() */
    struct slice sni;
    struct slice alpn; /* the client's first */
    struct slice groups, point_formats, signature_algorithms, versions;
    bool has_alpn, has_sni, has_early_data;
};

struct server_hello {
    uint16_t legacy_version, version; /* version: the negotiated one */
    struct slice random, session_id;
    uint16_t cipher;
    struct slice extensions, alpn;
    bool is_retry; /* HelloRetryRequest (RFC 8446 4.1.4) */
    bool is_psk;   /* a pre-shared key was chosen: in practice, a session is resumed */
    bool is_encrypt_then_mac;
};

/* Both return false when the message is malformed. */
bool hello_read_client(struct slice message, struct client_hello *hello);
bool hello_read_server(struct slice message, struct server_hello *hello);

/* EncryptedExtensions (RFC 8446 4.3.1): the chosen ALPN (empty: none) and whether early data is accepted. */
bool hello_read_encrypted_extensions(struct slice message, struct slice *alpn, bool *has_early_data);

/* The next extension; false at the end. */
bool hello_next_extension(struct cursor *cursor, uint16_t *type, struct slice *body);

/* GREASE (RFC 8701): values without a meaning, sent to keep servers tolerant. */
static inline bool hello_is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
