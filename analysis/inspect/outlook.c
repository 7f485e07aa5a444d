/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails saved by Outlook (MS-OXMSG) and installers, both compound files. Of a mail: subject, sender, bodies
 * and attachments, also those of mails attached to it, whose storages lie inside of the attachment's. Streams
 * are named by property (MS-OXPROPS): __substg1.0_ID and type.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/ole.h"
#include "base/utf8.h"

enum {
    PROPERTY_SUBJECT = 0x0037,
    PROPERTY_SENDER_NAME = 0x0c1a,
    PROPERTY_SENDER_ADDRESS = 0x5d01,
    PROPERTY_BODY = 0x1000,
    PROPERTY_HTML = 0x1013,
    PROPERTY_DATA = 0x3701,
    PROPERTY_SHORT_NAME = 0x3704,
    PROPERTY_LONG_NAME = 0x3707,
    TYPE_UNICODE = 0x001f,
    NAME_DIGITS = 8,
};

/* A storage of a mail or an attachment, as far as it has been read. */
struct part {
    struct slice storage;
    struct slice name, short_name, data, body, html;
};

struct outlook {
    struct extractor *x;
    size_t index;
    struct part *parts;
    size_t count;
};

/* ID << 16 | type of a stream's name; 0 when it is no property. */
static uint32_t property_of(struct slice name)
{
    struct slice prefix = SLICE("__substg1.0_");
    if (!slice_starts_nocase(name, prefix) || name.len != prefix.len + NAME_DIGITS) return 0;
    uint32_t value = 0;
    for (size_t i = prefix.len; i < name.len; i++) {
        uint8_t c = ascii_lower(name.ptr[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f')) return 0;
        value = value << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* The storage's part; the last ones are looked at first, as streams of one storage come together. */
static struct part *find_part(struct outlook *o, struct slice storage)
{
    for (size_t i = o->count; i > 0; i--) {
        if (slice_equal(o->parts[i - 1].storage, storage)) return &o->parts[i - 1];
    }
    struct arena *arena = &o->x->message->arena;
    o->parts = arena_grow(arena, o->parts, o->count, sizeof *o->parts);
    o->parts[o->count] = (struct part){.storage = arena_copy(arena, storage)};
    return &o->parts[o->count++];
}

/* What stands before the first zero: some programs write texts with their terminator, and what follows it. */
static struct slice terminated(struct slice text)
{
    return slice_head(text, slice_index(text, '\0'));
}

/* A text property as UTF-8 in the arena. */
static struct slice text_of(struct outlook *o, uint32_t property, struct slice content)
{
    if ((property & 0xffff) != TYPE_UNICODE) return inspect_text(o->x, terminated(content));
    struct buffer text = buffer_make(o->x->limits->text_max_bytes);
    (void)charset_convert(&o->x->charsets, CHARSET_UTF16LE, content, &text);
    struct slice whole = terminated(buffer_slice(&text));
    struct slice kept = arena_copy(&o->x->message->arena, utf8_head(whole, whole.len));
    buffer_free(&text);
    return kept;
}

static bool take_stream(void *context, struct slice path, struct slice content)
{
    struct outlook *o = context;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    uint32_t property = property_of(slice_skip(path, slash));
    if (property == 0 || content.len == 0) return true;
    struct slice storage = slice_head(path, slash > 0 ? slash - 1 : 0),
                 mapping = SLICE("__nameid_version1.0");
    if (slice_ends_nocase(storage, mapping)) return true; /* names of properties, by the same scheme */
    struct part *part = find_part(o, storage);
    switch (property >> 16) {
    case PROPERTY_SUBJECT: inspect_add_fact(o->x, o->index, FACT_TITLE, text_of(o, property, content)); break;
    case PROPERTY_SENDER_NAME:
    case PROPERTY_SENDER_ADDRESS:
        inspect_add_fact(o->x, o->index, FACT_AUTHOR, text_of(o, property, content));
        break;
    case PROPERTY_BODY: part->body = text_of(o, property, content); break;
    case PROPERTY_HTML: part->html = arena_copy(&o->x->message->arena, content); break;
    case PROPERTY_DATA: part->data = arena_copy(&o->x->message->arena, content); break;
    case PROPERTY_SHORT_NAME: part->short_name = text_of(o, property, content); break;
    case PROPERTY_LONG_NAME: part->name = text_of(o, property, content); break;
    default: break;
    }
    return true;
}

void outlook_inspect(struct extractor *x, size_t index)
{
    struct outlook o = {.x = x, .index = index};
    if (!inspect_may_nest(x, index)) return;
    ole_walk(x, index, take_stream, &o);
    for (size_t i = 0; i < o.count; i++) {
        const struct part *part = &o.parts[i];
        struct slice name = part->name.len > 0 ? part->name : part->short_name;
        if (name.len == 0) name = SLICE("attachment");
        if (part->body.len > 0)
            (void)inspect_add_child(x, index, SLICE("body.txt"), part->body, FILE_EMBEDDED);
        if (part->html.len > 0)
            (void)inspect_add_child(x, index, SLICE("body.html"), part->html, FILE_EMBEDDED);
        if (part->data.len > 0) (void)inspect_add_child(x, index, name, part->data, FILE_EMBEDDED);
    }
}

/* Cabinets and programs are streams of their own in an installer. */
static bool take_installer_stream(void *context, struct slice path, struct slice content)
{
    struct outlook *o = context;
    (void)path;
    bool is_cabinet = slice_starts(content, SLICE("MSCF")), is_program = slice_starts(content, SLICE("MZ"));
    if (!is_cabinet && !is_program) return true;
    struct slice name = is_cabinet ? SLICE("stream.cab") : SLICE("stream.dll");
    return inspect_add_child(o->x, o->index, name, content, FILE_EMBEDDED) != SIZE_MAX;
}

void installer_inspect(struct extractor *x, size_t index)
{
    struct outlook o = {.x = x, .index = index};
    ole_walk(x, index, take_installer_stream, &o);
}
