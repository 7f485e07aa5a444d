/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See cipher.h. RC4 is here because the library keeps it apart from what it loads.
 */
#include "analysis/inspect/cipher.h"

#include <limits.h>

#include <openssl/evp.h>

enum { RC4_STATES = 256 };

static const char *const digest_names[CIPHER_HASH_COUNT] = {
    [CIPHER_MD5] = "MD5",       [CIPHER_SHA1] = "SHA1",     [CIPHER_SHA256] = "SHA256",
    [CIPHER_SHA384] = "SHA384", [CIPHER_SHA512] = "SHA512",
};

static const struct {
    const char *name;
    size_t key_len;
    bool is_chained;
} aes_names[] = {
    {"AES-128-CBC", 16, true},  {"AES-192-CBC", 24, true},  {"AES-256-CBC", 32, true},
    {"AES-128-ECB", 16, false}, {"AES-192-ECB", 24, false}, {"AES-256-ECB", 32, false},
};

enum { AES_COUNT = sizeof aes_names / sizeof *aes_names };

static EVP_MD *digests[CIPHER_HASH_COUNT];
static EVP_CIPHER *aes[AES_COUNT];

void cipher_init(void)
{
    for (size_t i = 0; i < CIPHER_HASH_COUNT; i++) {
        if (!digests[i]) digests[i] = EVP_MD_fetch(NULL, digest_names[i], NULL);
    }
    for (size_t i = 0; i < AES_COUNT; i++) {
        if (!aes[i]) aes[i] = EVP_CIPHER_fetch(NULL, aes_names[i].name, NULL);
    }
}

void cipher_shutdown(void)
{
    for (size_t i = 0; i < CIPHER_HASH_COUNT; i++) {
        EVP_MD_free(digests[i]);
        digests[i] = NULL;
    }
    for (size_t i = 0; i < AES_COUNT; i++) {
        EVP_CIPHER_free(aes[i]);
        aes[i] = NULL;
    }
}

enum cipher_hash cipher_hash_named(struct slice name)
{
    for (size_t i = 0; i < CIPHER_HASH_COUNT; i++) {
        if (slice_equal_nocase(name, slice_from_cstr(digest_names[i]))) return (enum cipher_hash)i;
    }
    if (slice_equal_nocase(name, SLICE("SHA-1"))) return CIPHER_SHA1;
    if (slice_equal_nocase(name, SLICE("SHA-256"))) return CIPHER_SHA256;
    if (slice_equal_nocase(name, SLICE("SHA-384"))) return CIPHER_SHA384;
    return slice_equal_nocase(name, SLICE("SHA-512")) ? CIPHER_SHA512 : CIPHER_HASH_COUNT;
}

static size_t digest_in(EVP_MD_CTX *context, enum cipher_hash kind, struct slice a, struct slice b,
                        uint8_t *out)
{
    unsigned len = 0;
    bool good = EVP_DigestInit_ex(context, digests[kind], NULL) == 1 &&
                EVP_DigestUpdate(context, a.ptr, a.len) == 1 &&
                EVP_DigestUpdate(context, b.ptr, b.len) == 1 && EVP_DigestFinal_ex(context, out, &len) == 1;
    return good ? len : 0;
}

size_t cipher_digest(enum cipher_hash kind, struct slice a, struct slice b,
                     uint8_t out[static CIPHER_HASH_MAX_BYTES])
{
    if (kind >= CIPHER_HASH_COUNT || !digests[kind]) return 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = context ? digest_in(context, kind, a, b, out) : 0;
    EVP_MD_CTX_free(context);
    return len;
}

bool cipher_spin(enum cipher_hash kind, uint32_t rounds, uint8_t digest[static CIPHER_HASH_MAX_BYTES])
{
    if (kind >= CIPHER_HASH_COUNT || !digests[kind]) return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t len = (size_t)EVP_MD_get_size(digests[kind]);
    bool good = context;
    for (uint32_t i = 0; i < rounds && good; i++) {
        uint8_t number[] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16), (uint8_t)(i >> 24)};
        good =
            digest_in(context, kind, slice_make(number, sizeof number), slice_make(digest, len), digest) > 0;
    }
    EVP_MD_CTX_free(context);
    return good;
}

static const EVP_CIPHER *find_aes(size_t key_len, bool is_chained)
{
    for (size_t i = 0; i < AES_COUNT; i++) {
        if (aes_names[i].key_len == key_len && aes_names[i].is_chained == is_chained) return aes[i];
    }
    return NULL;
}

bool cipher_decrypt_aes(struct slice key, const uint8_t *iv, struct slice in, uint8_t *out)
{
    const EVP_CIPHER *cipher = find_aes(key.len, iv);
    size_t len = in.len / CIPHER_BLOCK_BYTES * CIPHER_BLOCK_BYTES;
    int got = 0;
    if (!cipher || len == 0 || len > INT_MAX) return false;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context && EVP_DecryptInit_ex(context, cipher, NULL, key.ptr, iv) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_DecryptUpdate(context, out, &got, in.ptr, (int)len) == 1 && (size_t)got == len;
    EVP_CIPHER_CTX_free(context);
    return good;
}

void cipher_rc4(struct slice key, uint8_t *data, size_t len)
{
    uint8_t state[RC4_STATES];
    for (unsigned i = 0; i < RC4_STATES; i++) state[i] = (uint8_t)i;
    for (unsigned i = 0, j = 0; i < RC4_STATES && key.len > 0; i++) {
        j = (j + state[i] + key.ptr[i % key.len]) & 0xff;
        uint8_t swapped = state[i];
        state[i] = state[j];
        state[j] = swapped;
    }
    uint8_t i = 0, j = 0;
    for (size_t n = 0; n < len; n++) {
        i++;
        j = (uint8_t)(j + state[i]);
        uint8_t swapped = state[i];
        state[i] = state[j];
        state[j] = swapped;
        data[n] ^= state[(uint8_t)(state[i] + state[j])];
    }
}
