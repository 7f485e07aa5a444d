/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Archives that no library reads any more and that Windows programs still open: ARJ (technote of ARJ 2.60),
 * ACE (technote of WinAce 2.0) and ALZ (as unalz reads it). Their members are listed; those that are stored
 * are read.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/names.h"
#include "base/cursor.h"

enum {
    ARJ_MARK = 0xea60,
    ARJ_GARBLED = 1,
    ARJ_FOLDER = 3,
    ACE_FILE = 1,
    ACE_HAS_DATA = 1,
    ACE_ENCRYPTED = 0x4000,
    ALZ_ENTRY = 0x015a4c42, /* "BLZ\1" */
    ALZ_HEAD_BYTES = 8,
    ATTRIBUTE_FOLDER = 0x10,
};

struct member {
    struct slice name, data;
    uint64_t size;
    bool is_stored, is_encrypted, is_folder;
};

static bool take_member(struct extractor *x, size_t index, const struct member *member)
{
    if (member->is_folder) return true;
    bool readable = member->is_stored && !member->is_encrypted && member->data.len == member->size;
    size_t at = readable ? inspect_add_child(x, index, member->name, member->data, FILE_MEMBER)
                         : inspect_list_child(x, index, member->name, member->size, FILE_MEMBER);
    if (at == SIZE_MAX) return false;
    x->message->files[at].is_encrypted = member->is_encrypted;
    x->counters->members_encrypted += member->is_encrypted;
    return true;
}

static struct slice take_cstr(struct cursor *c)
{
    struct slice rest = cursor_rest(c);
    return slice_head(rest, slice_index(rest, 0));
}

/* One header and its data; false at the end. The first describes the archive itself. */
static bool read_arj(struct extractor *x, size_t index, struct cursor *c, bool is_main)
{
    if (cursor_le16(c) != ARJ_MARK) return false;
    struct slice head = cursor_take(c, cursor_le16(c));
    if (c->bad || head.len == 0) return false;
    struct cursor h = cursor_make(head);
    size_t first_len = cursor_u8(&h);
    cursor_skip(&h, 3);
    unsigned flags = cursor_u8(&h), method = cursor_u8(&h), type = cursor_u8(&h);
    cursor_skip(&h, 5);
    uint32_t packed_size = cursor_le32(&h), size = cursor_le32(&h);
    struct cursor n = cursor_make(slice_skip(head, first_len));
    cursor_skip(c, 4);
    for (size_t extended = cursor_le16(c); extended > 0 && !c->bad; extended = cursor_le16(c))
        cursor_skip(c, extended + 4);
    if (is_main || h.bad || c->bad) return !h.bad && !c->bad;
    struct slice data = cursor_take(c, packed_size < cursor_left(c) ? packed_size : cursor_left(c));
    struct member member = {take_cstr(&n), data, size, method == 0, flags & ARJ_GARBLED, type == ARJ_FOLDER};
    return take_member(x, index, &member);
}

void arj_inspect(struct extractor *x, size_t index)
{
    if (!inspect_may_nest(x, index)) return;
    struct cursor c = cursor_make(x->message->files[index].content);
    for (bool is_main = true; read_arj(x, index, &c, is_main); is_main = false) continue;
}

static bool read_ace(struct extractor *x, size_t index, struct cursor *c)
{
    cursor_skip(c, 2);
    struct slice head = cursor_take(c, cursor_le16(c));
    struct cursor h = cursor_make(head);
    unsigned type = cursor_u8(&h), flags = cursor_le16(&h);
    uint32_t packed_size = flags & ACE_HAS_DATA ? cursor_le32(&h) : 0;
    if (c->bad || h.bad) return false;
    struct slice data = cursor_take(c, packed_size < cursor_left(c) ? packed_size : cursor_left(c));
    if (type != ACE_FILE) return cursor_left(c) > 0;
    uint32_t size = cursor_le32(&h);
    cursor_skip(&h, 4);
    bool is_folder = cursor_le32(&h) & ATTRIBUTE_FOLDER;
    cursor_skip(&h, 4);
    unsigned method = cursor_u8(&h);
    cursor_skip(&h, 5);
    struct slice name = cursor_take(&h, cursor_le16(&h));
    struct member member = {name, data, size, method == 0, flags & ACE_ENCRYPTED, is_folder};
    return !h.bad && take_member(x, index, &member) && cursor_left(c) > 0;
}

void ace_inspect(struct extractor *x, size_t index)
{
    if (!inspect_may_nest(x, index)) return;
    struct cursor c = cursor_make(x->message->files[index].content);
    while (read_ace(x, index, &c)) continue;
}

/* A number of so many bytes, the lowest first. */
static uint64_t read_number(struct cursor *c, unsigned len)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < len; i++) number |= (uint64_t)cursor_u8(c) << (i * 8);
    return number;
}

/* Names of ALZ are in the charset of Korean Windows. */
static struct slice korean_name(struct extractor *x, struct slice name)
{
    if (names_is_plain(name)) return name;
    struct buffer text = buffer_make(name.len * 2 + 1);
    uint64_t bad = charset_convert(&x->charsets, CHARSET_CP949, name, &text);
    name = bad == 0 ? arena_copy(&x->message->arena, buffer_slice(&text)) : name;
    buffer_free(&text);
    return name;
}

static bool read_alz(struct extractor *x, size_t index, struct cursor *c)
{
    enum { IS_ENCRYPTED = 1, LOCK_BYTES = 12, NUMBER_MAX_BYTES = 8 };
    if (cursor_le32(c) != ALZ_ENTRY) return false;
    size_t name_len = cursor_le16(c);
    unsigned attributes = cursor_u8(c);
    cursor_skip(c, 4);
    unsigned descriptor = cursor_u8(c), number_len = descriptor >> 4;
    cursor_skip(c, 1);
    if (c->bad || number_len > NUMBER_MAX_BYTES) return false;
    unsigned method = 0;
    uint64_t packed_size = 0, size = 0;
    if (number_len > 0) {
        method = cursor_u8(c);
        cursor_skip(c, 5);
        packed_size = read_number(c, number_len);
        size = read_number(c, number_len);
    }
    struct slice name = cursor_take(c, name_len);
    if (descriptor & IS_ENCRYPTED) cursor_skip(c, LOCK_BYTES);
    if (c->bad) return false;
    struct slice data = cursor_take(c, packed_size < cursor_left(c) ? packed_size : cursor_left(c));
    struct member member = {korean_name(x, name),         data, size, method == 0, descriptor & IS_ENCRYPTED,
                            attributes & ATTRIBUTE_FOLDER};
    return take_member(x, index, &member);
}

void alz_inspect(struct extractor *x, size_t index)
{
    if (!inspect_may_nest(x, index)) return;
    struct cursor c = cursor_make(x->message->files[index].content);
    cursor_skip(&c, ALZ_HEAD_BYTES);
    while (read_alz(x, index, &c)) continue;
}
