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
    ATTRIBUTE_MESSAGE_PROPERTIES = 0x9003,
    PROPERTY_BODY_HTML = 0x1013,
    PROPERTY_DATA = 0x3701,
    PROPERTY_LONG_NAME = 0x3707,
    NAMED_FROM = 0x8000,
    TYPE_OBJECT = 0x000d,
    TYPE_MANY = 0x1000,
    OBJECT_CLASS_BYTES = 16,
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

/* Values stand at multiples of four. */
static size_t padding(size_t len)
{
    return (4 - len % 4) % 4;
}

/* Bytes that a property of fixed size takes, or 0 for those that say their length. */
static size_t fixed_size(unsigned type)
{
    switch (type) {
    case 0x0002: return 2;
    case 0x0003:
    case 0x0004:
    case 0x000a: return 4;
    case 0x000b: return 2;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040: return 8;
    case 0x0048: return 16;
    default: return 0;
    }
}

/* Skips what says the name of a named property (MS-OXTNEF 2.1.3.4): a GUID and a number or a text. */
static void skip_property_name(struct cursor *c)
{
    enum { GUID_BYTES = 16, KIND_NUMBER = 0 };
    cursor_skip(c, GUID_BYTES);
    uint32_t kind = cursor_le32(c), value = cursor_le32(c);
    if (kind != KIND_NUMBER) cursor_skip(c, (size_t)value + padding(value));
}

static void take_property(struct tnef *t, unsigned type, unsigned id, struct slice value)
{
    bool is_wide = type == TYPE_UNICODE;
    switch (id) {
    case PROPERTY_LONG_NAME:
        value = is_wide ? inspect_utf16(t->x, value) : cut_nul(value);
        if (value.len > 0) t->name = value;
        break;
    case PROPERTY_BODY_HTML:
        (void)inspect_add_child(t->x, t->index, SLICE("body.html"), value, FILE_EMBEDDED);
        break;
    case PROPERTY_DATA: /* a message: the class of its interface, then TNEF again */
        t->data = slice_skip(value, type == TYPE_OBJECT ? OBJECT_CLASS_BYTES : 0);
        break;
    default: break;
    }
}

/* The properties of the message or of an attachment; false when they cannot be followed. */
static bool read_property(struct tnef *t, struct cursor *c)
{
    unsigned type = cursor_le16(c), id = cursor_le16(c);
    if (id >= NAMED_FROM) skip_property_name(c);
    bool is_many = type & TYPE_MANY;
    size_t size = fixed_size(type & ~(unsigned)TYPE_MANY);
    uint32_t values = is_many || size == 0 ? cursor_le32(c) : 1;
    for (uint32_t i = 0; i < values && !c->bad; i++) {
        uint32_t len = size > 0 ? (uint32_t)size : cursor_le32(c);
        struct slice value = cursor_take(c, len);
        cursor_skip(c, padding(len));
        if (!is_many && !c->bad) take_property(t, type, id, value);
    }
    return !c->bad;
}

static void read_properties(struct tnef *t, struct slice bytes)
{
    struct cursor c = cursor_make(bytes);
    uint32_t count = cursor_le32(&c);
    for (uint32_t i = 0; i < count && read_property(t, &c); i++) continue;
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
    case ATTRIBUTE_DATA:
        if (data.len > 0) t->data = data;
        break;
    case ATTRIBUTE_MESSAGE_PROPERTIES:
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
