/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows shortcuts (MS-SHLLINK): target, arguments, working folder's text, icon, and what is appended. The
 * target may stand in four places that need not agree (item list, link information, relative path,
 * environment block); all are facts.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/strings.h"
#include "base/cursor.h"

enum {
    HEADER_BYTES = 76,
    HAS_ID_LIST = 1,
    HAS_LINK_INFO = 2,
    FIRST_STRING = 2, /* bit of HasName; the other strings follow */
    STRING_COUNT = 5,
    IS_UNICODE = 0x80,
    ENVIRONMENT_BLOCK = (int)0xa0000001,
    ICON_BLOCK = (int)0xa0000007,
    ANSI_BYTES = 260,
    UNICODE_BYTES = 520,
    OVERLAY_MIN_BYTES = 16,
};

struct lnk {
    struct extractor *x;
    size_t index;
    struct cursor c;
    uint32_t flags;
};

/* What each of the strings is (2.4); the working folder says nothing. */
static const struct {
    bool wanted;
    enum file_fact_kind kind;
} strings[STRING_COUNT] = {
    {true, FACT_DESCRIPTION},    {true, FACT_LINK_TARGET}, {false, FACT_COUNT},
    {true, FACT_LINK_ARGUMENTS}, {true, FACT_ICON_OF},
};

/* Up to the NUL. */
static struct slice cut_nul(struct slice text)
{
    return slice_head(text, slice_index(text, 0));
}

/* File entries of the item list (shell item class 0x30): the short name of each, joined as a path. */
static void read_id_list(struct lnk *lnk)
{
    enum { CLASS_MASK = 0x70, CLASS_FILE = 0x30, CLASS_VOLUME = 0x20, CLASS_URI = 0x60, NAME_AT = 12 };
    struct cursor list = cursor_make(cursor_take(&lnk->c, cursor_le16(&lnk->c)));
    struct buffer path = buffer_make(lnk->x->limits->fact_max_bytes);
    while (cursor_left(&list) > 2) {
        uint16_t size = cursor_le16(&list);
        struct slice item = cursor_take(&list, size > 2 ? size - 2u : 0);
        if (size <= 2 || item.len == 0) break;
        uint8_t class = item.ptr[0] & CLASS_MASK;
        struct slice name = slice_make(NULL, 0);
        if (class == CLASS_FILE) name = cut_nul(slice_skip(item, NAME_AT));
        if (class == CLASS_VOLUME && item.len > 3) name = cut_nul(slice_head(slice_skip(item, 1), 2));
        if (class == CLASS_URI) strings_find_links(lnk->x, lnk->index, item);
        if (name.len == 0) continue;
        if (path.len > 0) (void)buffer_append_byte(&path, '\\');
        (void)buffer_append(&path, name);
    }
    inspect_add_fact(lnk->x, lnk->index, FACT_LINK_TARGET, buffer_slice(&path));
    buffer_free(&path);
}

/* Text at an offset of the link information. */
static struct slice text_at(struct slice info, uint32_t offset)
{
    return offset > 0 ? cut_nul(slice_skip(info, offset)) : slice_make(NULL, 0);
}

static void read_link_info(struct lnk *lnk)
{
    enum { HAS_LOCAL = 1, HAS_NETWORK = 2, NETWORK_NAME_AT = 8 };
    struct cursor peek = lnk->c;
    uint32_t size = cursor_le32(&peek);
    struct slice info = cursor_take(&lnk->c, size);
    struct cursor c = cursor_make(info);
    cursor_skip(&c, 8);
    uint32_t flags = cursor_le32(&c);
    cursor_skip(&c, 4);
    uint32_t local = cursor_le32(&c), network = cursor_le32(&c), suffix = cursor_le32(&c);
    if (c.bad) return;
    struct buffer path = buffer_make(lnk->x->limits->fact_max_bytes);
    if (flags & HAS_LOCAL) (void)buffer_append(&path, text_at(info, local));
    if (flags & HAS_NETWORK) {
        struct cursor n = cursor_make(slice_skip(info, network));
        cursor_skip(&n, NETWORK_NAME_AT);
        (void)buffer_append(&path, text_at(slice_skip(info, network), cursor_le32(&n)));
        (void)buffer_append_byte(&path, '\\');
    }
    (void)buffer_append(&path, text_at(info, suffix));
    inspect_add_fact(lnk->x, lnk->index, FACT_LINK_TARGET, buffer_slice(&path));
    buffer_free(&path);
}

static void read_string(struct lnk *lnk, size_t number)
{
    if (!(lnk->flags >> (FIRST_STRING + number) & 1)) return;
    uint16_t count = cursor_le16(&lnk->c);
    bool wide = lnk->flags & IS_UNICODE;
    struct slice text = cursor_take(&lnk->c, wide ? count * 2u : count);
    if (!strings[number].wanted) return;
    enum file_fact_kind kind = strings[number].kind;
    if (wide) {
        inspect_add_fact_utf16(lnk->x, lnk->index, kind, text);
    } else {
        inspect_add_fact(lnk->x, lnk->index, kind, text);
    }
}

/* The blocks behind the strings (2.5), and what is behind them. */
static void read_extra(struct lnk *lnk)
{
    for (;;) {
        uint32_t size = cursor_le32(&lnk->c);
        if (size < 8) break;
        uint32_t signature = cursor_le32(&lnk->c);
        struct cursor block = cursor_make(cursor_take(&lnk->c, size - 8));
        if (signature != (uint32_t)ENVIRONMENT_BLOCK && signature != (uint32_t)ICON_BLOCK) continue;
        enum file_fact_kind kind = signature == (uint32_t)ENVIRONMENT_BLOCK ? FACT_LINK_TARGET : FACT_ICON_OF;
        inspect_add_fact(lnk->x, lnk->index, kind, cut_nul(cursor_take(&block, ANSI_BYTES)));
        inspect_add_fact_utf16(lnk->x, lnk->index, kind, cursor_take(&block, UNICODE_BYTES));
    }
    struct slice overlay = cursor_rest(&lnk->c);
    if (lnk->c.bad || overlay.len < OVERLAY_MIN_BYTES) return;
    const char *size = arena_printf(&lnk->x->message->arena, "%zu bytes", overlay.len);
    inspect_add_fact(lnk->x, lnk->index, FACT_TRAILING_DATA, slice_from_cstr(size));
    (void)inspect_add_child(lnk->x, lnk->index, SLICE("appended"), overlay, FILE_EMBEDDED);
}

/* Addresses and words of execution in what was found. */
static void read_command(struct lnk *lnk)
{
    size_t count = lnk->x->message->files[lnk->index].fact_count;
    for (size_t i = 0; i < count; i++) {
        struct file_fact fact = lnk->x->message->files[lnk->index].facts[i];
        if (fact.kind != FACT_LINK_TARGET && fact.kind != FACT_LINK_ARGUMENTS) continue;
        strings_find_links(lnk->x, lnk->index, fact.value);
        strings_find_script_words(lnk->x, lnk->index, fact.value);
    }
}

void lnk_inspect(struct extractor *x, size_t index)
{
    struct lnk lnk = {.x = x, .index = index, .c = cursor_make(x->message->files[index].content)};
    cursor_skip(&lnk.c, 20);
    lnk.flags = cursor_le32(&lnk.c);
    cursor_skip(&lnk.c, HEADER_BYTES - 24);
    if (lnk.flags & HAS_ID_LIST) read_id_list(&lnk);
    if (lnk.flags & HAS_LINK_INFO) read_link_info(&lnk);
    for (size_t i = 0; i < STRING_COUNT; i++) read_string(&lnk, i);
    read_extra(&lnk);
    read_command(&lnk);
}
