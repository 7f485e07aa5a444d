/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The primitives that reading TLS needs, by OpenSSL's libcrypto: key derivation, opening of protected
 * records, digests for fingerprints. All are functions of their arguments; the caller wipes what is secret.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_CRYPTO_H
#define MAILTAP_REASSEMBLY_TLS_CRYPTO_H

#include "base/slice.h"
#include "reassembly/tls/suites.h"

enum { TLS_MAC_MAX_BYTES = 48, TLS_KEY_MAX_BYTES = 32, TLS_IV_MAX_BYTES = 16 };

/* Bytes of the digest's output; for TLS_DIGEST_MD5_SHA1 of its PRF it does not matter. */
size_t tls_digest_len(enum tls_digest digest);

/* PRF(secret, label, seed) of TLS 1.2 (RFC 5246 5), or of TLS 1.0 (RFC 2246 5). */
bool tls_prf(enum tls_digest digest, struct slice secret, const char *label, struct slice seed, uint8_t *out,
             size_t len);

/* HKDF-Expand-Label(secret, label, "", len) (RFC 8446 7.1). */
bool tls_expand_label(enum tls_digest digest, struct slice secret, const char *label, uint8_t *out,
                      size_t len);

/* HMAC of two parts. Returns the number of bytes, 0 on failure. */
size_t tls_hmac(enum tls_mac mac, struct slice key, struct slice first, struct slice second,
                uint8_t out[static TLS_MAC_MAX_BYTES]);

/* Sizes of a bulk cipher: key, IV from the key block (TLS 1.2), explicit part in each record (TLS 1.2), tag.
 */
struct tls_bulk_sizes {
    size_t key, fixed_iv, explicit_iv, tag, block;
};
struct tls_bulk_sizes tls_bulk_sizes(enum tls_bulk bulk);

/* Decrypts into `out` (room for in.len bytes). AEAD: false when the tag is wrong. */
bool tls_aead_open(enum tls_bulk bulk, const uint8_t *key, const uint8_t nonce[static 12],
                   struct slice additional, struct slice in, struct slice tag, uint8_t *out);

/* CBC without padding taken off; in.len is a multiple of the block. */
bool tls_cbc_open(enum tls_bulk bulk, const uint8_t *key, const uint8_t *iv, struct slice in, uint8_t *out);

void tls_md5_hex(struct slice bytes, char out[static 33]);
void tls_sha256_hex(struct slice bytes, char out[static 65]);

#endif
