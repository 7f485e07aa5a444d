/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encrypted workbooks of Excel 97 to 2003 (MS-XLS 2.2.10, MS-OFFCRYPTO 2.3.5, 2.3.6): the records' contents
 * are XORed with RC4, whose key changes every 1024 bytes of the stream. See office_crypto.h.
 */
#include "analysis/inspect/cipher.h"
#include "analysis/inspect/office_crypto.h"
#include "base/cursor.h"

enum {
    SALT_BYTES = 16,
    BLOCK_BYTES = 1024,
    SHORT_KEY_BYTES = 5,
    KEY_BYTES = 16,
    VERIFIER_BYTES = 16,
    PASSWORD_MAX_CHARS = 255,
    METHOD_RC4 = 1,
    RECORD_FILEPASS = 0x2f,
    RECORD_BOUNDSHEET = 0x85,
    RECORD_BOF = 0x809,
};

/* What is the same for all blocks of a stream. */
struct stream_key {
    enum cipher_hash hash;
    uint8_t base[CIPHER_HASH_MAX_BYTES];
    size_t base_len, key_len;
};

struct file_pass {
    bool is_crypto_api;
    size_t key_len;
    struct slice salt, verifier, verifier_hash;
};

static bool read_crypto_api(struct cursor *c, struct file_pass *p)
{
    cursor_skip(c, 4);
    struct cursor header = cursor_make(cursor_take(c, cursor_le32(c)));
    cursor_skip(&header, 16);
    uint32_t bits = cursor_le32(&header);
    p->is_crypto_api = true;
    p->key_len = bits == 0 ? SHORT_KEY_BYTES : bits / 8;
    p->salt = cursor_take(c, cursor_le32(c));
    p->verifier = cursor_take(c, VERIFIER_BYTES);
    p->verifier_hash = cursor_take(c, cursor_le32(c));
    return !c->bad && !header.bad && p->key_len >= SHORT_KEY_BYTES && p->key_len <= KEY_BYTES;
}

static bool read_file_pass(struct slice record, struct file_pass *p)
{
    struct cursor c = cursor_make(record);
    if (cursor_le16(&c) != METHOD_RC4) return false;
    unsigned major = cursor_le16(&c), minor = cursor_le16(&c);
    if (major > 1 && minor == 2) return read_crypto_api(&c, p);
    p->salt = cursor_take(&c, SALT_BYTES);
    p->verifier = cursor_take(&c, VERIFIER_BYTES);
    p->verifier_hash = cursor_take(&c, VERIFIER_BYTES);
    return !c.bad;
}

static size_t widen(struct slice password, uint8_t out[static 2 * PASSWORD_MAX_CHARS])
{
    size_t len = password.len < PASSWORD_MAX_CHARS ? password.len : PASSWORD_MAX_CHARS;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = password.ptr[i];
        out[2 * i + 1] = 0;
    }
    return 2 * len;
}

/* 2.3.6.2: five bytes of the password's hash and the salt, sixteen times over, hashed. */
static void derive_rc4(const struct file_pass *p, struct slice password, struct stream_key *key)
{
    enum { TIMES = 16 };
    uint8_t repeated[TIMES * (SHORT_KEY_BYTES + SALT_BYTES)], digest[CIPHER_HASH_MAX_BYTES];
    (void)cipher_digest(CIPHER_MD5, password, SLICE(""), digest);
    for (size_t i = 0; i < TIMES; i++) {
        uint8_t *at = repeated + i * (SHORT_KEY_BYTES + SALT_BYTES);
        memcpy(at, digest, SHORT_KEY_BYTES);
        memcpy(at + SHORT_KEY_BYTES, p->salt.ptr, SALT_BYTES);
    }
    (void)cipher_digest(CIPHER_MD5, slice_make(repeated, sizeof repeated), SLICE(""), key->base);
    key->hash = CIPHER_MD5;
    key->base_len = SHORT_KEY_BYTES;
    key->key_len = KEY_BYTES;
}

static void derive(const struct file_pass *p, struct slice password, struct stream_key *key)
{
    uint8_t wide[2 * PASSWORD_MAX_CHARS];
    struct slice text = slice_make(wide, widen(password, wide));
    if (!p->is_crypto_api) {
        derive_rc4(p, text, key);
        return;
    }
    key->hash = CIPHER_SHA1;
    key->base_len = cipher_digest(CIPHER_SHA1, p->salt, text, key->base);
    key->key_len = p->key_len;
}

/* The key of one block; short ones are filled up with zeros. */
static struct slice block_key(const struct stream_key *key, uint32_t block,
                              uint8_t room[static CIPHER_HASH_MAX_BYTES])
{
    uint8_t number[] = {(uint8_t)block, (uint8_t)(block >> 8), (uint8_t)(block >> 16),
                        (uint8_t)(block >> 24)};
    (void)cipher_digest(key->hash, slice_make(key->base, key->base_len), slice_make(number, sizeof number),
                        room);
    if (key->key_len == SHORT_KEY_BYTES) {
        memset(room + SHORT_KEY_BYTES, 0, KEY_BYTES - SHORT_KEY_BYTES);
        return slice_make(room, KEY_BYTES);
    }
    return slice_make(room, key->key_len);
}

static bool verify(const struct file_pass *p, const struct stream_key *key)
{
    uint8_t room[CIPHER_HASH_MAX_BYTES], data[2 * CIPHER_HASH_MAX_BYTES], digest[CIPHER_HASH_MAX_BYTES];
    size_t hash_len = p->is_crypto_api ? 20 : VERIFIER_BYTES;
    if (p->verifier_hash.len < hash_len) return false;
    memcpy(data, p->verifier.ptr, VERIFIER_BYTES);
    memcpy(data + VERIFIER_BYTES, p->verifier_hash.ptr, hash_len);
    cipher_rc4(block_key(key, 0, room), data, VERIFIER_BYTES + hash_len);
    (void)cipher_digest(key->hash, slice_make(data, VERIFIER_BYTES), SLICE(""), digest);
    return memcmp(digest, data + VERIFIER_BYTES, hash_len) == 0;
}

/* Bytes at a record's start that are not encrypted (MS-XLS 2.2.10). */
static size_t plain_bytes(unsigned type, size_t len)
{
    static const unsigned plain[] = {
        RECORD_BOF,          RECORD_FILEPASS,      0xe1 /* InterfaceHdr */, 0x13d /* RRTabId */,
        0x194 /* UsrExcl */, 0x195 /* FileLock */, 0x196 /* RRDInfo */,     0x138 /* RRDHead */};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (plain[i] == type) return len;
    }
    if (type == RECORD_BOUNDSHEET) return len < 4 ? len : 4;
    return 0;
}

static void decrypt_all(const struct stream_key *key, uint8_t *data, size_t len)
{
    for (size_t from = 0; from < len; from += BLOCK_BYTES) {
        uint8_t room[CIPHER_HASH_MAX_BYTES];
        size_t piece = len - from < BLOCK_BYTES ? len - from : BLOCK_BYTES;
        cipher_rc4(block_key(key, (uint32_t)(from / BLOCK_BYTES), room), data + from, piece);
    }
}

/* Puts back what was not encrypted: the heads of all records, and some contents. */
static void restore_plain(struct slice stream, uint8_t *data)
{
    struct cursor c = cursor_make(stream);
    while (cursor_left(&c) >= 4) {
        size_t at = cursor_offset(&c);
        unsigned type = cursor_le16(&c);
        size_t len = cursor_le16(&c);
        cursor_skip(&c, len);
        size_t plain = 4 + (c.bad ? 0 : plain_bytes(type, len));
        memcpy(data + at, stream.ptr + at, plain);
    }
}

struct slice office_crypto_open_workbook(struct slice file_pass, struct slice stream,
                                         struct office_passwords passwords, struct buffer *out)
{
    struct file_pass parameters = {0};
    if (!read_file_pass(file_pass, &parameters)) return slice_make(NULL, 0);
    for (size_t i = 0; i < passwords.count; i++) {
        struct stream_key key = {0};
        derive(&parameters, passwords.items[i], &key);
        if (!verify(&parameters, &key)) continue;
        if (buffer_append(out, stream) != STATUS_OK) break;
        decrypt_all(&key, out->data, out->len);
        restore_plain(stream, out->data);
        return passwords.items[i];
    }
    return slice_make(NULL, 0);
}
