/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hashes by OpenSSL's EVP interface; see digest.h. The one file of this room that sees OpenSSL.
 */
#include "sensor/publish/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* OpenSSL fails here only when it has no memory or no such algorithm: neither can be repaired. */
static size_t digest(struct slice bytes, const EVP_MD *type, uint8_t out[static EVP_MAX_MD_SIZE])
{
    unsigned len = 0;
    if (EVP_Digest(bytes.ptr, bytes.len, out, &len, type, NULL) != 1) abort();
    return len;
}

void digest_sha256_hex(struct slice bytes, char hex[static DIGEST_SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[EVP_MAX_MD_SIZE];
    size_t len = digest(bytes, EVP_sha256(), raw);
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * len] = '\0';
}

void digest_sha1_base64(struct slice bytes, char base64[static DIGEST_SHA1_BASE64_SIZE])
{
    uint8_t raw[EVP_MAX_MD_SIZE];
    size_t len = digest(bytes, EVP_sha1(), raw);
    (void)EVP_EncodeBlock((unsigned char *)base64, raw, (int)len);
}
