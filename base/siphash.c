/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SipHash-1-3; see siphash.h.
 */
#include "base/siphash.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/random.h>

struct sip_state {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip_state *s)
{
    s->v0 += s->v1;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void sip_absorb(struct sip_state *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

static inline uint64_t load_le64(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

struct siphash_key siphash_random_key(void)
{
    struct siphash_key key;
    if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key) abort();
    return key;
}

uint64_t siphash(struct siphash_key key, struct slice bytes)
{
    struct sip_state s = {key.k0 ^ 0x736f6d6570736575u, key.k1 ^ 0x646f72616e646f6du,
                          key.k0 ^ 0x6c7967656e657261u, key.k1 ^ 0x7465646279746573u};
    size_t words = bytes.len / 8;
    for (size_t i = 0; i < words; i++) sip_absorb(&s, load_le64(bytes.ptr + i * 8));
    uint64_t last = (uint64_t)(bytes.len & 0xff) << 56;
    for (size_t i = words * 8; i < bytes.len; i++) last |= (uint64_t)bytes.ptr[i] << (8 * (i & 7));
    sip_absorb(&s, last);
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++) sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* 64×64→128 bit multiply, halves folded together: the mixing step of wyhash (Wang Yi, public domain). */
static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Takes 16 bytes into a lane. */
static inline uint64_t take_16(uint64_t lane, const uint8_t *at, uint64_t secret)
{
    return multiply_fold(load_le64(at) ^ secret, load_le64(at + 8) ^ lane);
}

/* Three lanes, which processors multiply side by side. */
uint64_t quick_digest(uint64_t key, struct slice bytes)
{
    const uint64_t odd = 0xa0761d6478bd642fu, other = 0xe7037ed1a0b428dbu, third = 0x8ebc6af09c88c6e3u;
    uint64_t state = key ^ bytes.len, second = state, last = state;
    size_t i = 0;
    for (; i + 48 <= bytes.len; i += 48) {
        state = take_16(state, bytes.ptr + i, odd);
        second = take_16(second, bytes.ptr + i + 16, other);
        last = take_16(last, bytes.ptr + i + 32, third);
    }
    state ^= second ^ last;
    for (; i + 16 <= bytes.len; i += 16) state = take_16(state, bytes.ptr + i, odd);
    uint8_t tail[16] = {0};
    if (i < bytes.len) memcpy(tail, bytes.ptr + i, bytes.len - i);
    return multiply_fold(take_16(state, tail, other), odd ^ key);
}
