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

/* A ZIP behind other bytes: what matters to its readers is the end record. */
static bool is_zip_by_end(struct slice s)
{
    enum { END_BYTES = 22, COMMENT_MAX_BYTES = 256 };
    for (size_t len = END_BYTES; len <= END_BYTES + COMMENT_MAX_BYTES && len <= s.len; len++) {
        const uint8_t *end = s.ptr + s.len - len;
        size_t comment_len = end[20] | (size_t)end[21] << 8;
        if (memcmp(end, "PK\x05\x06", 4) == 0 && comment_len == len - END_BYTES) return true;
    }
    return false;
}

/* ARJ's two bytes are few: the size of its header and the type of a main header make it one. */
static bool is_arj(struct slice s)
{
    enum { HEADER_MIN_BYTES = 30, HEADER_MAX_BYTES = 2600, TYPE_MAIN = 2 };
    if (s.len < HEADER_MIN_BYTES + 4 || s.ptr[0] != 0x60 || s.ptr[1] != 0xea || s.ptr[10] != TYPE_MAIN)
        return false;
    size_t header_len = s.ptr[2] | (size_t)s.ptr[3] << 8;
    return header_len >= HEADER_MIN_BYTES && header_len <= HEADER_MAX_BYTES;
}

/* A disk by its master boot record: the mark at its end, and partitions that are active or not, one of a
 * kind. */
static bool is_partitioned_disk(struct slice s)
{
    enum { TABLE_AT = 446, ENTRY_BYTES = 16, MARK_AT = 510, DISK_MIN_BYTES = 64 * 1024, KIND_AT = 4 };
    if (s.len < DISK_MIN_BYTES || s.ptr[MARK_AT] != 0x55 || s.ptr[MARK_AT + 1] != 0xaa) return false;
    bool has_kind = false;
    for (size_t at = TABLE_AT; at < MARK_AT; at += ENTRY_BYTES) {
        if (s.ptr[at] & 0x7f) return false;
        has_kind |= s.ptr[at + KIND_AT] != 0;
    }
    return has_kind;
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
    if (!type && is_zip_by_end(content)) type = "application/zip";
    if (!type && is_arj(content)) type = "application/x-arj";
    if (!type && is_partitioned_disk(content)) type = "application/x-raw-disk-image";
    return type ? type : "application/octet-stream";
}
