/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_crypt.h. The key comes from the (empty) password by algorithm 2 of ISO 32000-1, 7.6.3.3, or 2.A of
 * ISO 32000-2, 7.6.4.3.3; each object's key from that by algorithm 1.
 */
#include "analysis/inspect/pdf_crypt.h"

#include <stdlib.h>

#include "analysis/inspect/cipher.h"
#include "analysis/inspect/inspect.h"
#include "analysis/inspect/pdf_cipher.h"
#include "base/mem.h"

enum {
    KEY_MAX_BYTES = 32,
    OWNER_BYTES = 32,
    USER_BYTES = 48,
    ROUNDS_OLD = 50,
    ROUNDS_MIN = 64,
    ROUND_COPIES = 64
};

enum method { METHOD_NONE, METHOD_RC4, METHOD_AES_128, METHOD_AES_256 };

struct pdf_crypt {
    enum method method;
    uint8_t key[KEY_MAX_BYTES];
    size_t key_len;
};

/* What the encryption dictionary says. */
struct handler {
    int64_t version, revision, length, permissions;
    bool hides_metadata;
    struct buffer owner, user, user_key, id;
};

static const uint8_t padding[32] = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08"
                                   "\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a";

static void read_string(struct pdf_file *pdf, struct slice value, struct buffer *out)
{
    *out = buffer_make(256);
    pdf_append_string(pdf_resolve(pdf, value, NULL).raw, out);
}

static void read_handler(struct pdf_file *pdf, const struct pdf_dict *dict, struct handler *h)
{
    h->length = 40;
    h->hides_metadata = !slice_equal(dict->values[PDF_EncryptMetadata], SLICE("false"));
    (void)pdf_read_int(pdf_resolve(pdf, dict->values[PDF_V], NULL).raw, &h->version);
    (void)pdf_read_int(pdf_resolve(pdf, dict->values[PDF_R], NULL).raw, &h->revision);
    (void)pdf_read_int(pdf_resolve(pdf, dict->values[PDF_P], NULL).raw, &h->permissions);
    (void)pdf_read_int(pdf_resolve(pdf, dict->values[PDF_Length], NULL).raw, &h->length);
    read_string(pdf, dict->values[PDF_O], &h->owner);
    read_string(pdf, dict->values[PDF_U], &h->user);
    read_string(pdf, dict->values[PDF_UE], &h->user_key);
    struct slice id = pdf_resolve(pdf, pdf->id, NULL).raw;
    if (id.len > 0 && id.ptr[0] == '[') id = slice_skip(id, 1);
    read_string(pdf, pdf_next_token(&id), &h->id);
}

static void free_handler(struct handler *h)
{
    buffer_free(&h->owner);
    buffer_free(&h->user);
    buffer_free(&h->user_key);
    buffer_free(&h->id);
}

static enum method find_method(struct pdf_file *pdf, const struct pdf_dict *dict, int64_t version)
{
    if (version < 4) return METHOD_RC4;
    struct pdf_dict filters, standard;
    if (pdf_is_name(dict->values[PDF_StmF], "Identity") || dict->values[PDF_StmF].len == 0)
        return METHOD_NONE;
    if (version >= 5) return METHOD_AES_256;
    pdf_read_dict(pdf, pdf_resolve(pdf, dict->values[PDF_CF], NULL).raw, &filters);
    pdf_read_dict(pdf, pdf_resolve(pdf, filters.values[PDF_StdCF], NULL).raw, &standard);
    return pdf_is_name(standard.values[PDF_CFM], "V2") ? METHOD_RC4 : METHOD_AES_128;
}

/* Algorithm 2, for the empty password. */
static void make_key(struct pdf_crypt *crypt, const struct handler *h)
{
    struct buffer text = buffer_make(512);
    uint8_t digest[CIPHER_HASH_MAX_BYTES];
    uint32_t permissions = (uint32_t)h->permissions;
    (void)buffer_append(&text, slice_make(padding, sizeof padding));
    (void)buffer_append(&text, slice_head(buffer_slice(&h->owner), OWNER_BYTES));
    for (unsigned i = 0; i < 4; i++) (void)buffer_append_byte(&text, (uint8_t)(permissions >> 8 * i));
    (void)buffer_append(&text, buffer_slice(&h->id));
    if (h->revision >= 4 && !h->hides_metadata) (void)buffer_append(&text, SLICE("\xff\xff\xff\xff"));
    (void)cipher_digest(CIPHER_MD5, SLICE(""), buffer_slice(&text), digest);
    int64_t len = h->revision < 3 ? 5 : crypt->method == METHOD_AES_128 ? 16 : h->length / 8;
    crypt->key_len = len < 5 ? 5 : len > 16 ? 16 : (size_t)len;
    for (unsigned i = 0; h->revision >= 3 && i < ROUNDS_OLD; i++) {
        uint8_t before[CIPHER_HASH_MAX_BYTES];
        memcpy(before, digest, sizeof before);
        (void)cipher_digest(CIPHER_MD5, SLICE(""), slice_make(before, crypt->key_len), digest);
    }
    memcpy(crypt->key, digest, crypt->key_len);
    buffer_free(&text);
}

/* Algorithms 4 and 5: does the key give the value of /U? */
static bool opens(const struct pdf_crypt *crypt, const struct handler *h)
{
    uint8_t want[CIPHER_HASH_MAX_BYTES];
    struct slice key = slice_make(crypt->key, crypt->key_len), user = buffer_slice(&h->user);
    if (h->revision < 3) {
        memcpy(want, padding, sizeof padding);
        cipher_rc4(key, want, sizeof padding);
        return user.len >= sizeof padding && memcmp(want, user.ptr, sizeof padding) == 0;
    }
    struct buffer text = buffer_make(512);
    (void)buffer_append(&text, slice_make(padding, sizeof padding));
    (void)buffer_append(&text, buffer_slice(&h->id));
    (void)cipher_digest(CIPHER_MD5, SLICE(""), buffer_slice(&text), want);
    buffer_free(&text);
    for (uint8_t i = 0; i < 20; i++) {
        uint8_t turned[KEY_MAX_BYTES];
        for (size_t j = 0; j < key.len; j++) turned[j] = key.ptr[j] ^ i;
        cipher_rc4(slice_make(turned, key.len), want, 16);
    }
    return user.len >= 16 && memcmp(want, user.ptr, 16) == 0;
}

/* Algorithm 2.B: the hash of the empty password with a salt; before revision 6 its first step alone. */
static void salted_hash(int64_t revision, struct slice salt, uint8_t hash[static CIPHER_HASH_MAX_BYTES])
{
    uint8_t text[ROUND_COPIES * CIPHER_HASH_MAX_BYTES], mixed[sizeof text];
    size_t len = cipher_digest(CIPHER_SHA256, SLICE(""), salt, hash);
    for (unsigned round = 0; revision >= 6 && len > 0; round++) {
        for (size_t i = 0; i < ROUND_COPIES; i++) memcpy(text + i * len, hash, len);
        size_t size =
            pdf_aes(true, slice_make(hash, 16), hash + 16, slice_make(text, len * ROUND_COPIES), mixed);
        if (size == 0) return;
        unsigned sum = 0;
        for (size_t i = 0; i < 16; i++) sum += mixed[i];
        len = cipher_digest((enum cipher_hash)(CIPHER_SHA256 + sum % 3), SLICE(""), slice_make(mixed, size),
                            hash);
        if (round + 1 >= ROUNDS_MIN && mixed[size - 1] <= round + 1 - 32) return;
    }
}

/* Algorithm 2.A: /U holds a hash and two salts, /UE the key. */
static bool open_aes_256(struct pdf_crypt *crypt, const struct handler *h)
{
    static const uint8_t no_iv[CIPHER_BLOCK_BYTES] = {0};
    uint8_t hash[CIPHER_HASH_MAX_BYTES];
    struct slice user = buffer_slice(&h->user);
    if (user.len < USER_BYTES || h->user_key.len < KEY_MAX_BYTES) return false;
    salted_hash(h->revision, slice_make(user.ptr + 32, 8), hash);
    if (memcmp(hash, user.ptr, 32) != 0) return false;
    salted_hash(h->revision, slice_make(user.ptr + 40, 8), hash);
    crypt->key_len = KEY_MAX_BYTES;
    return pdf_aes(false, slice_make(hash, KEY_MAX_BYTES), no_iv,
                   slice_head(buffer_slice(&h->user_key), KEY_MAX_BYTES), crypt->key) == KEY_MAX_BYTES;
}

static void note_password(struct pdf_file *pdf, enum method method, bool is_standard)
{
    static const char *const names[] = {"none", "RC4", "AES-128", "AES-256"};
    pdf->needs_password = !pdf->locks_files;
    const char *how = pdf->locks_files ? "files in it" : is_standard ? names[method] : "other handler";
    inspect_add_fact(pdf->x, pdf->index, FACT_ENCRYPTED, slice_from_cstr(how));
}

struct pdf_crypt *pdf_crypt_new(struct pdf_file *pdf)
{
    struct pdf_dict dict;
    pdf_read_dict(pdf, pdf_resolve(pdf, pdf->encrypt, NULL).raw, &dict);
    if (dict.values[PDF_Filter].len == 0) return NULL;
    struct handler h = {0};
    read_handler(pdf, &dict, &h);
    struct pdf_crypt *crypt = mem_zalloc(1, sizeof *crypt);
    crypt->method = find_method(pdf, &dict, h.version);
    if (h.version < 5) make_key(crypt, &h);
    bool is_standard = pdf_is_name(dict.values[PDF_Filter], "Standard");
    pdf->locks_files = is_standard && crypt->method == METHOD_NONE;
    bool opened = is_standard && (h.version >= 5 ? open_aes_256(crypt, &h) : opens(crypt, &h));
    free_handler(&h);
    if (opened) return crypt;
    note_password(pdf, crypt->method, is_standard);
    pdf_crypt_free(&crypt);
    return NULL;
}

void pdf_crypt_free(struct pdf_crypt **crypt)
{
    if (*crypt) mem_wipe(*crypt, sizeof **crypt);
    free(*crypt);
    *crypt = NULL;
}

/* Algorithm 1. */
static size_t object_key(const struct pdf_crypt *crypt, const struct pdf_object *object,
                         uint8_t key[static CIPHER_HASH_MAX_BYTES])
{
    uint8_t text[KEY_MAX_BYTES + 9];
    size_t len = crypt->key_len;
    memcpy(text, crypt->key, len);
    for (unsigned i = 0; i < 3; i++) text[len++] = (uint8_t)(object->number >> 8 * i);
    for (unsigned i = 0; i < 2; i++) text[len++] = (uint8_t)(object->generation >> 8 * i);
    if (crypt->method == METHOD_AES_128) {
        memcpy(text + len, "sAlT", 4);
        len += 4;
    }
    (void)cipher_digest(CIPHER_MD5, SLICE(""), slice_make(text, len), key);
    return crypt->key_len + 5 < 16 ? crypt->key_len + 5 : 16;
}

/* The vector stands before the data; the last byte counts the padding. */
static void decrypt_aes(struct slice key, struct slice data, struct buffer *out)
{
    if (data.len < 2 * (size_t)CIPHER_BLOCK_BYTES) return;
    out->len = pdf_aes(false, key, data.ptr, slice_skip(data, CIPHER_BLOCK_BYTES), out->data);
    uint8_t pad = out->len > 0 ? out->data[out->len - 1] : 0;
    if (pad <= CIPHER_BLOCK_BYTES && pad <= out->len) out->len -= pad;
}

struct slice pdf_decrypt(const struct pdf_crypt *crypt, const struct pdf_object *object, struct slice data,
                         struct buffer *out)
{
    uint8_t key[CIPHER_HASH_MAX_BYTES];
    if (crypt->method == METHOD_NONE || data.len == 0) return data;
    out->max = data.len + CIPHER_BLOCK_BYTES;
    buffer_clear(out);
    buffer_reserve(out, data.len);
    size_t len = object_key(crypt, object, key);
    if (crypt->method == METHOD_AES_256) {
        decrypt_aes(slice_make(crypt->key, crypt->key_len), data, out);
    } else if (crypt->method == METHOD_AES_128) {
        decrypt_aes(slice_make(key, len), data, out);
    } else {
        (void)buffer_append(out, data);
        cipher_rc4(slice_make(key, len), out->data, out->len);
    }
    return buffer_slice(out);
}
