/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_cipher.h. OpenSSL keeps RC4 in a module of its own that a confined process could not load.
 */
#include "analysis/inspect/pdf_cipher.h"

#include <limits.h>
#include <openssl/evp.h>

size_t pdf_digest(enum pdf_digest kind, struct slice bytes, uint8_t out[static PDF_DIGEST_MAX_BYTES])
{
    static const EVP_MD *(*const algorithms[])(void) = {
        [PDF_MD5] = EVP_md5, [PDF_SHA256] = EVP_sha256, [PDF_SHA384] = EVP_sha384, [PDF_SHA512] = EVP_sha512};
    unsigned len = 0;
    return EVP_Digest(bytes.ptr, bytes.len, out, &len, algorithms[kind](), NULL) == 1 ? len : 0;
}

size_t pdf_aes(bool encrypts, struct slice key, const uint8_t iv[static PDF_AES_BLOCK_BYTES],
               struct slice data, uint8_t *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = key.len == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
    data = slice_head(data, data.len - data.len % PDF_AES_BLOCK_BYTES);
    int len = 0;
    bool done = context && data.len <= INT_MAX &&
                EVP_CipherInit_ex(context, cipher, NULL, key.ptr, iv, encrypts ? 1 : 0) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, out, &len, data.ptr, (int)data.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? (size_t)len : 0;
}

void pdf_rc4(struct slice key, uint8_t *data, size_t len)
{
    uint8_t state[256], i = 0, j = 0;
    if (key.len == 0) return;
    for (unsigned n = 0; n < 256; n++) state[n] = (uint8_t)n;
    for (unsigned n = 0; n < 256; n++) {
        j = (uint8_t)(j + state[n] + key.ptr[n % key.len]);
        uint8_t swapped = state[n];
        state[n] = state[j];
        state[j] = swapped;
    }
    j = 0;
    for (size_t n = 0; n < len; n++) {
        i++;
        j = (uint8_t)(j + state[i]);
        uint8_t swapped = state[i];
        state[i] = state[j];
        state[j] = swapped;
        data[n] ^= state[(uint8_t)(state[i] + state[j])];
    }
}
