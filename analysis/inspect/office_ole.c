/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Documents of Word, Excel, PowerPoint and Visio in compound files (MS-DOC, MS-XLS, MS-PPT), and the objects
 * that documents of any age keep in such files. Streams are known by their names, wherever they stand, as a
 * document may be embedded in another.
 */
#include "analysis/inspect/biff.h"
#include "analysis/inspect/fields.h"
#include "analysis/inspect/inflate.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/objects.h"
#include "analysis/inspect/office_crypto.h"
#include "analysis/inspect/ole.h"
#include "analysis/inspect/relations.h"
#include "analysis/inspect/summary.h"
#include "base/cursor.h"

enum {
    WORD_FLAGS_AT = 10,
    WORD_IS_ENCRYPTED = 0x0100,
    FIELD_BEGIN = 0x13,
    FIELD_SEPARATE = 0x14,
    FIELD_END = 0x15,
    CONTROL_LAST = 0x1f,
    RECORD_IS_CONTAINER = 0xf,
    RECORD_OBJECT = 0x1011, /* a compound file, packed or not */
    USER_TOKEN_AT = 12,
};

struct document {
    struct extractor *x;
    size_t index;
    struct slice info, package; /* of an encrypted document, in the arena */
    struct slice type; /* media type, by the stream that stands in the root; empty: none of Office's */
};

/* One character of a stream that also holds other things than text: those end all fields. */
static void read_char(struct fields *fields, unsigned c)
{
    if (c == FIELD_BEGIN) {
        fields_begin(fields);
    } else if (c == FIELD_SEPARATE) {
        fields_separate(fields);
    } else if (c == FIELD_END) {
        fields_end(fields);
    } else if (c <= CONTROL_LAST && !ascii_is_space((uint8_t)c)) {
        fields_reset(fields);
    } else {
        fields_char(fields, c);
    }
}

/* Fields in text of one or two bytes a character, which may stand anywhere in the stream. */
static void read_fields(struct document *d, struct slice stream)
{
    struct fields narrow = fields_make(d->x, d->index), wide = fields_make(d->x, d->index);
    for (size_t i = 0; i < stream.len; i++) {
        read_char(&narrow, stream.ptr[i]);
        if (i % 2) read_char(&wide, stream.ptr[i - 1] | (unsigned)stream.ptr[i] << 8);
    }
    fields_reset(&narrow);
    fields_reset(&wide);
    fields_finish(&narrow);
    fields_finish(&wide);
}

static void read_word(struct document *d, struct slice stream)
{
    struct cursor c = cursor_make(stream);
    cursor_skip(&c, WORD_FLAGS_AT);
    if (cursor_le16(&c) & WORD_IS_ENCRYPTED)
        inspect_add_fact(d->x, d->index, FACT_ENCRYPTED, SLICE("document"));
    else
        read_fields(d, stream);
}

static void read_workbook(struct document *d, struct slice stream)
{
    biff_read(d->x, d->index, stream);
}

/* A compound file in a record, behind its size when it is packed. */
static void read_stored_object(struct document *d, bool is_packed, struct slice data)
{
    struct buffer content = buffer_make(d->x->limits->file_max_bytes);
    if (is_packed) inflate_append(slice_skip(data, 4), &content);
    struct slice object = is_packed ? buffer_slice(&content) : data;
    if (object.len > 0) (void)inspect_add_child(d->x, d->index, SLICE("object.bin"), object, FILE_EMBEDDED);
    buffer_free(&content);
}

static void read_presentation(struct document *d, struct slice stream)
{
    struct cursor c = cursor_make(stream);
    while (cursor_left(&c) >= 8) {
        unsigned version = cursor_le16(&c), type = cursor_le16(&c);
        uint32_t len = cursor_le32(&c);
        if ((version & RECORD_IS_CONTAINER) == RECORD_IS_CONTAINER) continue;
        struct slice data = cursor_take(&c, len < cursor_left(&c) ? len : cursor_left(&c));
        if (type == RECORD_OBJECT) read_stored_object(d, version >> 4 == 1, data);
    }
}

/* The stream "Current User" says whether the presentation is encrypted (MS-PPT 2.3.2). */
static void read_user(struct document *d, struct slice stream)
{
    static const struct slice encrypted = SLICE_INIT("\xdf\xc4\xd1\xf3");
    if (slice_starts(slice_skip(stream, USER_TOKEN_AT), encrypted))
        inspect_add_fact(d->x, d->index, FACT_ENCRYPTED, SLICE("presentation"));
}

static void read_native(struct document *d, struct slice stream)
{
    objects_read_native(d->x, d->index, stream);
}

static void read_equation(struct document *d, struct slice stream)
{
    (void)stream;
    inspect_add_fact(d->x, d->index, FACT_EQUATION, SLICE("Equation Native"));
}

/* "\1Ole" of a link: the moniker of an address, its size and itself (MS-OSHARED 2.3.7.6). */
static void read_moniker(struct document *d, struct slice stream)
{
    static const struct slice mark =
        SLICE_INIT("\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b");
    size_t at = slice_find(stream, mark);
    if (at == stream.len) return;
    struct slice address = inspect_utf16(d->x, slice_skip(stream, at + mark.len + 4));
    if (relations_is_remote(address))
        relations_add_loaded(d->x, d->index, FACT_EXTERNAL_RELATION, SLICE("OLE2Link"), address);
}

static void read_summary(struct document *d, struct slice stream)
{
    summary_read(d->x, d->index, stream);
}

/* An embedded file of another program, or a document that is a package. */
static void read_contents(struct document *d, struct slice stream)
{
    if (stream.len > 0) (void)inspect_add_child(d->x, d->index, SLICE("contents.bin"), stream, FILE_EMBEDDED);
}

static void keep_info(struct document *d, struct slice stream)
{
    enum { INFO_MAX_BYTES = 64 * 1024 };
    d->info = arena_copy(&d->x->message->arena, slice_head(stream, INFO_MAX_BYTES));
}

static void keep_package(struct document *d, struct slice stream)
{
    d->package = arena_copy(&d->x->message->arena, stream);
}

/* A package that was encrypted becomes a child. */
static void open_package(struct document *d)
{
    struct extractor *x = d->x;
    struct buffer opened = buffer_make(x->limits->file_max_bytes);
    inspect_add_fact(x, d->index, FACT_ENCRYPTED, office_crypto_kind(d->info));
    struct slice password =
        office_crypto_open_package(x, d->info, d->package, office_known_passwords(x), &opened);
    if (password.len > 0) {
        if (office_is_default_password(password))
            inspect_add_fact(x, d->index, FACT_DEFAULT_PASSWORD, password);
        (void)inspect_add_child(x, d->index, SLICE("decrypted"), buffer_slice(&opened), FILE_EMBEDDED);
    }
    buffer_free(&opened);
}

/* A counted text with a NUL at its end. */
static struct slice take_text(struct cursor *c)
{
    uint32_t len = cursor_le32(c);
    struct slice text = cursor_take(c, len);
    return slice_head(text, slice_index(text, 0));
}

/* "\1CompObj" of an object: name for people, clipboard format, class (MS-OLEDS 2.3.8). */
static void read_class(struct document *d, struct slice stream)
{
    enum { HEAD_BYTES = 28 };
    struct cursor c = cursor_make(stream);
    cursor_skip(&c, HEAD_BYTES);
    struct slice shown = take_text(&c);
    uint32_t format = cursor_le32(&c);
    cursor_skip(&c, format >= UINT32_MAX - 1 ? 4 : format);
    struct slice class_name = take_text(&c);
    objects_add_class(d->x, d->index, class_name.len > 0 ? class_name : shown);
}

typedef void (*stream_fn)(struct document *d, struct slice stream);

static const struct {
    struct slice name;
    stream_fn read;
    const char *type;    /* of a document that has the stream in its root, or NULL */
    bool is_object_only; /* read only below the root */
} streams[] = {
    {SLICE_INIT("WordDocument"), read_word, "application/msword", false},
    {SLICE_INIT("Workbook"), read_workbook, "application/vnd.ms-excel", false},
    {SLICE_INIT("Book"), read_workbook, "application/vnd.ms-excel", false},
    {SLICE_INIT("PowerPoint Document"), read_presentation, "application/vnd.ms-powerpoint", false},
    {SLICE_INIT("VisioDocument"), NULL, "application/vnd.visio", false},
    {SLICE_INIT("EncryptionInfo"), keep_info, NULL, false},
    {SLICE_INIT("EncryptedPackage"), keep_package, "application/encrypted", false},
    {SLICE_INIT("Current User"), read_user, NULL, false},
    {SLICE_INIT("\1Ole10Native"), read_native, NULL, false},
    {SLICE_INIT("\1Ole"), read_moniker, NULL, false},
    {SLICE_INIT("Equation Native"), read_equation, NULL, false},
    {SLICE_INIT("\5SummaryInformation"), read_summary, NULL, false},
    {SLICE_INIT("Package"), read_contents, NULL, false},
    {SLICE_INIT("CONTENTS"), read_contents, NULL, false},
    {SLICE_INIT("\1CompObj"), read_class, NULL, true},
};

static bool take_stream(void *context, struct slice path, struct slice content)
{
    struct document *d = context;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    struct slice name = slice_skip(path, slash);
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        if (!slice_equal_nocase(name, streams[i].name)) continue;
        if (slash == 0 && streams[i].type) d->type = slice_from_cstr(streams[i].type);
        if (streams[i].read && (slash > 0 || !streams[i].is_object_only)) streams[i].read(d, content);
    }
    return true;
}

void office_ole_inspect(struct extractor *x, size_t index)
{
    struct document document = {.x = x, .index = index};
    ole_walk(x, index, take_stream, &document);
    if (document.info.len > 0 && document.package.len > 0) open_package(&document);
    if (document.type.len > 0) x->message->files[index].detected_type = document.type;
}
