/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See summary.h. The texts are in the set's own code page; they are decoded as header text is, by what they
 * look like.
 */
#include "analysis/inspect/summary.h"

#include "base/cursor.h"

enum {
    SECTION_AT = 44,
    PROPERTIES_MAX = 64,
    PROPERTY_TITLE = 2,
    PROPERTY_AUTHOR = 4,
    PROPERTY_LAST_AUTHOR = 8,
    TYPE_TEXT = 0x1e,
    TYPE_WIDE_TEXT = 0x1f,
};

static void read_property(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value)
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
        inspect_add_fact(x, index, kind, slice_head(text, slice_index(text, 0)));
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
    for (uint32_t i = 0; i < count && i < PROPERTIES_MAX && !c.bad; i++) {
        uint32_t id = cursor_le32(&c);
        struct slice value = slice_skip(section, cursor_le32(&c));
        if (id == PROPERTY_TITLE) read_property(x, index, FACT_TITLE, value);
        if (id == PROPERTY_AUTHOR || id == PROPERTY_LAST_AUTHOR) read_property(x, index, FACT_AUTHOR, value);
    }
}
