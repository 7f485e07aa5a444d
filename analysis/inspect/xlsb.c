/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Binary workbooks in a package (MS-XLSB): records whose number and length are written seven bits a byte. See
 * biff.h.
 */
#include "analysis/inspect/biff.h"
#include "analysis/inspect/xlm.h"
#include "base/cursor.h"

enum {
    RECORD_NAME = 39,
    RECORD_SHEET = 156,
    RECORD_SUPPORTING_BOOK = 360,
    BOOK_IS_DDE = 1,
    NUMBER_BYTES = 4
};

static uint32_t take_number(struct cursor *c, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = cursor_u8(c);
        number |= (uint32_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) break;
    }
    return number;
}

/* A count of UTF-16 units (UINT32_MAX: none) and they themselves, as UTF-8 in the arena. */
static struct slice take_text(struct extractor *x, struct cursor *c)
{
    uint64_t len = cursor_le32(c);
    if (c->bad || len == UINT32_MAX) return slice_make(NULL, 0);
    return inspect_utf16(x, cursor_take(c, len * 2 < cursor_left(c) ? (size_t)len * 2 : cursor_left(c)));
}

static void read_sheet(struct extractor *x, size_t index, struct cursor *c)
{
    uint32_t state = cursor_le32(c);
    cursor_skip(c, 4);
    (void)take_text(x, c);
    if (state != 0) inspect_add_fact(x, index, FACT_HIDDEN_SHEET, take_text(x, c));
}

static void read_name(struct extractor *x, size_t index, struct cursor *c)
{
    cursor_skip(c, 9); /* flags, key, sheet */
    xlm_read_name(x, index, take_text(x, c));
}

static void read_supporting_book(struct extractor *x, size_t index, struct cursor *c)
{
    if (cursor_le16(c) != BOOK_IS_DDE) return;
    struct slice server = take_text(x, c), topic = take_text(x, c);
    struct buffer text = buffer_make(x->limits->fact_max_bytes);
    (void)buffer_append(&text, server);
    (void)buffer_append_byte(&text, '|');
    (void)buffer_append(&text, topic);
    inspect_add_fact(x, index, FACT_DDE, buffer_slice(&text));
    buffer_free(&text);
}

void xlsb_read(struct extractor *x, size_t index, struct slice member, struct slice content)
{
    if (slice_find_nocase(member, SLICE("/macrosheets/")) < member.len)
        inspect_add_fact(x, index, FACT_XLM, member);
    struct cursor c = cursor_make(content);
    while (cursor_left(&c) >= 2) {
        uint32_t type = take_number(&c, 2), len = take_number(&c, NUMBER_BYTES);
        struct cursor record = cursor_make(cursor_take(&c, len));
        if (c.bad) return;
        if (type == RECORD_SHEET) read_sheet(x, index, &record);
        if (type == RECORD_NAME) read_name(x, index, &record);
        if (type == RECORD_SUPPORTING_BOOK) read_supporting_book(x, index, &record);
    }
}
