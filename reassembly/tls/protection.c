/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys and records; see protection.h.
 */
#include "reassembly/tls/protection.h"

#include "base/mem.h"

enum { NONCE_BYTES = 12, SEQUENCE_BYTES = 8, ADDITIONAL_BYTES = 13, CHANGE_OF_IV = 0x0302, TLS13 = 0x0304 };
enum { KEY_BLOCK_MAX_BYTES = 2 * (TLS_MAC_MAX_BYTES + TLS_KEY_MAX_BYTES + TLS_IV_MAX_BYTES), TYPE_DATA = 23 };

/* ---- keys ---- */

static size_t mac_len_of(enum tls_mac mac)
{
    static const size_t lens[] = {0, 20, 32, 48};
    return lens[mac];
}

bool tls_protection_from_master(struct tls_protection *p, struct slice master,
                                const struct tls_randoms *randoms, bool is_client)
{
    struct tls_bulk_sizes sizes = tls_bulk_sizes(p->suite->bulk);
    enum tls_digest digest = p->version < 0x0303 ? TLS_DIGEST_MD5_SHA1 : p->suite->digest;
    uint8_t block[KEY_BLOCK_MAX_BYTES], seed[2 * TLS_RANDOM_BYTES];
    size_t part = is_client ? 0 : 1;
    p->mac_len = mac_len_of(p->suite->mac);
    memcpy(seed, randoms->server, TLS_RANDOM_BYTES);
    memcpy(seed + TLS_RANDOM_BYTES, randoms->client, TLS_RANDOM_BYTES);
    size_t len = 2 * (p->mac_len + sizes.key + sizes.fixed_iv);
    bool done = tls_prf(digest, master, "key expansion", slice_make(seed, sizeof seed), block, len);
    const uint8_t *keys = block + 2 * p->mac_len, *ivs = keys + 2 * sizes.key;
    memcpy(p->mac_key, block + part * p->mac_len, p->mac_len);
    memcpy(p->key, keys + part * sizes.key, sizes.key);
    memcpy(p->iv, ivs + part * sizes.fixed_iv, sizes.fixed_iv);
    mem_wipe(block, sizeof block);
    return done;
}

bool tls_protection_from_secret(struct tls_protection *p, struct slice secret)
{
    struct tls_bulk_sizes sizes = tls_bulk_sizes(p->suite->bulk);
    size_t len = tls_digest_len(p->suite->digest);
    if (secret.len != len) return false;
    if (secret.ptr != p->secret) memcpy(p->secret, secret.ptr, len);
    p->secret_len = len;
    p->sequence = 0;
    struct slice own = slice_make(p->secret, len);
    return tls_expand_label(p->suite->digest, own, "key", p->key, sizes.key) &&
           tls_expand_label(p->suite->digest, own, "iv", p->iv, NONCE_BYTES);
}

bool tls_protection_update(struct tls_protection *p)
{
    uint8_t next[TLS_SECRET_MAX_BYTES];
    bool done = tls_expand_label(p->suite->digest, slice_make(p->secret, p->secret_len), "traffic upd", next,
                                 p->secret_len) &&
                tls_protection_from_secret(p, slice_make(next, p->secret_len));
    mem_wipe(next, sizeof next);
    return done;
}

/* ---- records ---- */

static void put_be(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

/* Sequence number, type, version, length: what is authenticated with a record (RFC 5246 6.2.3.3). */
static void put_additional(const struct tls_protection *p, uint64_t sequence, uint8_t type, size_t len,
                           uint8_t out[static ADDITIONAL_BYTES])
{
    put_be(out, sequence, SEQUENCE_BYTES);
    out[8] = type;
    put_be(out + 9, p->version, 2);
    put_be(out + 11, len, 2);
}

/* The IV with the sequence number in it (RFC 8446 5.3, RFC 7905 2). */
static void mix_nonce(const struct tls_protection *p, uint64_t sequence, uint8_t nonce[static NONCE_BYTES])
{
    uint8_t number[SEQUENCE_BYTES];
    put_be(number, sequence, sizeof number);
    memcpy(nonce, p->iv, NONCE_BYTES);
    for (size_t i = 0; i < sizeof number; i++) nonce[NONCE_BYTES - sizeof number + i] ^= number[i];
}

static bool open_aead(const struct tls_protection *p, uint64_t sequence, uint8_t type, struct slice fragment,
                      struct buffer *plain)
{
    struct tls_bulk_sizes sizes = tls_bulk_sizes(p->suite->bulk);
    bool is_13 = p->version >= TLS13;
    size_t explicit_len = is_13 ? 0 : sizes.explicit_iv;
    uint8_t nonce[NONCE_BYTES], additional[ADDITIONAL_BYTES];
    if (fragment.len < explicit_len + sizes.tag) return false;
    size_t len = fragment.len - explicit_len - sizes.tag;
    mix_nonce(p, sequence, nonce);
    if (explicit_len > 0) {
        memcpy(nonce, p->iv, sizes.fixed_iv);
        memcpy(nonce + sizes.fixed_iv, fragment.ptr, explicit_len);
    }
    put_additional(p, sequence, type, len, additional);
    const uint8_t head[] = {TYPE_DATA, 3, 3, (uint8_t)(fragment.len >> 8), (uint8_t)fragment.len};
    struct slice authenticated =
        is_13 ? slice_make(head, sizeof head) : slice_make(additional, sizeof additional);
    struct slice body = slice_head(slice_skip(fragment, explicit_len), len);
    struct slice tag = slice_skip(fragment, fragment.len - sizes.tag);
    if (!tls_aead_open(p->suite->bulk, p->key, nonce, authenticated, body, tag, plain->data)) return false;
    plain->len = len;
    return true;
}

static bool is_mac_right(const struct tls_protection *p, uint64_t sequence, uint8_t type,
                         struct slice covered, struct slice mac)
{
    uint8_t additional[ADDITIONAL_BYTES], expected[TLS_MAC_MAX_BYTES];
    put_additional(p, sequence, type, covered.len, additional);
    size_t len = tls_hmac(p->suite->mac, slice_make(p->mac_key, p->mac_len),
                          slice_make(additional, sizeof additional), covered, expected);
    return len == mac.len && memcmp(expected, mac.ptr, len) == 0;
}

/* Takes CBC's padding off: every byte of it is its length (RFC 5246 6.2.3.2). */
static bool take_padding_off(struct buffer *plain)
{
    if (plain->len == 0) return false;
    size_t padding = (size_t)plain->data[plain->len - 1] + 1;
    if (padding > plain->len) return false;
    for (size_t i = 1; i <= padding; i++) {
        if (plain->data[plain->len - i] != padding - 1) return false;
    }
    plain->len -= padding;
    return true;
}

/* The MAC behind the content, both encrypted. */
static bool take_inner_mac(const struct tls_protection *p, uint64_t sequence, uint8_t type,
                           struct buffer *plain)
{
    if (plain->len < p->mac_len) return false;
    plain->len -= p->mac_len;
    return is_mac_right(p, sequence, type, buffer_slice(plain),
                        slice_make(plain->data + plain->len, p->mac_len));
}

static bool open_cbc(struct tls_protection *p, uint64_t sequence, uint8_t type, struct slice fragment,
                     struct buffer *plain)
{
    size_t block = tls_bulk_sizes(p->suite->bulk).block;
    size_t explicit_len = p->version >= CHANGE_OF_IV ? block : 0;
    if (p->encrypts_first) {
        if (fragment.len < p->mac_len) return false;
        struct slice covered = slice_head(fragment, fragment.len - p->mac_len);
        if (!is_mac_right(p, sequence, type, covered, slice_skip(fragment, covered.len))) return false;
        fragment = covered;
    }
    if (fragment.len < explicit_len + block || fragment.len % block != 0) return false;
    struct slice body = slice_skip(fragment, explicit_len);
    const uint8_t *iv = explicit_len > 0 ? fragment.ptr : p->iv;
    if (!tls_cbc_open(p->suite->bulk, p->key, iv, body, plain->data)) return false;
    plain->len = body.len;
    if (!take_padding_off(plain)) return false;
    if (!p->encrypts_first && !take_inner_mac(p, sequence, type, plain)) return false;
    if (explicit_len == 0) memcpy(p->iv, body.ptr + body.len - block, block);
    return true;
}

/* TLS 1.3 hides the type behind the content, and zeros behind the type. */
static bool take_inner_type(struct buffer *plain, uint8_t *type)
{
    while (plain->len > 0 && plain->data[plain->len - 1] == 0) plain->len--;
    if (plain->len == 0) return false;
    *type = plain->data[--plain->len];
    return true;
}

bool tls_protection_open(struct tls_protection *p, uint64_t sequence, uint8_t *type, struct slice fragment,
                         struct buffer *plain)
{
    buffer_clear(plain);
    buffer_reserve(plain, fragment.len);
    if (buffer_capacity(plain) < fragment.len) return false;
    bool is_open = p->suite->mac == TLS_MAC_AEAD ? open_aead(p, sequence, *type, fragment, plain)
                                                 : open_cbc(p, sequence, *type, fragment, plain);
    if (!is_open) plain->len = 0;
    return is_open && (p->version < TLS13 || take_inner_type(plain, type));
}

size_t tls_protection_overhead(const struct tls_protection *p)
{
    struct tls_bulk_sizes sizes = tls_bulk_sizes(p->suite->bulk);
    if (p->version >= TLS13) return TLS_RECORD_HEAD_BYTES + 1 + sizes.tag;
    if (p->suite->mac == TLS_MAC_AEAD) return TLS_RECORD_HEAD_BYTES + sizes.explicit_iv + sizes.tag;
    return TLS_RECORD_HEAD_BYTES + (p->version >= CHANGE_OF_IV ? sizes.block : 0) + p->mac_len + 1;
}
