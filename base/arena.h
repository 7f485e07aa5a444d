/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that lives and dies together: everything allocated for one mail is released by one call. Pointers
 * live until arena_reset() or arena_free(). Never returns NULL (see mem.h); callers bound what input can make
 * them ask for.
 */
#ifndef MAILTAP_BASE_ARENA_H
#define MAILTAP_BASE_ARENA_H

#include "base/slice.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    size_t used;                /* bytes handed out since the last reset */
};

/* Zeroed memory, aligned for any type. */
void *arena_zalloc(struct arena *a, size_t count, size_t size) __attribute__((returns_nonnull));

/* A copy with a NUL behind it (not counted in len), so that text may also be used as a C string. */
struct slice arena_copy(struct arena *a, struct slice s);

/* A C string copy of the slice. */
char *arena_cstr(struct arena *a, struct slice s) __attribute__((returns_nonnull));

char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* An array that grows by powers of two: room for one element more behind `count`, zeroed; the elements move.
 */
void *arena_grow(struct arena *a, void *array, size_t count, size_t size) __attribute__((returns_nonnull));

/* Releases everything but one chunk, which is kept for the next use. */
void arena_reset(struct arena *a);

void arena_free(struct arena *a);

#endif
