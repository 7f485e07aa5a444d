/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OpenSSL's libcrypto behind crypto.h.
 */
#include "reassembly/tls/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>

static const EVP_MD *digest_of(enum tls_hash hash)
{
    switch (hash) {
    case TLS_HASH_MD5: return EVP_md5();
    case TLS_HASH_SHA1: return EVP_sha1();
    case TLS_HASH_SHA256: return EVP_sha256();
    case TLS_HASH_SHA384: return EVP_sha384();
    }
    return NULL;
}

void crypto_hex_digest(enum tls_hash hash, struct slice bytes, char *out, size_t size)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_Digest(bytes.ptr, bytes.len, digest, &len, digest_of(hash), NULL) != 1) len = 0;
    size_t at = 0;
    for (unsigned i = 0; i < len && at + 2 < size; i++) {
        out[at++] = "0123456789abcdef"[digest[i] >> 4];
        out[at++] = "0123456789abcdef"[digest[i] & 15];
    }
    out[at] = '\0';
}

void crypto_clear_errors(void)
{
    ERR_clear_error();
}
