/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_cipher.h.
 */
#include "analysis/inspect/pdf_cipher.h"

#include <limits.h>
#include <openssl/evp.h>

size_t pdf_aes(bool encrypts, struct slice key, const uint8_t iv[static CIPHER_BLOCK_BYTES],
               struct slice data, uint8_t *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = key.len == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
    data = slice_head(data, data.len - data.len % CIPHER_BLOCK_BYTES);
    int len = 0;
    bool done = context && data.len <= INT_MAX &&
                EVP_CipherInit_ex(context, cipher, NULL, key.ptr, iv, encrypts ? 1 : 0) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, out, &len, data.ptr, (int)data.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? (size_t)len : 0;
}
