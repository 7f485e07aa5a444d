/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See shingles.h. The set is a bit for each hash value; a chance hit (text of 256 KiB: one in four) makes
 * texts look more alike, never less.
 */
#include "analysis/detect/shingles.h"

#include <stdlib.h>

#include "base/mem.h"

enum { SET_BITS = 1 << 18, TEXT_MAX_BYTES = 16 * 1024, PIECE_BITS = 48 };

struct shingles {
    uint64_t bits[SET_BITS / 64];
};

struct shingles *shingles_new(void)
{
    return mem_zalloc(1, sizeof(struct shingles));
}

void shingles_free(struct shingles **shingles)
{
    free(*shingles);
    *shingles = NULL;
}

static bool counts(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c >= 0x80;
}

static size_t place_of(uint64_t piece)
{
    return (size_t)((piece & ((UINT64_C(1) << PIECE_BITS) - 1)) * UINT64_C(0x9e3779b97f4a7c15) >> 46);
}

/* The next place on the way through *text; false at its end. `run` and `len` start at 0. */
static bool next_place(struct slice *text, uint64_t *run, size_t *len, size_t *place)
{
    while (text->len > 0) {
        uint8_t c = ascii_lower(text->ptr[0]);
        *text = slice_skip(*text, 1);
        if (!counts(c)) continue;
        *run = *run << 8 | c;
        if (++*len * 8 < PIECE_BITS) continue;
        *place = place_of(*run);
        return true;
    }
    return false;
}

void shingles_add(struct shingles *shingles, struct slice text)
{
    uint64_t run = 0;
    size_t len = 0, place = 0;
    text = slice_head(text, TEXT_MAX_BYTES);
    while (next_place(&text, &run, &len, &place)) shingles->bits[place / 64] |= UINT64_C(1) << place % 64;
}

size_t shingles_missing(const struct shingles *shingles, struct slice text, size_t *total)
{
    uint64_t run = 0;
    size_t len = 0, place = 0, missing = 0;
    *total = 0;
    text = slice_head(text, TEXT_MAX_BYTES);
    while (next_place(&text, &run, &len, &place)) {
        ++*total;
        missing += !(shingles->bits[place / 64] >> place % 64 & 1);
    }
    return missing;
}
