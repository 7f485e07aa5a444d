/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chain of chunks, each handed out from its start; see arena.h.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

/* Chunks grow from small to large: a mail that is only being announced must cost little, a large view few
 * calls. */
enum { FIRST_CHUNK_BYTES = 512, CHUNK_BYTES = 16 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) uint8_t bytes[];
};

static struct arena_chunk *chunk_with_room(struct arena *a, size_t need)
{
    struct arena_chunk *chunk = a->chunks;
    if (chunk && chunk->size - chunk->used >= need) return chunk;
    size_t size = chunk ? chunk->size * 2 : FIRST_CHUNK_BYTES;
    if (size > CHUNK_BYTES) size = CHUNK_BYTES;
    if (size < need) size = need;
    chunk = mem_alloc(sizeof *chunk + size);
    *chunk = (struct arena_chunk){.next = a->chunks, .size = size};
    a->chunks = chunk;
    return chunk;
}

static void *arena_take(struct arena *a, size_t len)
{
    size_t need = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_chunk *chunk = chunk_with_room(a, need);
    void *at = chunk->bytes + chunk->used;
    chunk->used += need;
    a->used += need;
    return at;
}

void *arena_zalloc(struct arena *a, size_t count, size_t size)
{
    size_t len = 0;
    if (__builtin_mul_overflow(count, size, &len)) abort();
    return memset(arena_take(a, len), 0, len);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    uint8_t *copy = arena_take(a, s.len + 1);
    if (s.len > 0) memcpy(copy, s.ptr, s.len);
    copy[s.len] = 0;
    return slice_make(copy, s.len);
}

char *arena_cstr(struct arena *a, struct slice s)
{
    return (char *)(uintptr_t)arena_copy(a, s).ptr;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = arena_take(a, n > 0 ? (size_t)n + 1 : 1);
    text[0] = '\0';
    if (n > 0) (void)vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0) return array;
    void *grown = arena_zalloc(a, count ? count * 2 : 1, size);
    if (count > 0) memcpy(grown, array, count * size);
    return grown;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->chunks;
    if (keep && keep->size > CHUNK_BYTES) keep = NULL;
    free_chunks(keep ? keep->next : a->chunks);
    if (keep) *keep = (struct arena_chunk){.size = keep->size};
    *a = (struct arena){.chunks = keep};
}

void arena_free(struct arena *a)
{
    free_chunks(a->chunks);
    *a = (struct arena){0};
}
