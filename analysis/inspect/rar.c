/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The headers of RAR archives, 1.5 to 4 and 5 (RARLAB technote): which members are encrypted, which
 * libarchive does not tell for version 5, whether the names are, and members that archive.c could not list.
 */
#include "analysis/extract/files.h"
#include "analysis/inspect/inspectors.h"
#include "base/cursor.h"

enum {
    RAR5_MARK_BYTES = 8,
    RAR4_MARK_BYTES = 7,
    RAR5_FILE = 2,
    RAR5_ENCRYPTION = 4,
    RAR5_END = 5,
    RAR5_HAS_EXTRA = 1,
    RAR5_HAS_DATA = 2,
    RAR5_SPLIT_BEFORE = 8,
    RAR4_MAIN = 0x73,
    RAR4_FILE = 0x74,
    RAR4_END = 0x7b,
    RAR4_HAS_DATA = 0x8000,
    VINT_MAX_BYTES = 10,
};

struct rar {
    struct extractor *x;
    size_t index; /* of the archive */
    size_t child; /* where the next member that archive.c listed may stand in message.files */
};

struct rar_member {
    struct slice name;
    uint64_t size, packed_size;
    bool is_folder, is_encrypted, is_continued;
};

/* A number of seven bits a byte, the lowest first. */
static uint64_t read_vint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VINT_MAX_BYTES; i++) {
        uint8_t byte = cursor_u8(c);
        value |= (uint64_t)(byte & 0x7f) << (i * 7);
        if (c->bad || !(byte & 0x80)) break;
    }
    return value;
}

static void take_names_encrypted(struct rar *rar)
{
    rar->x->message->files[rar->index].is_encrypted = true;
    inspect_add_fact(rar->x, rar->index, FACT_ENCRYPTED, SLICE("names too"));
}

/* What was read of it, if anything, is no content. */
static void set_encrypted(struct rar *rar, struct file_part *file, uint64_t size)
{
    file->is_encrypted = true;
    file->content = slice_make(NULL, 0);
    file->md5[0] = file->sha1[0] = file->sha256[0] = 0;
    file->size = size;
    files_skip(rar->x, file);
    rar->x->counters->members_encrypted++;
}

/* Finds the member among those listed, in order, or lists it. */
static void take_member(struct rar *rar, const struct rar_member *member)
{
    struct message *m = rar->x->message;
    if (member->is_folder || member->is_continued) return;
    while (rar->child < m->file_count && m->files[rar->child].parent != rar->index) rar->child++;
    size_t at = rar->child;
    uint64_t listed = at < m->file_count ? m->files[at].size : 0;
    if (at < m->file_count && (listed == member->size || listed == member->packed_size))
        rar->child++;
    else if (at == m->file_count)
        at = inspect_list_child(rar->x, rar->index, member->name, member->size, FILE_MEMBER);
    else
        return; /* archive.c reads it otherwise */
    if (at == SIZE_MAX) return;
    rar->child = at + 1;
    if (member->is_encrypted && !m->files[at].is_encrypted) set_encrypted(rar, &m->files[at], member->size);
}

/* True when the extra area holds the record of encryption. */
static bool has_encryption_record(struct slice extra)
{
    enum { RECORD_ENCRYPTION = 1 };
    struct cursor c = cursor_make(extra);
    while (!c.bad && cursor_left(&c) > 0) {
        uint64_t size = read_vint(&c);
        if (size > cursor_left(&c)) return false;
        struct cursor record = cursor_make(cursor_take(&c, size));
        if (read_vint(&record) == RECORD_ENCRYPTION && !record.bad) return true;
    }
    return false;
}

static void read_file5(struct rar *rar, struct cursor *c, struct slice extra, uint64_t flags, uint64_t packed)
{
    enum { IS_FOLDER = 1, HAS_TIME = 2, HAS_CRC = 4 };
    uint64_t file_flags = read_vint(c);
    struct rar_member member = {.packed_size = packed, .size = read_vint(c)};
    (void)read_vint(c); /* attributes */
    cursor_skip(c, (file_flags & HAS_TIME ? 4 : 0) + (file_flags & HAS_CRC ? 4 : 0));
    (void)read_vint(c); /* compression */
    (void)read_vint(c); /* system */
    member.name = cursor_take(c, read_vint(c));
    member.is_folder = file_flags & IS_FOLDER;
    member.is_continued = flags & RAR5_SPLIT_BEFORE;
    member.is_encrypted = has_encryption_record(extra);
    if (!c->bad) take_member(rar, &member);
}

/* One block of version 5; false at the end. */
static bool read_block5(struct rar *rar, struct cursor *c)
{
    cursor_skip(c, 4);
    uint64_t head_len = read_vint(c);
    if (c->bad || head_len > cursor_left(c)) return false;
    struct slice head = cursor_take(c, head_len);
    struct cursor h = cursor_make(head);
    uint64_t type = read_vint(&h), flags = read_vint(&h);
    uint64_t extra_len = flags & RAR5_HAS_EXTRA ? read_vint(&h) : 0;
    uint64_t data_len = flags & RAR5_HAS_DATA ? read_vint(&h) : 0;
    if (h.bad || extra_len > cursor_left(&h)) return false;
    struct slice extra = slice_skip(head, head.len - extra_len);
    cursor_limit(&h, cursor_left(&h) - extra_len);
    if (type == RAR5_ENCRYPTION) take_names_encrypted(rar);
    if (type == RAR5_ENCRYPTION || type == RAR5_END) return false;
    if (type == RAR5_FILE) read_file5(rar, &h, extra, flags, data_len);
    if (data_len > cursor_left(c)) return false;
    cursor_skip(c, data_len);
    return cursor_left(c) > 0;
}

static void read_file4(struct rar *rar, struct cursor *c, unsigned flags, uint64_t packed)
{
    enum { CONTINUED = 1, ENCRYPTED = 4, LARGE = 0x100, FOLDER = 0xe0 };
    struct rar_member member = {.packed_size = packed, .size = cursor_le32(c)};
    cursor_skip(c, 11);
    size_t name_len = cursor_le16(c);
    cursor_skip(c, 4);
    if (flags & LARGE) cursor_skip(c, 4);
    if (flags & LARGE) member.size |= (uint64_t)cursor_le32(c) << 32;
    struct slice name = cursor_take(c, name_len);
    member.name = slice_head(name, slice_index(name, 0)); /* what follows is the name in another code */
    member.is_folder = (flags & FOLDER) == FOLDER;
    member.is_encrypted = flags & ENCRYPTED;
    member.is_continued = flags & CONTINUED;
    if (!c->bad) take_member(rar, &member);
}

/* One block of versions 1.5 to 4; false at the end. */
static bool read_block4(struct rar *rar, struct cursor *c)
{
    enum { HEAD_BYTES = 7, NAMES_ENCRYPTED = 0x80 };
    cursor_skip(c, 2);
    unsigned type = cursor_u8(c), flags = cursor_le16(c), head_len = cursor_le16(c);
    if (c->bad || head_len < HEAD_BYTES) return false;
    struct cursor h = cursor_make(cursor_take(c, head_len - HEAD_BYTES));
    uint64_t data_len = flags & RAR4_HAS_DATA || type == RAR4_FILE ? cursor_le32(&h) : 0;
    if (type == RAR4_END || c->bad || h.bad) return false;
    if (type == RAR4_MAIN && flags & NAMES_ENCRYPTED) {
        take_names_encrypted(rar);
        return false;
    }
    if (type == RAR4_FILE) read_file4(rar, &h, flags, data_len);
    if (data_len > cursor_left(c)) return false;
    cursor_skip(c, data_len);
    return cursor_left(c) > 0;
}

void rar_inspect(struct extractor *x, size_t index)
{
    struct rar rar = {.x = x, .index = index, .child = index + 1};
    struct slice content = x->message->files[index].content;
    bool is5 = slice_starts(content, SLICE("Rar!\x1a\x07\x01"));
    struct cursor c = cursor_make(slice_skip(content, is5 ? RAR5_MARK_BYTES : RAR4_MARK_BYTES));
    while (is5 ? read_block5(&rar, &c) : read_block4(&rar, &c)) continue;
}
