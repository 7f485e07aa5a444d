/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VBA decompression; see vba.h. A container is a signature byte and chunks; a chunk is a header and at most
 * 4096 decompressed bytes of literals and copies, in groups of eight behind a byte of flags.
 */
#include "analysis/inspect/vba.h"

#include "base/cursor.h"

enum { CONTAINER_SIGNATURE = 1, CHUNK_SIGNATURE = 3, CHUNK_BYTES = 4096, LEAST_OFFSET_BITS = 4, TOKENS = 8 };

/* A copy token's split into offset and length (MS-OVBA 2.4.1.3.19.1): the offset gets as many bits as the
 * distance back to the start of the chunk needs. */
static unsigned offset_bits(size_t done)
{
    unsigned bits = LEAST_OFFSET_BITS;
    while (((size_t)1 << bits) < done) bits++;
    return bits;
}

/* Returns false when the copy reaches back before the chunk. */
static bool copy_back(uint16_t token, uint8_t *chunk, size_t *done)
{
    unsigned bits = offset_bits(*done);
    size_t len = (size_t)(token & (0xffffU >> bits)) + 3, back = (size_t)(token >> (16 - bits)) + 1;
    if (back > *done) return false;
    for (size_t i = 0; i < len && *done < CHUNK_BYTES; i++, (*done)++) chunk[*done] = chunk[*done - back];
    return true;
}

static void append_chunk(struct slice compressed, struct buffer *out)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t done = 0;
    struct cursor c = cursor_make(compressed);
    bool good = true;
    while (good && cursor_left(&c) > 0 && done < CHUNK_BYTES) {
        uint8_t flags = cursor_u8(&c);
        for (int i = 0; i < TOKENS && good && cursor_left(&c) > 0 && done < CHUNK_BYTES; i++) {
            if (flags >> i & 1)
                good = copy_back(cursor_le16(&c), chunk, &done) && !c.bad;
            else
                chunk[done++] = cursor_u8(&c);
        }
    }
    (void)buffer_append(out, slice_make(chunk, done));
}

void vba_decompress(struct slice container, struct buffer *out)
{
    struct cursor c = cursor_make(container);
    if (cursor_u8(&c) != CONTAINER_SIGNATURE) return;
    while (cursor_left(&c) > 2 && !out->overflowed) {
        uint16_t header = cursor_le16(&c);
        size_t len = (size_t)(header & 0xfff) + 1;
        bool is_compressed = header & 0x8000;
        if ((header >> 12 & 7) != CHUNK_SIGNATURE) return;
        struct slice data = cursor_take(&c, len < cursor_left(&c) ? len : cursor_left(&c));
        if (is_compressed)
            append_chunk(data, out);
        else
            (void)buffer_append(out, slice_head(data, CHUNK_BYTES));
    }
}

void vba_append_source(struct slice stream, struct buffer *out)
{
    enum { BEFORE = 3 }; /* signature and header of the first chunk stand before the flags */
    static const struct slice beginning = SLICE_INIT("\0Attribut");
    for (size_t at = 0; at < stream.len; at++) {
        at += slice_find(slice_skip(stream, at), beginning);
        if (at >= stream.len) return;
        if (at < BEFORE || stream.ptr[at - BEFORE] != CONTAINER_SIGNATURE) continue;
        vba_decompress(slice_skip(stream, at - BEFORE), out);
        return;
    }
}
