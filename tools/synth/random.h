/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The synthesizer's own pseudo random numbers (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom
 * number generators", 2014): the same seed gives the same capture on every machine. One generator per
 * connection and purpose, so that impairing a capture does not change the traffic underneath. Not for
 * secrets.
 */
#ifndef MAILTAP_SYNTH_RANDOM_H
#define MAILTAP_SYNTH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* A generator for the item `number` of the stream `seed`. */
static inline struct random random_make(uint64_t seed, uint64_t number)
{
    struct random r = {seed ^ number * 0xD1342543DE82EF95U};
    r.state = random_next(&r);
    return r;
}

/* 0 … limit - 1; limit is not 0. */
static inline uint32_t random_below(struct random *r, uint32_t limit)
{
    return (uint32_t)((random_next(r) >> 32) * limit >> 32);
}

/* True with the given probability. */
static inline bool random_chance(struct random *r, double probability)
{
    return (double)(random_next(r) >> 11) * 0x1p-53 < probability;
}

#endif
