/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cryptographic primitives the TLS reader needs; crypto.c alone knows who computes them.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_CRYPTO_H
#define MAILTAP_REASSEMBLY_TLS_CRYPTO_H

#include "base/slice.h"

enum tls_hash { TLS_HASH_MD5, TLS_HASH_SHA1, TLS_HASH_SHA256, TLS_HASH_SHA384 };

enum { TLS_HASH_MAX_BYTES = 48 };

/* The digest as lower-case hex digits, cut to size - 1 of them. */
void crypto_hex_digest(enum tls_hash hash, struct slice bytes, char *out, size_t size);

/* Forgets what failed calls left in the library's list of errors. */
void crypto_clear_errors(void);

#endif
