/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cipher suites are made of; rows of suites.def.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_SUITES_H
#define MAILTAP_REASSEMBLY_TLS_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tls_bulk {
    TLS_BULK_AES_128_GCM,
    TLS_BULK_AES_256_GCM,
    TLS_BULK_CHACHA20,
    TLS_BULK_AES_128_CCM,
    TLS_BULK_AES_256_CCM,
    TLS_BULK_AES_128_CCM_8,
    TLS_BULK_AES_256_CCM_8,
    TLS_BULK_AES_128_CBC,
    TLS_BULK_AES_256_CBC,
    TLS_BULK_3DES_CBC,
    TLS_BULK_OTHER, /* cannot be decrypted */
};

enum tls_mac { TLS_MAC_AEAD, TLS_MAC_SHA1, TLS_MAC_SHA256, TLS_MAC_SHA384 };

/* The hash of a suite's key derivation, or that of TLS 1.0 and 1.1. */
enum tls_digest { TLS_DIGEST_SHA256, TLS_DIGEST_SHA384, TLS_DIGEST_MD5_SHA1 };

struct tls_suite {
    uint16_t number;
    const char *name;
    enum tls_bulk bulk;
    enum tls_mac mac;
    enum tls_digest digest;
};

/* NULL: not in the table. */
const struct tls_suite *tls_suite_find(uint16_t number);

#endif
