/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thin wraps of OpenSSL's EVP; see crypto.h.
 */
#include "reassembly/tls/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/buffer.h"
#include "base/mem.h"

enum { GCM_TAG = 16, CCM_8_TAG = 8, NONCE_BYTES = 12 };

static const struct bulk_row {
    struct tls_bulk_sizes sizes;
    const EVP_CIPHER *(*cipher)(void);
} bulks[] = {
    [TLS_BULK_AES_128_GCM] = {{16, 4, 8, GCM_TAG, 1}, EVP_aes_128_gcm},
    [TLS_BULK_AES_256_GCM] = {{32, 4, 8, GCM_TAG, 1}, EVP_aes_256_gcm},
    [TLS_BULK_CHACHA20] = {{32, 12, 0, GCM_TAG, 1}, EVP_chacha20_poly1305},
    [TLS_BULK_AES_128_CCM] = {{16, 4, 8, GCM_TAG, 1}, EVP_aes_128_ccm},
    [TLS_BULK_AES_256_CCM] = {{32, 4, 8, GCM_TAG, 1}, EVP_aes_256_ccm},
    [TLS_BULK_AES_128_CCM_8] = {{16, 4, 8, CCM_8_TAG, 1}, EVP_aes_128_ccm},
    [TLS_BULK_AES_256_CCM_8] = {{32, 4, 8, CCM_8_TAG, 1}, EVP_aes_256_ccm},
    [TLS_BULK_AES_128_CBC] = {{16, 16, 16, 0, 16}, EVP_aes_128_cbc},
    [TLS_BULK_AES_256_CBC] = {{32, 16, 16, 0, 16}, EVP_aes_256_cbc},
    [TLS_BULK_3DES_CBC] = {{24, 8, 8, 0, 8}, EVP_des_ede3_cbc},
    [TLS_BULK_OTHER] = {{0, 0, 0, 0, 1}, NULL},
};

struct tls_bulk_sizes tls_bulk_sizes(enum tls_bulk bulk)
{
    return bulks[bulk].sizes;
}

static const char *digest_name(enum tls_digest digest)
{
    static const char *const names[] = {"SHA256", "SHA384", "MD5-SHA1"};
    return names[digest];
}

size_t tls_digest_len(enum tls_digest digest)
{
    return digest == TLS_DIGEST_SHA384 ? 48 : 32;
}

/* Runs a KDF of OpenSSL once. */
static bool derive(const char *kdf_name, const OSSL_PARAM *params, uint8_t *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, kdf_name, NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    bool done = context && EVP_KDF_derive(context, out, len, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done;
}

static OSSL_PARAM octets(const char *name, struct slice bytes)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)bytes.ptr, bytes.len);
}

static OSSL_PARAM text(const char *name, const char *value)
{
    return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)value, 0);
}

bool tls_prf(enum tls_digest digest, struct slice secret, const char *label, struct slice seed, uint8_t *out,
             size_t len)
{
    const OSSL_PARAM params[] = {text(OSSL_KDF_PARAM_DIGEST, digest_name(digest)),
                                 octets(OSSL_KDF_PARAM_SECRET, secret),
                                 octets(OSSL_KDF_PARAM_SEED, slice_from_cstr(label)),
                                 octets(OSSL_KDF_PARAM_SEED, seed), OSSL_PARAM_construct_end()};
    return derive(OSSL_KDF_NAME_TLS1_PRF, params, out, len);
}

bool tls_expand_label(enum tls_digest digest, struct slice secret, const char *label, uint8_t *out,
                      size_t len)
{
    struct buffer info = buffer_make(64);
    size_t label_len = strlen(label);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    (void)buffer_append_byte(&info, (uint8_t)(len >> 8));
    (void)buffer_append_byte(&info, (uint8_t)len);
    (void)buffer_append_byte(&info, (uint8_t)(6 + label_len));
    (void)buffer_printf(&info, "tls13 %s", label);
    (void)buffer_append_byte(&info, 0);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        text(OSSL_KDF_PARAM_DIGEST, digest_name(digest)), octets(OSSL_KDF_PARAM_KEY, secret),
        octets(OSSL_KDF_PARAM_INFO, buffer_slice(&info)), OSSL_PARAM_construct_end()};
    bool done = derive(OSSL_KDF_NAME_HKDF, params, out, len);
    buffer_free(&info);
    return done;
}

size_t tls_hmac(enum tls_mac mac, struct slice key, struct slice first, struct slice second,
                uint8_t out[static TLS_MAC_MAX_BYTES])
{
    static const char *const names[] = {"", "SHA1", "SHA256", "SHA384"};
    size_t len = 0;
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    const OSSL_PARAM params[] = {text(OSSL_MAC_PARAM_DIGEST, names[mac]), OSSL_PARAM_construct_end()};
    bool done = context && EVP_MAC_init(context, key.ptr, key.len, params) == 1 &&
                EVP_MAC_update(context, first.ptr, first.len) == 1 &&
                EVP_MAC_update(context, second.ptr, second.len) == 1 &&
                EVP_MAC_final(context, out, &len, TLS_MAC_MAX_BYTES) == 1;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
    return done ? len : 0;
}

static bool is_ccm(enum tls_bulk bulk)
{
    return bulk >= TLS_BULK_AES_128_CCM && bulk <= TLS_BULK_AES_256_CCM_8;
}

/* CCM wants the tag before and the length in advance, and tells by the update whether the tag is right. */
static bool open_with(EVP_CIPHER_CTX *context, enum tls_bulk bulk, const uint8_t *key, const uint8_t *nonce,
                      struct slice additional, struct slice in, struct slice tag, uint8_t *out)
{
    int len = 0;
    uint8_t none[1] = {0}; /* OpenSSL takes no NULL for no bytes */
    void *tag_bytes = (void *)(uintptr_t)tag.ptr;
    if (!EVP_DecryptInit_ex(context, bulks[bulk].cipher(), NULL, NULL, NULL)) return false;
    if (!EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, NONCE_BYTES, NULL)) return false;
    if (is_ccm(bulk) && !EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, tag_bytes))
        return false;
    if (!EVP_DecryptInit_ex(context, NULL, NULL, key, nonce)) return false;
    if (is_ccm(bulk) && !EVP_DecryptUpdate(context, NULL, &len, NULL, (int)in.len)) return false;
    if (!EVP_DecryptUpdate(context, NULL, &len, additional.ptr, (int)additional.len)) return false;
    if (!EVP_DecryptUpdate(context, in.len > 0 ? out : none, &len, in.len > 0 ? in.ptr : none, (int)in.len))
        return false;
    if (is_ccm(bulk)) return true;
    if (!EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)tag.len, tag_bytes)) return false;
    return EVP_DecryptFinal_ex(context, in.len > 0 ? out + len : none, &len) == 1;
}

bool tls_aead_open(enum tls_bulk bulk, const uint8_t *key, const uint8_t nonce[static 12],
                   struct slice additional, struct slice in, struct slice tag, uint8_t *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context && open_with(context, bulk, key, nonce, additional, in, tag, out);
    EVP_CIPHER_CTX_free(context);
    return done;
}

bool tls_cbc_open(enum tls_bulk bulk, const uint8_t *key, const uint8_t *iv, struct slice in, uint8_t *out)
{
    int len = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool done = context && EVP_DecryptInit_ex(context, bulks[bulk].cipher(), NULL, key, iv) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_DecryptUpdate(context, out, &len, in.ptr, (int)in.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return done && (size_t)len == in.len;
}

static void digest_hex(const EVP_MD *algorithm, struct slice bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (EVP_Digest(bytes.ptr, bytes.len, digest, &len, algorithm, NULL) != 1) len = 0;
    for (unsigned i = 0; i < len; i++) {
        *out++ = digits[digest[i] >> 4];
        *out++ = digits[digest[i] & 15];
    }
    *out = '\0';
}

void tls_md5_hex(struct slice bytes, char out[static 33])
{
    digest_hex(EVP_md5(), bytes, out);
}

void tls_sha256_hex(struct slice bytes, char out[static 65])
{
    digest_hex(EVP_sha256(), bytes, out);
}
