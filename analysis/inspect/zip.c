/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ZIP's own structure (PKWARE APPNOTE 4.3): where it contradicts itself, programs differ in what they unpack.
 * The members are read by archive.c; here the central directory is compared with the local headers.
 */
#include <stdlib.h>

#include "analysis/inspect/inspectors.h"
#include "base/cursor.h"
#include "base/mem.h"

enum {
    END_BYTES = 22,
    END_SEARCH_BYTES = END_BYTES + 65535,
    ENTRIES_MAX = 65536,
    ENTRY_HEAD_BYTES = 46, /* of the directory (APPNOTE 4.3.12) */
    LOCAL_BYTES = 30,
    NAME_SHOWN_BYTES = 80,
};

struct span {
    uint64_t from, to;
};

struct zip {
    struct extractor *x;
    size_t index;
    struct slice content;
    size_t start;       /* bytes before the first member, as in a self-extracting archive */
    struct span *spans; /* of members, in the file */
    size_t count;
};

static void note(struct zip *zip, const char *text)
{
    inspect_add_fact(zip->x, zip->index, FACT_STRUCTURE, slice_from_cstr(text));
}

/* Offset of the last end record, or content.len. */
static size_t find_end(struct slice content)
{
    size_t from = content.len > END_SEARCH_BYTES ? content.len - END_SEARCH_BYTES : 0;
    for (size_t i = content.len; i >= from + END_BYTES; i--) {
        if (memcmp(content.ptr + i - END_BYTES, "PK\x05\x06", 4) == 0) return i - END_BYTES;
    }
    return content.len;
}

/* The same name in two charsets is no contradiction. */
static void check_names(struct zip *zip, struct slice local, struct slice name)
{
    if (slice_equal(local, name)) return;
    struct slice shown = inspect_text(zip->x, slice_head(local, NAME_SHOWN_BYTES));
    struct slice other = inspect_text(zip->x, slice_head(name, NAME_SHOWN_BYTES));
    if (slice_equal(shown, other)) return;
    note(zip,
         arena_printf(&zip->x->message->arena, "a member is \"%.*s\" in its place, \"%.*s\" in the directory",
                      (int)shown.len, (const char *)shown.ptr, (int)other.len, (const char *)other.ptr));
}

/* Compares one member's local header with its entry in the directory. */
static void check_local(struct zip *zip, struct slice name, uint64_t offset, uint64_t size)
{
    struct cursor c = cursor_make(slice_skip(zip->content, (size_t)(zip->start + offset)));
    bool is_local = slice_equal(cursor_take(&c, 4), SLICE("PK\x03\x04"));
    cursor_skip(&c, 22);
    size_t name_len = cursor_le16(&c), extra_len = cursor_le16(&c);
    struct slice local = cursor_take(&c, name_len);
    if (c.bad || !is_local) {
        note(zip, "the directory names a member that is not there");
        return;
    }
    check_names(zip, local, name);
    uint64_t end = offset + LOCAL_BYTES + name_len + extra_len + size;
    zip->spans[zip->count++] = (struct span){offset, end};
}

/* One entry of the central directory; false at its end. */
static bool read_entry(struct zip *zip, struct cursor *c)
{
    if (!slice_equal(cursor_take(c, 4), SLICE("PK\x01\x02"))) return false;
    cursor_skip(c, 16);
    uint32_t size = cursor_le32(c);
    cursor_skip(c, 4);
    size_t name_len = cursor_le16(c), extra_len = cursor_le16(c), comment_len = cursor_le16(c);
    cursor_skip(c, 8);
    uint32_t offset = cursor_le32(c);
    struct slice name = cursor_take(c, name_len);
    cursor_skip(c, extra_len + comment_len);
    if (c->bad) return false;
    bool is_zip64 = size == UINT32_MAX || offset == UINT32_MAX;
    if (!is_zip64) check_local(zip, name, offset, size);
    return true;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void check_spans(struct zip *zip)
{
    qsort(zip->spans, zip->count, sizeof *zip->spans, compare_spans);
    for (size_t i = 1; i < zip->count; i++) {
        if (zip->spans[i].from >= zip->spans[i - 1].to) continue;
        note(zip, "members overlap");
        return;
    }
}

/* Members that stand in the file but not in the directory: counted by their local headers' marks. */
static void check_hidden(struct zip *zip, uint64_t directory)
{
    if (zip->count == 0) return;
    size_t first = slice_find(zip->content, SLICE("PK\x03\x04"));
    if (first < zip->start + zip->spans[0].from && first < zip->start + directory)
        note(zip, "members are missing in the directory");
}

void zip_inspect(struct extractor *x, size_t index)
{
    struct zip zip = {.x = x, .index = index, .content = x->message->files[index].content};
    size_t end = find_end(zip.content);
    if (end == zip.content.len) return;
    struct cursor c = cursor_make(slice_skip(zip.content, end));
    cursor_skip(&c, 8);
    size_t here = cursor_le16(&c), total = cursor_le16(&c);
    uint32_t size = cursor_le32(&c), offset = cursor_le32(&c);
    size_t comment_len = cursor_le16(&c);
    bool is_zip64 = total == UINT16_MAX || offset == UINT32_MAX || size == UINT32_MAX;
    if (is_zip64 || (uint64_t)offset + size > end) return;
    zip.start = end - size - offset;
    size_t room = size / ENTRY_HEAD_BYTES + 1 < ENTRIES_MAX ? size / ENTRY_HEAD_BYTES + 1 : ENTRIES_MAX;
    zip.spans = mem_zalloc(room, sizeof *zip.spans);
    struct cursor entries = cursor_make(slice_head(slice_skip(zip.content, zip.start + offset), size));
    size_t count = 0;
    while (count < room && read_entry(&zip, &entries)) count++;
    if (count != total || here != total)
        note(&zip, "the directory holds another number of members than it says");
    if (cursor_left(&c) > comment_len) {
        const char *after = arena_printf(&x->message->arena, "%zu bytes", cursor_left(&c) - comment_len);
        inspect_add_fact(x, index, FACT_TRAILING_DATA, slice_from_cstr(after));
    }
    check_spans(&zip);
    check_hidden(&zip, offset);
    free(zip.spans);
}
