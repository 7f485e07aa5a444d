/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Office documents made of XML: packages of Office Open XML (ECMA-376) and OpenDocument, whose members are
 * files of the view by now, and single files (Flat OPC, Word 2003). Every element is judged by its name alone
 * (ooxml_elements.def), as a part may stand anywhere in a package. What is found is said of the document.
 */
#include <stdlib.h>

#include "analysis/extract/base64.h"
#include "analysis/inspect/biff.h"
#include "analysis/inspect/fields.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/objects.h"
#include "analysis/inspect/relations.h"
#include "analysis/inspect/xlm.h"
#include "analysis/inspect/xml.h"
#include "base/mem.h"

enum { TEXT_MAX_BYTES = 64 * 1024, NAME_MAX_BYTES = 256 };

struct document {
    struct extractor *x;
    size_t index;     /* of the document, which gets the facts */
    const char *type; /* media type that the package gives its main part, or NULL */
    bool takes_links; /* second time over the relationships: only hyperlinks */
    bool in_macro_sheet;
    struct slice member;
    struct fields fields;
    const struct element *taking; /* whose text is being put together */
    struct buffer text;
    struct buffer data_name; /* of the binary data that follow */
    struct buffer macros;
};

typedef void (*open_fn)(struct document *d, const struct xml_element *element);
typedef void (*take_fn)(struct document *d, struct slice text);

struct element {
    struct slice name;
    open_fn open;
    take_fn take; /* gets the text between its tags */
};

static void open_relationship(struct document *d, const struct xml_element *element)
{
    relations_read(d->x, d->index, element, d->takes_links);
}

/* What [Content_Types].xml says of the main part is the type of the document: by it Office knows templates,
 * shows, add-ins and binary workbooks. */
/* The type of a part by its name (Override), or of parts by their extension (Default, as in XLSB):
 * ECMA-376-2 10.1.2. */
static void open_content_type(struct document *d, const struct xml_element *element)
{
    static const struct {
        struct slice main;
        const char *type;
    } types[] = {
#define DOCUMENT(main, type) {SLICE_INIT(main), type},
#include "analysis/inspect/ooxml_types.def"
#undef DOCUMENT
    };
    struct slice type = xml_attribute(element, "ContentType");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (slice_equal_nocase(type, types[i].main)) d->type = types[i].type;
    }
}

static void open_sheet(struct document *d, const struct xml_element *element)
{
    struct slice state = xml_attribute(element, "state");
    if (slice_ends_nocase(state, SLICE("hidden")))
        inspect_add_fact(d->x, d->index, FACT_HIDDEN_SHEET, xml_attribute(element, "name"));
}

static void open_macro_sheet(struct document *d, const struct xml_element *element)
{
    (void)element;
    d->in_macro_sheet = true;
    inspect_add_fact(d->x, d->index, FACT_XLM, d->member);
}

static void open_defined_name(struct document *d, const struct xml_element *element)
{
    xlm_read_name(d->x, d->index, xml_attribute(element, "name"));
}

/* "server|topic", as a formula has it. */
static void add_dde(struct document *d, struct slice server, struct slice topic)
{
    struct buffer text = buffer_make(d->x->limits->fact_max_bytes);
    (void)buffer_append(&text, server);
    (void)buffer_append_byte(&text, '|');
    (void)buffer_append(&text, topic);
    inspect_add_fact(d->x, d->index, FACT_DDE, buffer_slice(&text));
    buffer_free(&text);
}

static void open_dde_link(struct document *d, const struct xml_element *element)
{
    add_dde(d, xml_attribute(element, "ddeService"), xml_attribute(element, "ddeTopic"));
}

static void open_dde_source(struct document *d, const struct xml_element *element)
{
    add_dde(d, xml_attribute(element, "dde-application"), xml_attribute(element, "dde-topic"));
}

static void open_field_char(struct document *d, const struct xml_element *element)
{
    struct slice type = xml_attribute(element, "fldCharType");
    if (slice_equal(type, SLICE("begin"))) fields_begin(&d->fields);
    if (slice_equal(type, SLICE("separate"))) fields_separate(&d->fields);
    if (slice_equal(type, SLICE("end"))) fields_end(&d->fields);
}

static void open_simple_field(struct document *d, const struct xml_element *element)
{
    fields_read_instruction(d->x, d->index, xml_attribute(element, "instr"));
}

static void open_object(struct document *d, const struct xml_element *element)
{
    struct slice class_name = xml_attribute(element, "ProgID");
    if (class_name.len == 0) class_name = xml_attribute(element, "progId");
    objects_add_class(d->x, d->index, class_name);
}

static void open_control(struct document *d, const struct xml_element *element)
{
    inspect_add_fact(d->x, d->index, FACT_ACTIVEX, xml_attribute(element, "classid"));
}

/* Presentations: what a click or the pointer over a shape starts. */
static void open_action(struct document *d, const struct xml_element *element)
{
    struct slice action = xml_attribute(element, "action");
    if (slice_starts_nocase(action, SLICE("ppaction://program")) ||
        slice_starts_nocase(action, SLICE("ppaction://ole")))
        inspect_add_fact(d->x, d->index, FACT_LAUNCH, action);
}

/* <pkg:part pkg:name="/word/vbaProject.bin">, <w:binData w:name="…">. */
static void open_named_data(struct document *d, const struct xml_element *element)
{
    struct slice name = xml_attribute(element, "name");
    buffer_clear(&d->data_name);
    while (name.len > 0 && name.ptr[0] == '/') name = slice_skip(name, 1);
    (void)buffer_append(&d->data_name, name);
    d->text.max = d->x->limits->file_max_bytes;
}

static void open_data(struct document *d, const struct xml_element *element)
{
    (void)element;
    d->text.max = d->x->limits->file_max_bytes;
}

static void open_module(struct document *d, const struct xml_element *element)
{
    (void)element;
    d->text.max = d->x->limits->macros_max_bytes;
}

static void take_data(struct document *d, struct slice text)
{
    struct slice name = buffer_slice(&d->data_name);
    struct base64_state state = {0};
    uint8_t *content = mem_alloc(text.len + 8);
    size_t len = base64_decode(&state, text, content);
    len += base64_finish(&state, content + len);
    if (len > 0)
        (void)inspect_add_child(d->x, d->index, name.len > 0 ? name : SLICE("data.bin"),
                                slice_make(content, len), FILE_EMBEDDED);
    free(content);
}

static void take_module(struct document *d, struct slice text)
{
    (void)buffer_append(&d->macros, text);
    (void)buffer_append_byte(&d->macros, '\n');
}

static void take_instruction(struct document *d, struct slice text)
{
    fields_text(&d->fields, text);
}

static void take_author(struct document *d, struct slice text)
{
    inspect_add_fact(d->x, d->index, FACT_AUTHOR, text);
}

static void take_title(struct document *d, struct slice text)
{
    inspect_add_fact(d->x, d->index, FACT_TITLE, text);
}

static void take_formula(struct document *d, struct slice text)
{
    if (d->in_macro_sheet) xlm_read_formula(d->x, d->index, text);
}

static const struct element elements[] = {
#define ELEMENT(name, open, take) {SLICE_INIT(name), open, take},
#include "analysis/inspect/ooxml_elements.def"
#undef ELEMENT
};

static void on_open(void *context, const struct xml_element *element)
{
    struct document *d = context;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        if (!slice_equal(element->name, elements[i].name)) continue;
        if (elements[i].take) {
            d->taking = &elements[i];
            d->text.max = TEXT_MAX_BYTES;
            buffer_clear(&d->text);
        }
        if (elements[i].open) elements[i].open(d, element);
        return;
    }
}

static void on_text(void *context, struct slice text)
{
    struct document *d = context;
    if (d->taking) (void)buffer_append(&d->text, text);
}

static void on_close(void *context, struct slice name)
{
    struct document *d = context;
    const struct element *taking = d->taking;
    if (!taking || !slice_equal(name, taking->name)) return;
    d->taking = NULL;
    if (!d->takes_links) taking->take(d, buffer_slice(&d->text));
}

static void read_xml(struct document *d, struct slice content)
{
    struct xml_events events = {on_open, on_close, on_text, d};
    d->in_macro_sheet = false;
    d->taking = NULL;
    d->fields = fields_make(d->x, d->index);
    d->x->inspected_bytes += content.len;
    xml_read(content, &events);
    fields_finish(&d->fields);
}

static bool is_relations(struct slice path)
{
    return slice_ends_nocase(path, SLICE(".rels"));
}

static bool is_xml(struct slice path)
{
    return is_relations(path) || slice_ends_nocase(path, SLICE(".xml"));
}

static bool is_binary_sheet(struct slice path)
{
    return slice_starts_nocase(path, SLICE("xl/")) && slice_ends_nocase(path, SLICE(".bin"));
}

/* Reads the package's members; when links are taken, only its relationships. */
static void read_members(struct document *d, size_t file_count)
{
    struct message *message = d->x->message;
    size_t skipped = message->files[d->index].path.len + 1;
    for (size_t i = d->index + 1; i < file_count; i++) {
        struct file_part member = message->files[i];
        if (member.parent != d->index || member.content.len == 0) continue;
        d->member = slice_skip(member.path, skipped);
        if (d->x->inspected_bytes + member.content.len > d->x->limits->inspect_total_max_bytes) return;
        if (!d->takes_links && is_binary_sheet(d->member))
            xlsb_read(d->x, d->index, d->member, member.content);
        if (d->takes_links ? is_relations(d->member) : is_xml(d->member)) read_xml(d, member.content);
    }
}

static struct document document_make(struct extractor *x, size_t index)
{
    return (struct document){.x = x,
                             .index = index,
                             .text = buffer_make(TEXT_MAX_BYTES),
                             .data_name = buffer_make(NAME_MAX_BYTES),
                             .macros = buffer_make(x->limits->macros_max_bytes)};
}

static void document_finish(struct document *d)
{
    struct file_part *file = &d->x->message->files[d->index];
    if (d->macros.overflowed) VIEW_LIMIT(d->x, macros_max_bytes, file->path);
    if (d->macros.len > 0) file->macros = arena_copy(&d->x->message->arena, buffer_slice(&d->macros));
    buffer_free(&d->text);
    buffer_free(&d->data_name);
    buffer_free(&d->macros);
}

void ooxml_inspect(struct extractor *x, size_t index)
{
    struct document document = document_make(x, index);
    size_t file_count = x->message->file_count;
    read_members(&document, file_count);
    document.takes_links = true;
    read_members(&document, file_count);
    if (document.type) x->message->files[index].detected_type = slice_from_cstr(document.type);
    document_finish(&document);
}

/* Members of a package are read with it. */
static bool is_member_of_package(const struct message *message, const struct file_part *file)
{
    if (file->parent == SIZE_MAX || file->origin != FILE_MEMBER) return false;
    struct slice type = message->files[file->parent].detected_type;
    return slice_starts(type, SLICE("application/vnd."));
}

void office_xml_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    if (is_member_of_package(x->message, file)) return;
    struct slice content = file->content;
    struct document document = document_make(x, index);
    read_xml(&document, content);
    document.takes_links = true;
    read_xml(&document, content);
    document_finish(&document);
}
