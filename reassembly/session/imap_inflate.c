/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw DEFLATE by zlib; see imap_inflate.h.
 */
#include "reassembly/session/imap_inflate.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/mem.h"

enum { PORTION_BYTES = 16384, FREE_BYTES = 16 << 20, RAW_WINDOW_BITS = -15 };

struct imap_inflater {
    z_stream stream;
    uint64_t in_bytes, out_bytes, ratio_max;
    size_t given; /* bytes of portion that were given out last */
    bool is_bomb, has_failed;
    uint8_t portion[PORTION_BYTES];
};

/* zlib's memory is wiped when released, for which its size stands before it. */
struct zlib_block {
    size_t size;
    _Alignas(max_align_t) uint8_t bytes[];
};

static void *zlib_alloc(void *context, unsigned count, unsigned size)
{
    (void)context;
    size_t total = sizeof(struct zlib_block) + (size_t)count * size;
    struct zlib_block *block = mem_zalloc(1, total);
    block->size = total;
    return block->bytes;
}

static void zlib_free(void *context, void *memory)
{
    (void)context;
    if (!memory) return;
    struct zlib_block *block = (void *)((uint8_t *)memory - offsetof(struct zlib_block, bytes));
    mem_wipe(block, block->size);
    free(block);
}

struct imap_inflater *imap_inflater_new(uint64_t ratio_max)
{
    struct imap_inflater *inflater = mem_zalloc(1, sizeof *inflater);
    inflater->ratio_max = ratio_max;
    inflater->stream.zalloc = zlib_alloc;
    inflater->stream.zfree = zlib_free;
    inflater->has_failed = inflateInit2(&inflater->stream, RAW_WINDOW_BITS) != Z_OK;
    return inflater;
}

static bool is_bomb(const struct imap_inflater *inflater)
{
    return inflater->out_bytes > FREE_BYTES &&
           (inflater->out_bytes - FREE_BYTES) / inflater->ratio_max > inflater->in_bytes;
}

enum imap_inflate_result imap_inflate(struct imap_inflater *inflater, struct slice *chunk, struct slice *out)
{
    z_stream *stream = &inflater->stream;
    if (inflater->has_failed) return IMAP_INFLATE_BAD;
    if (inflater->given > 0) mem_wipe(inflater->portion, inflater->given);
    size_t len = chunk->len < UINT_MAX ? chunk->len : UINT_MAX;
    stream->next_in = chunk->ptr;
    stream->avail_in = (uInt)len;
    stream->next_out = inflater->portion;
    stream->avail_out = PORTION_BYTES;
    int result = inflate(stream, Z_SYNC_FLUSH);
    size_t used = len - stream->avail_in;
    inflater->given = PORTION_BYTES - stream->avail_out;
    inflater->in_bytes += used;
    inflater->out_bytes += inflater->given;
    inflater->is_bomb = is_bomb(inflater);
    inflater->has_failed = inflater->is_bomb || (result != Z_OK && result != Z_BUF_ERROR);
    *chunk = slice_skip(*chunk, used);
    *out = slice_make(inflater->portion, inflater->given);
    if (inflater->given > 0) return IMAP_INFLATE_OUTPUT;
    return inflater->has_failed ? IMAP_INFLATE_BAD : IMAP_INFLATE_MORE;
}

bool imap_inflater_is_bomb(const struct imap_inflater *inflater)
{
    return inflater->is_bomb;
}

void imap_inflater_free(struct imap_inflater **inflater)
{
    if (!*inflater) return;
    (void)inflateEnd(&(*inflater)->stream);
    mem_wipe((*inflater)->portion, sizeof(*inflater)->portion);
    free(*inflater);
    *inflater = NULL;
}
