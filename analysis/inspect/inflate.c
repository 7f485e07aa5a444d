/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See inflate.h.
 */
#include "analysis/inspect/inflate.h"

#include <limits.h>

#include <zlib.h>

enum { PIECE_BYTES = 16 * 1024 };

void inflate_append(struct slice packed, struct buffer *out)
{
    uint8_t piece[PIECE_BYTES];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed.ptr,
                       .avail_in = (uInt)(packed.len < UINT_MAX ? packed.len : UINT_MAX)};
    if (inflateInit(&stream) != Z_OK) return;
    int status = Z_OK;
    while (status == Z_OK && !out->overflowed) {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        status = inflate(&stream, Z_NO_FLUSH);
        (void)buffer_append(out, slice_make(piece, sizeof piece - stream.avail_out));
    }
    (void)inflateEnd(&stream);
}
