/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "ActiveMime" files (editdata.mso): a compound file with a document's macros, compressed behind a header
 * whose length differs (MS-OFFMACRO 2.4.1). They stand in Word's XML of 2003 and in its web archives.
 */
#include "analysis/inspect/inflate.h"
#include "analysis/inspect/inspectors.h"
#include "base/cursor.h"

enum { SIZE_AT = 0x1e, BEHIND_SIZE = 0x2e, USUAL_AT = 0x32, OTHER_AT = 0x22a };

static bool is_zlib(struct slice data)
{
    return data.len > 2 && (data.ptr[0] & 0xf) == 8 && (data.ptr[0] * 256 + data.ptr[1]) % 31 == 0;
}

void mso_inspect(struct extractor *x, size_t index)
{
    struct slice content = x->message->files[index].content;
    struct cursor c = cursor_make(content);
    cursor_skip(&c, SIZE_AT);
    const size_t places[] = {(size_t)cursor_le16(&c) + BEHIND_SIZE, USUAL_AT, OTHER_AT};
    if (!inspect_may_nest(x, index)) return;
    struct buffer unpacked = buffer_make(x->limits->file_max_bytes);
    for (size_t i = 0; i < sizeof places / sizeof *places && unpacked.len == 0; i++) {
        struct slice packed = slice_skip(content, places[i]);
        if (is_zlib(packed)) inflate_append(packed, &unpacked);
    }
    if (unpacked.len > 0)
        (void)inspect_add_child(x, index, SLICE("object.bin"), buffer_slice(&unpacked), FILE_EMBEDDED);
    buffer_free(&unpacked);
}
