/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See summary.h. The texts are in the set's own code page, which is its first property.
 */
#include "analysis/inspect/summary.h"

#include "analysis/extract/words.h"
#include "base/cursor.h"

enum {
    SECTION_AT = 44,
    PROPERTIES_MAX = 64,
    PROPERTY_CODE_PAGE = 1,
    PROPERTY_TITLE = 2,
    PROPERTY_AUTHOR = 4,
    PROPERTY_LAST_AUTHOR = 8,
    TYPE_TEXT = 0x1e,
    TYPE_WIDE_TEXT = 0x1f,
};

/* "cp932"; empty when the property is none that names a charset. */
static struct slice read_code_page(struct extractor *x, struct slice value)
{
    enum { TYPE_SHORT = 2, UTF8 = 65001 };
    struct cursor c = cursor_make(value);
    uint32_t type = cursor_le32(&c);
    unsigned number = cursor_le16(&c);
    if (c.bad || type != TYPE_SHORT || number == 0) return slice_make(NULL, 0);
    if (number == UTF8) return SLICE("utf-8");
    return slice_from_cstr(arena_printf(&x->message->arena, "cp%u", number));
}

static void read_property(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value,
                          struct slice charset)
{
    struct cursor c = cursor_make(value);
    uint32_t type = cursor_le32(&c);
    uint64_t len = cursor_le32(&c);
    if (type == TYPE_WIDE_TEXT) len *= 2;
    if (c.bad || (type != TYPE_TEXT && type != TYPE_WIDE_TEXT) || len > cursor_left(&c)) return;
    struct slice text = cursor_take(&c, (size_t)len);
    if (type == TYPE_WIDE_TEXT)
        inspect_add_fact_utf16(x, index, kind, text);
    else
        inspect_add_fact(x, index, kind,
                         words_decode_charset(x, charset, slice_head(text, slice_index(text, 0))));
}

void summary_read(struct extractor *x, size_t index, struct slice stream)
{
    struct cursor c = cursor_make(stream);
    cursor_skip(&c, SECTION_AT);
    struct slice section = slice_skip(stream, cursor_le32(&c));
    if (c.bad) return;
    c = cursor_make(section);
    cursor_skip(&c, 4);
    uint32_t count = cursor_le32(&c);
    struct slice charset = slice_make(NULL, 0);
    for (uint32_t i = 0; i < count && i < PROPERTIES_MAX && !c.bad; i++) {
        uint32_t id = cursor_le32(&c);
        struct slice value = slice_skip(section, cursor_le32(&c));
        if (id == PROPERTY_CODE_PAGE) charset = read_code_page(x, value);
        if (id == PROPERTY_TITLE) read_property(x, index, FACT_TITLE, value, charset);
        if (id == PROPERTY_AUTHOR || id == PROPERTY_LAST_AUTHOR)
            read_property(x, index, FACT_AUTHOR, value, charset);
    }
}
