/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TNEF (MS-OXTNEF), the "winmail.dat" of Outlook: attributes of level, number, length, data and checksum, one
 * after another. Attachments become files, the plain body a text; the long names of attachments stand among
 * MAPI properties (MS-OXCDATA 2.11).
 */
#include "analysis/inspect/inspectors.h"
#include "base/cursor.h"

enum {
    ATTRIBUTE_SUBJECT = 0x8004,
    ATTRIBUTE_BODY = 0x800c,
    ATTRIBUTE_DATA = 0x800f,
    ATTRIBUTE_TITLE = 0x8010,
    ATTRIBUTE_NEW = 0x9002,        /* an attachment begins */
    ATTRIBUTE_PROPERTIES = 0x9005, /* of the attachment */
    PROPERTY_LONG_NAME = 0x3707,
    TYPE_UNICODE = 0x001f,
};

struct tnef {
    struct extractor *x;
    size_t index;
    struct slice name, data;
};

static struct slice cut_nul(struct slice text)
{
    return slice_head(text, slice_index(text, 0));
}

static void end_attachment(struct tnef *t)
{
    struct slice name = t->name.len > 0 ? t->name : SLICE("attachment");
    if (t->data.len > 0) (void)inspect_add_child(t->x, t->index, name, t->data, FILE_EMBEDDED);
    t->name = t->data = slice_make(NULL, 0);
}

/* Bytes that a property of fixed size takes, or 0 for those that say their length. */
static size_t fixed_size(unsigned type)
{
    switch (type) {
    case 0x0002:
    case 0x0003:
    case 0x0004:
    case 0x000a:
    case 0x000b: return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040: return 8;
    case 0x0048: return 16;
    default: return 0;
    }
}

/* The long name among the properties, when it can be reached: named properties end the reading. */
static void read_properties(struct tnef *t, struct slice bytes)
{
    struct cursor c = cursor_make(bytes);
    uint32_t count = cursor_le32(&c);
    for (uint32_t i = 0; i < count && !c.bad; i++) {
        unsigned type = cursor_le16(&c), id = cursor_le16(&c);
        if (id >= 0x8000) return;
        size_t size = fixed_size(type);
        if (size > 0) {
            cursor_skip(&c, size);
            continue;
        }
        uint32_t values = cursor_le32(&c), len = cursor_le32(&c);
        struct slice value = cursor_take(&c, len);
        cursor_skip(&c, (4 - len % 4) % 4);
        if (values != 1 || c.bad) return;
        if (id != PROPERTY_LONG_NAME) continue;
        struct slice name = type == TYPE_UNICODE ? inspect_utf16(t->x, value) : cut_nul(value);
        if (name.len > 0) t->name = name;
    }
}

static void take_attribute(struct tnef *t, unsigned number, struct slice data)
{
    switch (number) {
    case ATTRIBUTE_SUBJECT: inspect_add_fact(t->x, t->index, FACT_TITLE, cut_nul(data)); break;
    case ATTRIBUTE_BODY:
        (void)inspect_add_child(t->x, t->index, SLICE("body.txt"), cut_nul(data), FILE_EMBEDDED);
        break;
    case ATTRIBUTE_NEW: end_attachment(t); break;
    case ATTRIBUTE_TITLE:
        if (t->name.len == 0) t->name = cut_nul(data);
        break;
    case ATTRIBUTE_DATA: t->data = data; break;
    case ATTRIBUTE_PROPERTIES: read_properties(t, data); break;
    default: break;
    }
}

void tnef_inspect(struct extractor *x, size_t index)
{
    enum { HEAD_BYTES = 6, CHECKSUM_BYTES = 2 };
    if (!inspect_may_nest(x, index)) return;
    struct tnef t = {.x = x, .index = index};
    struct cursor c = cursor_make(x->message->files[index].content);
    cursor_skip(&c, HEAD_BYTES);
    while (!c.bad && cursor_left(&c) > 0) {
        cursor_skip(&c, 1);
        unsigned number = cursor_le32(&c) & 0xffff;
        uint32_t len = cursor_le32(&c);
        if (len > cursor_left(&c)) len = (uint32_t)cursor_left(&c); /* cut off: what there is */
        struct slice data = cursor_take(&c, len);
        if (data.ptr) take_attribute(&t, number, data);
        cursor_skip(&c, CHECKSUM_BYTES);
    }
    end_attachment(&t);
}
