/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encrypted packages (MS-OFFCRYPTO 2.3.4): standard encryption, whose parameters are a binary header, and
 * agile encryption, whose parameters are XML. See office_crypto.h.
 */
#include "analysis/inspect/office_crypto.h"

#include "analysis/extract/base64.h"
#include "analysis/extract/passwords.h"
#include "analysis/inspect/cipher.h"
#include "analysis/inspect/xml.h"
#include "base/cursor.h"
#include "base/utf8.h"

enum {
    STANDARD_ROUNDS = 50000,
    SEGMENT_BYTES = 4096,
    SALT_MAX_BYTES = 64,
    VERSION_AGILE = 4,
    PADDING = 0x36,
};

/* Bytes that a document's parameters give. */
struct bytes {
    uint8_t data[SALT_MAX_BYTES + 4];
    size_t len;
};

struct agile {
    struct bytes data_salt, salt, verifier, verifier_hash, key;
    enum cipher_hash data_hash, hash;
    uint64_t rounds, key_bits;
    bool has_password;
};

static struct slice slice_of(const struct bytes *bytes)
{
    return slice_make(bytes->data, bytes->len);
}

struct office_passwords office_default_passwords(void)
{
    static const struct slice passwords[] = {SLICE_INIT("VelvetSweatshop")};
    return (struct office_passwords){passwords, sizeof passwords / sizeof *passwords};
}

struct office_passwords office_known_passwords(struct extractor *x)
{
    struct office_passwords tried = office_default_passwords();
    const struct passwords *told = passwords_of(x);
    struct slice *items = arena_zalloc(&x->message->arena, tried.count + told->count, sizeof *items);
    memcpy(items, tried.items, tried.count * sizeof *items);
    for (size_t i = 0; i < told->count; i++) items[tried.count + i] = slice_from_cstr(told->items[i].text);
    return (struct office_passwords){items, tried.count + told->count};
}

bool office_is_default_password(struct slice password)
{
    struct office_passwords tried = office_default_passwords();
    bool found = false;
    for (size_t i = 0; i < tried.count; i++) found |= slice_equal(tried.items[i], password);
    return found;
}

static bool is_agile(struct slice info)
{
    struct cursor c = cursor_make(info);
    unsigned major = cursor_le16(&c), minor = cursor_le16(&c);
    return major == VERSION_AGILE && minor == VERSION_AGILE;
}

struct slice office_crypto_kind(struct slice info)
{
    struct cursor c = cursor_make(info);
    cursor_skip(&c, 2);
    if (is_agile(info)) return SLICE("agile");
    return cursor_le16(&c) == 2 ? SLICE("standard") : SLICE("unknown");
}

/* Takes rounds of the mail's account. */
static bool may_spin(struct extractor *x, uint64_t rounds)
{
    if (rounds > x->limits->password_rounds_max ||
        x->password_rounds + rounds > x->limits->password_rounds_max) {
        VIEW_LIMIT(x, password_rounds_max, SLICE(""));
        return false;
    }
    x->password_rounds += rounds;
    return true;
}

/* The password as UTF-16LE. */
static struct buffer wide(struct slice password)
{
    struct buffer out = buffer_make(password.len * 2);
    while (password.len > 0) {
        int32_t c = utf8_next(&password);
        if (c >= 0x10000) {
            uint32_t high = 0xd800 + ((uint32_t)(c - 0x10000) >> 10), low = 0xdc00 + ((uint32_t)c & 0x3ff);
            (void)buffer_append_byte(&out, (uint8_t)high);
            (void)buffer_append_byte(&out, (uint8_t)(high >> 8));
            c = (int32_t)low;
        }
        (void)buffer_append_byte(&out, (uint8_t)c);
        (void)buffer_append_byte(&out, (uint8_t)(c >> 8));
    }
    return out;
}

/* Salt and password, hashed many times; returns the hash's bytes, 0 when it cannot be done. */
static size_t spin_password(struct extractor *x, enum cipher_hash kind, struct slice salt,
                            struct slice password, uint64_t rounds,
                            uint8_t digest[static CIPHER_HASH_MAX_BYTES])
{
    if (!may_spin(x, rounds)) return 0;
    struct buffer text = wide(password);
    size_t len = cipher_digest(kind, salt, buffer_slice(&text), digest);
    buffer_free(&text);
    return len > 0 && cipher_spin(kind, (uint32_t)rounds, digest) ? len : 0;
}

/* 2.3.4.7: the key from the hash, for SHA-1 and AES. */
static void derive_standard(const uint8_t *digest, uint8_t key[static 2 * CIPHER_HASH_MAX_BYTES])
{
    enum { HASH_BYTES = 20, FILL_BYTES = 64 };
    static const uint8_t fills[] = {0x36, 0x5c}, zero[4];
    uint8_t last[CIPHER_HASH_MAX_BYTES], filled[FILL_BYTES];
    (void)cipher_digest(CIPHER_SHA1, slice_make(digest, HASH_BYTES), slice_make(zero, sizeof zero), last);
    for (size_t i = 0; i < sizeof fills; i++) {
        memset(filled, fills[i], sizeof filled);
        for (size_t k = 0; k < HASH_BYTES; k++) filled[k] ^= last[k];
        (void)cipher_digest(CIPHER_SHA1, slice_make(filled, sizeof filled), SLICE(""), key + i * HASH_BYTES);
    }
}

struct standard {
    struct slice salt, verifier, verifier_hash;
    size_t key_len;
};

static bool read_standard(struct slice info, struct standard *s)
{
    struct cursor c = cursor_make(info);
    cursor_skip(&c, 8);
    struct cursor header = cursor_make(cursor_take(&c, cursor_le32(&c)));
    cursor_skip(&header, 16);
    s->key_len = cursor_le32(&header) / 8;
    s->salt = cursor_take(&c, cursor_le32(&c));
    s->verifier = cursor_take(&c, CIPHER_BLOCK_BYTES);
    cursor_skip(&c, 4);
    s->verifier_hash = cursor_take(&c, (size_t)2 * CIPHER_BLOCK_BYTES);
    return !c.bad && !header.bad && s->salt.len <= SALT_MAX_BYTES &&
           (s->key_len == 16 || s->key_len == 24 || s->key_len == 32);
}

static bool find_standard_key(struct extractor *x, const struct standard *s, struct slice password,
                              uint8_t key[static 2 * CIPHER_HASH_MAX_BYTES])
{
    uint8_t digest[CIPHER_HASH_MAX_BYTES], verifier[CIPHER_BLOCK_BYTES], expected[2 * CIPHER_BLOCK_BYTES];
    if (spin_password(x, CIPHER_SHA1, s->salt, password, STANDARD_ROUNDS, digest) == 0) return false;
    derive_standard(digest, key);
    struct slice used = slice_make(key, s->key_len);
    if (!cipher_decrypt_aes(used, NULL, s->verifier, verifier) ||
        !cipher_decrypt_aes(used, NULL, s->verifier_hash, expected))
        return false;
    size_t len = cipher_digest(CIPHER_SHA1, slice_make(verifier, sizeof verifier), SLICE(""), digest);
    return len > 0 && memcmp(digest, expected, len) == 0;
}

/* Cuts the package to the size that stands before it. */
static void cut_to_size(struct slice package, struct buffer *out)
{
    struct cursor c = cursor_make(package);
    uint32_t low = cursor_le32(&c), high = cursor_le32(&c);
    if (high == 0 && low < out->len) out->len = low;
}

static bool open_standard(struct extractor *x, struct slice info, struct slice package, struct slice password,
                          struct buffer *out)
{
    struct standard s = {0};
    uint8_t key[2 * CIPHER_HASH_MAX_BYTES];
    struct slice data = slice_skip(package, 8);
    data = slice_head(data, data.len / CIPHER_BLOCK_BYTES * CIPHER_BLOCK_BYTES);
    if (!read_standard(info, &s) || data.len > out->max || !find_standard_key(x, &s, password, key))
        return false;
    buffer_reserve(out, data.len);
    if (!cipher_decrypt_aes(slice_make(key, s.key_len), NULL, data, out->data)) return false;
    out->len = data.len;
    cut_to_size(package, out);
    return true;
}

static void take_base64(const struct xml_element *element, const char *name, struct bytes *out)
{
    struct slice text = xml_attribute(element, name);
    struct base64_state state = {0};
    if (text.len > SALT_MAX_BYTES / 3 * 4 + 4) return;
    out->len = base64_decode(&state, text, out->data);
    out->len += base64_finish(&state, out->data + out->len);
}

static void open_parameters(void *context, const struct xml_element *element)
{
    struct agile *a = context;
    if (slice_equal(element->name, SLICE("keyData"))) {
        take_base64(element, "saltValue", &a->data_salt);
        a->data_hash = cipher_hash_named(xml_attribute(element, "hashAlgorithm"));
    } else if (slice_equal(element->name, SLICE("encryptedKey")) && !a->has_password) {
        a->has_password = slice_parse_u64(xml_attribute(element, "spinCount"), &a->rounds) &&
                          slice_parse_u64(xml_attribute(element, "keyBits"), &a->key_bits);
        a->hash = cipher_hash_named(xml_attribute(element, "hashAlgorithm"));
        take_base64(element, "saltValue", &a->salt);
        take_base64(element, "encryptedVerifierHashInput", &a->verifier);
        take_base64(element, "encryptedVerifierHashValue", &a->verifier_hash);
        take_base64(element, "encryptedKeyValue", &a->key);
    }
}

static bool read_agile(struct slice info, struct agile *a)
{
    struct xml_events events = {.open = open_parameters, .context = a};
    xml_read(slice_skip(info, 8), &events);
    return a->has_password && (a->key_bits == 128 || a->key_bits == 192 || a->key_bits == 256) &&
           a->salt.len >= CIPHER_BLOCK_BYTES && a->data_salt.len > 0 && a->key.len >= a->key_bits / 8;
}

/* 2.3.4.11, 2.3.4.13: decrypts one of the values that the password's hash opens. */
static bool open_value(const struct agile *a, struct slice digest, const char block_key[static 8],
                       const struct bytes *value, struct bytes *out)
{
    uint8_t key[CIPHER_HASH_MAX_BYTES];
    memset(key, PADDING, sizeof key);
    size_t len = cipher_digest(a->hash, digest, slice_make(block_key, 8), key);
    out->len = value->len / CIPHER_BLOCK_BYTES * CIPHER_BLOCK_BYTES;
    return len > 0 &&
           cipher_decrypt_aes(slice_make(key, a->key_bits / 8), a->salt.data, slice_of(value), out->data);
}

static bool find_agile_key(struct extractor *x, const struct agile *a, struct slice password,
                           struct bytes *key)
{
    uint8_t digest[CIPHER_HASH_MAX_BYTES], check[CIPHER_HASH_MAX_BYTES];
    struct bytes verifier = {0}, expected = {0};
    size_t len = spin_password(x, a->hash, slice_of(&a->salt), password, a->rounds, digest);
    struct slice hash = slice_make(digest, len);
    if (len == 0 || !open_value(a, hash, "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", &a->verifier, &verifier) ||
        !open_value(a, hash, "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", &a->verifier_hash, &expected))
        return false;
    size_t check_len = cipher_digest(a->hash, slice_of(&verifier), SLICE(""), check);
    if (check_len == 0 || check_len > expected.len || memcmp(check, expected.data, check_len) != 0)
        return false;
    return open_value(a, hash, "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", &a->key, key);
}

static bool open_segments(const struct agile *a, struct slice key, struct slice package, struct buffer *out)
{
    struct slice data = slice_skip(package, 8);
    if (data.len > out->max) return false;
    buffer_reserve(out, data.len);
    for (uint32_t i = 0; data.len >= CIPHER_BLOCK_BYTES; i++) {
        uint8_t iv[CIPHER_HASH_MAX_BYTES];
        uint8_t number[] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16), (uint8_t)(i >> 24)};
        struct slice segment = slice_head(data, SEGMENT_BYTES);
        segment.len = segment.len / CIPHER_BLOCK_BYTES * CIPHER_BLOCK_BYTES;
        if (cipher_digest(a->data_hash, slice_of(&a->data_salt), slice_make(number, sizeof number), iv) ==
                0 ||
            !cipher_decrypt_aes(key, iv, segment, out->data + out->len))
            return false;
        out->len += segment.len;
        data = slice_skip(data, segment.len);
    }
    cut_to_size(package, out);
    return true;
}

static bool open_agile(struct extractor *x, struct slice info, struct slice package, struct slice password,
                       struct buffer *out)
{
    struct agile a = {0};
    struct bytes key = {0};
    return read_agile(info, &a) && find_agile_key(x, &a, password, &key) &&
           open_segments(&a, slice_make(key.data, a.key_bits / 8), package, out);
}

struct slice office_crypto_open_package(struct extractor *x, struct slice info, struct slice package,
                                        struct office_passwords passwords, struct buffer *out)
{
    bool agile = is_agile(info);
    for (size_t i = 0; i < passwords.count; i++) {
        buffer_clear(out);
        if (agile ? open_agile(x, info, package, passwords.items[i], out)
                  : open_standard(x, info, package, passwords.items[i], out))
            return passwords.items[i];
    }
    return slice_make(NULL, 0);
}
