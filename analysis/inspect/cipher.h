/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hashes and ciphers that documents are encrypted with, for opening them with known passwords.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_CIPHER_H
#define MAILTAP_ANALYSIS_INSPECT_CIPHER_H

#include "base/slice.h"

enum cipher_hash { CIPHER_MD5, CIPHER_SHA1, CIPHER_SHA256, CIPHER_SHA384, CIPHER_SHA512, CIPHER_HASH_COUNT };

enum { CIPHER_HASH_MAX_BYTES = 64, CIPHER_BLOCK_BYTES = 16 };

/* Looks the algorithms up once, before any file becomes unreachable. Idempotent, not thread-safe. */
void cipher_init(void);
void cipher_shutdown(void);

/* The hash with this name ("SHA512", "SHA-1"), or CIPHER_HASH_COUNT. */
enum cipher_hash cipher_hash_named(struct slice name);

/* Hashes a and b, one behind the other; `out` may be where they point to. Returns the hash's bytes, 0 when
 * the library cannot. */
size_t cipher_digest(enum cipher_hash kind, struct slice a, struct slice b,
                     uint8_t out[static CIPHER_HASH_MAX_BYTES]);

/* Puts in `digest` (as long as the hash) `rounds` times the hash of the round's number (little endian) and of
 * what it held. */
bool cipher_spin(enum cipher_hash kind, uint32_t rounds, uint8_t digest[static CIPHER_HASH_MAX_BYTES]);

/* AES without padding, of as many whole blocks as `in` holds; key of 16, 24 or 32 bytes. CBC, or ECB when iv
 * is NULL. `out` has room for in.len bytes. */
bool cipher_decrypt_aes(struct slice key, const uint8_t *iv, struct slice in, uint8_t *out);

/* XORs the key's stream over the data. */
void cipher_rc4(struct slice key, uint8_t *data, size_t len);

#endif
