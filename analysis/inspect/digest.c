/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of OpenSSL's digests; see digest.h. The content goes through all three in pieces that stay in
 * the processor's first cache.
 */
#include "analysis/inspect/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/mem.h"

enum { DIGEST_COUNT = 3, PIECE_BYTES = 16 * 1024 };

static const char *const names[DIGEST_COUNT] = {"MD5", "SHA1", "SHA256"};
static EVP_MD *algorithms[DIGEST_COUNT];

struct digests {
    EVP_MD_CTX *contexts[DIGEST_COUNT];
};

void digest_init(void)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        if (!algorithms[i]) algorithms[i] = EVP_MD_fetch(NULL, names[i], NULL);
    }
}

void digest_shutdown(void)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        EVP_MD_free(algorithms[i]);
        algorithms[i] = NULL;
    }
}

struct digests *digests_new(void)
{
    struct digests *d = mem_zalloc(1, sizeof *d);
    for (size_t i = 0; i < DIGEST_COUNT; i++) d->contexts[i] = EVP_MD_CTX_new();
    return d;
}

void digests_free(struct digests **digests)
{
    if (!*digests) return;
    for (size_t i = 0; i < DIGEST_COUNT; i++) EVP_MD_CTX_free((*digests)->contexts[i]);
    free(*digests);
    *digests = NULL;
}

static void write_hex(const uint8_t *bytes, unsigned len, char *out)
{
    for (unsigned i = 0; i < len; i++) {
        *out++ = "0123456789abcdef"[bytes[i] >> 4];
        *out++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *out = '\0';
}

void digests_compute(struct digests *d, struct slice content, char md5[33], char sha1[41], char sha256[65])
{
    char *const outputs[DIGEST_COUNT] = {md5, sha1, sha256};
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        if (EVP_DigestInit_ex2(d->contexts[i], algorithms[i], NULL) != 1) abort();
    }
    while (content.len > 0) {
        struct slice piece = slice_head(content, PIECE_BYTES);
        for (size_t i = 0; i < DIGEST_COUNT; i++)
            (void)EVP_DigestUpdate(d->contexts[i], piece.ptr, piece.len);
        content = slice_skip(content, piece.len);
    }
    for (size_t i = 0; i < DIGEST_COUNT; i++) {
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned len = 0;
        (void)EVP_DigestFinal_ex(d->contexts[i], digest, &len);
        write_hex(digest, len, outputs[i]);
    }
}
