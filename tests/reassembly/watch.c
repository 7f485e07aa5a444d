/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The heap's watch; see watch.h. Known blocks are in an open-addressed table by their address.
 */
#include "tests/reassembly/watch.h"

#include <stdlib.h>

#include "tests/support/unit.h"

enum { TABLE_SIZE = 1 << 16 };

struct block {
    void *ptr; /* NULL: the place was never used; &gone: its block was released */
    size_t size;
};

static struct block table[TABLE_SIZE];
static char gone;
static struct slice secrets[WATCH_SECRETS_MAX];
static size_t secret_count, leaks, blocks;
static bool is_watching;

/* The linker's names. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void __real_free(void *ptr);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void __wrap_free(void *ptr);

/* ---- the table ---- */

static size_t place_of(const void *ptr)
{
    return (size_t)(((uintptr_t)ptr >> 4) * 11400714819323198485u >> 48) % TABLE_SIZE;
}

static struct block *find(const void *ptr)
{
    size_t at = place_of(ptr);
    for (; table[at].ptr; at = (at + 1) % TABLE_SIZE) {
        if (table[at].ptr == ptr) return &table[at];
    }
    return NULL;
}

static void add(void *ptr, size_t size)
{
    size_t at = place_of(ptr);
    if (!is_watching || !ptr) return;
    while (table[at].ptr && table[at].ptr != &gone) at = (at + 1) % TABLE_SIZE;
    table[at] = (struct block){ptr, size};
    blocks++;
}

/* ---- secrets ---- */

static bool holds_secret(const struct block *block)
{
    struct slice bytes = slice_make(block->ptr, block->size);
    for (size_t i = 0; i < secret_count; i++) {
        size_t piece = secrets[i].len < WATCH_PIECE_BYTES ? secrets[i].len : WATCH_PIECE_BYTES;
        for (size_t at = 0; at + piece <= secrets[i].len; at++) {
            if (slice_find(bytes, slice_head(slice_skip(secrets[i], at), piece)) < bytes.len) return true;
        }
    }
    return false;
}

static void release(const void *ptr)
{
    struct block *block = ptr ? find(ptr) : NULL;
    if (!block) return;
    if (holds_secret(block)) leaks++;
    block->ptr = &gone;
}

/* ---- the allocator ---- */

void *__wrap_malloc(size_t size)
{
    void *ptr = __real_malloc(size);
    /* What was there before is not ours to answer for. */
    if (is_watching && ptr) memset(ptr, 0, size);
    add(ptr, size);
    return ptr;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *ptr = __real_calloc(count, size);
    add(ptr, count * size);
    return ptr;
}

void *__wrap_realloc(void *ptr, size_t size)
{
    const struct block *known = ptr ? find(ptr) : NULL;
    size_t had = known ? known->size : 0;
    release(ptr);
    uint8_t *moved = __real_realloc(ptr, size);
    if (moved && is_watching && size > had) memset(moved + had, 0, size - had);
    add(moved, size);
    return moved;
}

void __wrap_free(void *ptr)
{
    release(ptr);
    __real_free(ptr);
}

/* ---- the test's side ---- */

void watch_for(struct slice secret)
{
    assert_true(secret_count < WATCH_SECRETS_MAX);
    secrets[secret_count++] = secret;
}

void watch_begin(void)
{
    is_watching = true;
}

void watch_end(void)
{
    is_watching = false;
}

bool watch_finds_live(void)
{
    bool found = false;
    for (size_t i = 0; i < TABLE_SIZE && !found; i++)
        found = table[i].ptr && table[i].ptr != &gone && holds_secret(&table[i]);
    return found;
}

size_t watch_leaks(void)
{
    return leaks;
}

size_t watch_blocks(void)
{
    return blocks;
}

void watch_reset(void)
{
    memset(table, 0, sizeof table);
    is_watching = false;
    secret_count = leaks = blocks = 0;
}
