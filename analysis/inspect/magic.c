/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of magic.def and the types that a fixed byte string cannot tell: bitmaps, disk images
 * told by their end, Java classes and Mach-O files of one beginning; see magic.h.
 */
#include "analysis/inspect/magic.h"

#include "analysis/inspect/magic_text.h"

struct magic_row {
    size_t offset;
    struct slice bytes;
    const char *type;
};

static const struct magic_row rows[] = {
#define MAGIC(offset, bytes, type) {(offset), {(const uint8_t *)(bytes), sizeof(bytes) - 1}, (type)},
#include "analysis/inspect/magic.def"
#undef MAGIC
};

enum { SNIFF_BYTES = 1024, TRAILER_BYTES = 512, JAVA_VERSION_MIN = 45 };

/* "BM" alone is a word; the header's size field and zeros make it a bitmap. */
static bool is_bitmap(struct slice s)
{
    return s.len >= 18 && s.ptr[0] == 'B' && s.ptr[1] == 'M' && s.ptr[6] == 0 && s.ptr[8] == 0 &&
           s.ptr[15] == 0;
}

static bool row_fits(const struct magic_row *row, struct slice content)
{
    if (content.len < row->offset + row->bytes.len) return false;
    return memcmp(content.ptr + row->offset, row->bytes.ptr, row->bytes.len) == 0;
}

/* Both begin with the same four bytes; then a class file has its version, a Mach-O file a count of programs.
 */
static const char *detect_cafebabe(struct slice s)
{
    if (s.len < 8 || memcmp(s.ptr, "\xca\xfe\xba\xbe", 4) != 0) return NULL;
    unsigned major = (unsigned)s.ptr[6] << 8 | s.ptr[7];
    return major < JAVA_VERSION_MIN ? "application/x-mach-binary" : "application/java-vm";
}

/* Formats that are told by their last block. */
static const char *detect_trailer(struct slice s)
{
    if (s.len < TRAILER_BYTES) return NULL;
    struct slice end = slice_skip(s, s.len - TRAILER_BYTES);
    if (slice_starts(end, SLICE("conectix"))) return "application/x-vhd";
    return slice_starts(end, SLICE("koly")) ? "application/x-apple-diskimage" : NULL;
}

static bool has_late_pdf_header(struct slice content)
{
    struct slice head = slice_head(content, SNIFF_BYTES);
    return slice_find(head, SLICE("%PDF-")) < head.len;
}

const char *magic_detect(struct slice content)
{
    if (content.len == 0) return "application/x-empty";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (row_fits(&rows[i], content)) return rows[i].type;
    }
    if (is_bitmap(content)) return "image/bmp";
    const char *type = detect_cafebabe(content);
    if (!type && has_late_pdf_header(content)) type = "application/pdf";
    if (!type) type = magic_detect_text(content);
    if (!type) type = detect_trailer(content);
    return type ? type : "application/octet-stream";
}
