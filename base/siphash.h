/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SipHash-1-3: a keyed hash for tables whose keys an attacker chooses (Aumasson & Bernstein, "SipHash: a fast
 * short-input PRF", 2012; the 1-3 variant is what Rust and Python use for the same purpose).
 */
#ifndef MAILTAP_BASE_SIPHASH_H
#define MAILTAP_BASE_SIPHASH_H

#include "base/slice.h"

struct siphash_key {
    uint64_t k0, k1;
};

/* A key from the kernel's random source, different in every process. */
struct siphash_key siphash_random_key(void);

uint64_t siphash(struct siphash_key key, struct slice bytes);

/* A quick keyed digest, to tell whether two copies of the same bytes are equal; about ten times as fast, and
 * no match for an attacker who sees digests (nobody does). */
uint64_t quick_digest(uint64_t key, struct slice bytes);

#endif
