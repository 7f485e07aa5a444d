/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PDF (ISO 32000): what a document does by itself, where it leads, and the files in it. Its pages are not
 * read as text. Every dictionary of every object is looked at once, wherever it hangs.
 */
#include "analysis/inspect/barcode.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/pdf_file.h"

enum { HEADER_WITHIN_BYTES = 1024, TRAILING_MIN_BYTES = 64 };

struct reader {
    struct pdf_file pdf;
    struct pdf_object *object; /* whose dictionaries are read */
};

static void add_fact(struct reader *r, enum file_fact_kind kind, struct slice value)
{
    inspect_add_fact(r->pdf.x, r->pdf.index, kind, value);
}

static struct slice text_of(struct reader *r, struct slice raw)
{
    return pdf_text(&r->pdf, pdf_resolve(&r->pdf, raw, r->object));
}

/* The path or address of a file specification: a string, or a dictionary with one (7.11). */
static struct slice file_name(struct reader *r, struct slice raw)
{
    struct pdf_dict dict;
    struct pdf_value value = pdf_resolve(&r->pdf, raw, r->object);
    if (!pdf_is_dict(value.raw)) return pdf_text(&r->pdf, value);
    pdf_read_dict(&r->pdf, value.raw, &dict);
    enum pdf_key from = dict.values[PDF_UF].len > 0 ? PDF_UF : PDF_F;
    return pdf_text(&r->pdf, pdf_resolve(&r->pdf, dict.values[from], value.object));
}

/* A script stands in a string or in a stream of its own. */
static void read_script(struct reader *r, struct slice raw)
{
    struct pdf_object *object = pdf_find(&r->pdf, raw);
    if (!object || !object->stream.ptr) {
        add_fact(r, FACT_JAVASCRIPT, text_of(r, raw));
        return;
    }
    struct pdf_dict dict;
    struct slice codec;
    pdf_read_dict(&r->pdf, object->value, &dict);
    add_fact(r, FACT_JAVASCRIPT, pdf_stream(&r->pdf, object, &dict, &codec));
}

static void read_launch(struct reader *r, const struct pdf_dict *action)
{
    struct pdf_dict windows;
    pdf_read_dict(&r->pdf, pdf_resolve(&r->pdf, action->values[PDF_Win], r->object).raw, &windows);
    struct slice program = text_of(r, windows.values[PDF_F]), parameters = text_of(r, windows.values[PDF_P]);
    if (program.len == 0) program = file_name(r, action->values[PDF_F]);
    const char *text = arena_printf(&r->pdf.x->message->arena, "%.*s %.*s", (int)program.len,
                                    program.len ? (const char *)program.ptr : "", (int)parameters.len,
                                    parameters.len ? (const char *)parameters.ptr : "");
    add_fact(r, FACT_LAUNCH, program.len > 0 ? slice_from_cstr(text) : SLICE("unnamed"));
}

static void read_submission(struct reader *r, const struct pdf_dict *action)
{
    struct slice address = file_name(r, action->values[PDF_F]);
    add_fact(r, FACT_SUBMIT, address);
    if (address.len > 0) inspect_add_link(r->pdf.x, r->pdf.index, address);
}

/* Actions (12.6), told by /S. */
static void read_action(struct reader *r, const struct pdf_dict *dict)
{
    struct slice kind = dict->values[PDF_S];
    if (dict->values[PDF_JS].len > 0) read_script(r, dict->values[PDF_JS]);
    if (pdf_is_name(kind, "URI")) {
        struct slice address = text_of(r, dict->values[PDF_URI]);
        if (address.len > 0) inspect_add_link(r->pdf.x, r->pdf.index, address);
    } else if (pdf_is_name(kind, "Launch")) {
        read_launch(r, dict);
    } else if (pdf_is_name(kind, "SubmitForm")) {
        read_submission(r, dict);
    } else if (pdf_is_name(kind, "GoToR") || pdf_is_name(kind, "ImportData")) {
        add_fact(r, FACT_EXTERNAL_RELATION, file_name(r, dict->values[PDF_F]));
    }
}

/* Notes the kind of an action that nobody has to click for. To go to a page is none. */
static void note_automatic(struct reader *r, struct slice raw)
{
    struct pdf_dict action;
    pdf_read_dict(&r->pdf, pdf_resolve(&r->pdf, raw, r->object).raw, &action);
    struct slice kind = action.values[PDF_S];
    if (kind.len < 2 || pdf_is_name(kind, "GoTo")) return;
    add_fact(r, FACT_OPEN_ACTION, slice_skip(kind, 1));
}

/* What starts by itself: with the document, or when a page of it comes into view. */
static void read_triggers(struct reader *r, const struct pdf_dict *dict)
{
    struct pdf_dict additional;
    if (dict->values[PDF_OpenAction].len > 0) note_automatic(r, dict->values[PDF_OpenAction]);
    if (dict->values[PDF_JavaScript].len > 0) add_fact(r, FACT_OPEN_ACTION, SLICE("JavaScript"));
    if (dict->values[PDF_AA].len == 0) return;
    pdf_read_dict(&r->pdf, pdf_resolve(&r->pdf, dict->values[PDF_AA], r->object).raw, &additional);
    note_automatic(r, additional.values[PDF_O]);
    note_automatic(r, additional.values[PDF_PO]);
}

static void add_file(struct reader *r, struct pdf_object *object, struct slice name)
{
    struct extractor *x = r->pdf.x;
    struct pdf_dict dict;
    struct slice codec;
    object->is_taken = true;
    if (name.len == 0)
        name = slice_from_cstr(arena_printf(&x->message->arena, "object-%u.bin", object->number));
    add_fact(r, FACT_EMBEDDED_FILE, name);
    if (r->pdf.locks_files) {
        size_t index = inspect_list_child(x, r->pdf.index, name, object->stream.len, FILE_EMBEDDED);
        if (index != SIZE_MAX) x->message->files[index].is_encrypted = true;
        return;
    }
    pdf_read_dict(&r->pdf, object->value, &dict);
    struct slice content = pdf_stream(&r->pdf, object, &dict, &codec);
    uint64_t charged = content.ptr == object->stream.ptr ? 0 : content.len;
    x->unpacked_bytes -= charged < x->unpacked_bytes ? charged : x->unpacked_bytes; /* the child is charged */
    (void)inspect_add_child(x, r->pdf.index, name, content, FILE_EMBEDDED);
}

/* A file specification with an embedded file (7.11.4). */
static void read_embedded(struct reader *r, const struct pdf_dict *dict)
{
    struct pdf_dict streams;
    if (dict->values[PDF_EF].len == 0) return;
    pdf_read_dict(&r->pdf, pdf_resolve(&r->pdf, dict->values[PDF_EF], r->object).raw, &streams);
    struct slice name = text_of(r, dict->values[PDF_UF]);
    if (name.len == 0) name = text_of(r, dict->values[PDF_F]);
    struct pdf_object *shown = pdf_find(&r->pdf, streams.values[PDF_UF]);
    struct pdf_object *plain = pdf_find(&r->pdf, streams.values[PDF_F]);
    if (shown && plain && shown != plain && slice_equal(shown->stream, plain->stream)) plain->is_taken = true;
    if (shown && shown->stream.ptr && !shown->is_taken) add_file(r, shown, name);
    if (plain && plain->stream.ptr && !plain->is_taken) add_file(r, plain, name);
}

/* A picture on a page (8.9): JPEG, or samples whose number of channels their size tells. */
static void read_picture(struct reader *r, const struct pdf_dict *dict)
{
    struct extractor *x = r->pdf.x;
    struct barcode_place place = {r->pdf.index, x->message->files[r->pdf.index].path};
    int64_t width = 0, height = 0, bits = 1;
    (void)pdf_read_int(pdf_resolve(&r->pdf, dict->values[PDF_Width], NULL).raw, &width);
    (void)pdf_read_int(pdf_resolve(&r->pdf, dict->values[PDF_Height], NULL).raw, &height);
    (void)pdf_read_int(pdf_resolve(&r->pdf, dict->values[PDF_BitsPerComponent], NULL).raw, &bits);
    if (width <= 0 || height <= 0 || bits <= 0 || bits > 16) return;
    if (!barcode_wants_pixels(x, (uint64_t)width, (uint64_t)height)) return;
    struct slice codec, data = pdf_stream(&r->pdf, r->object, dict, &codec);
    if (pdf_is_name(codec, "DCTDecode") || pdf_is_name(codec, "DCT")) {
        barcode_read_file(x, place, SLICE("image/jpeg"), data);
        return;
    }
    struct image image;
    uint64_t channels = data.len / (uint64_t)height * 8 / ((uint64_t)width * (uint64_t)bits);
    bool known = codec.len == 0 && (channels == 1 || channels == 3 || channels == 4);
    if (!known || !barcode_wants_bytes(x, r->object->stream.len)) return;
    if (image_from_samples(data, (size_t)width, (size_t)height, (unsigned)bits, (unsigned)channels, &image) ==
        IMAGE_READ)
        barcode_read_image(x, place, &image);
}

static void read_dictionary(void *arg, const struct pdf_dict *dict, size_t depth)
{
    struct reader *r = arg;
    read_action(r, dict);
    read_triggers(r, dict);
    read_embedded(r, dict);
    if (depth == 0 && r->object->stream.ptr && pdf_is_name(dict->values[PDF_Subtype], "Image"))
        read_picture(r, dict);
    if (dict->values[PDF_XFA].len > 0) add_fact(r, FACT_EMBEDDED_OBJECT, SLICE("XFA form"));
    if (pdf_is_name(dict->values[PDF_Subtype], "RichMedia"))
        add_fact(r, FACT_EMBEDDED_OBJECT, SLICE("RichMedia"));
}

/* The walker of the file is used by what is called for each dictionary, so this goes by one of its own. */
static void read_objects(struct reader *r)
{
    struct pdf_walker *walker = arena_zalloc(&r->pdf.x->message->arena, 1, sizeof *walker);
    for (size_t i = 0; i < r->pdf.count; i++) {
        bool whole = false;
        r->object = &r->pdf.objects[i];
        struct slice rest = r->object->value;
        if (pdf_is_dict(rest) || (rest.len > 0 && rest.ptr[0] == '['))
            (void)pdf_walk(walker, &rest, read_dictionary, r, &whole);
    }
}

static void read_loose_files(struct reader *r)
{
    for (size_t i = 0; i < r->pdf.count; i++) {
        struct pdf_object *object = &r->pdf.objects[i];
        struct pdf_dict dict;
        if (!object->stream.ptr || object->is_taken) continue;
        pdf_read_dict(&r->pdf, object->value, &dict);
        r->object = object;
        if (pdf_is_name(dict.values[PDF_Type], "EmbeddedFile")) add_file(r, object, slice_make(NULL, 0));
    }
}

static void read_info(struct reader *r)
{
    struct pdf_dict dict;
    struct pdf_value info = pdf_resolve(&r->pdf, r->pdf.info, NULL);
    r->object = info.object;
    pdf_read_dict(&r->pdf, info.raw, &dict);
    add_fact(r, FACT_TITLE, text_of(r, dict.values[PDF_Title]));
    add_fact(r, FACT_AUTHOR, text_of(r, dict.values[PDF_Author]));
}

static void check_ends(struct reader *r, struct slice content)
{
    struct arena *arena = &r->pdf.x->message->arena;
    size_t start = slice_find(content, SLICE("%PDF-")), end = content.len;
    if (start > 0 && start < content.len)
        add_fact(r, FACT_STRUCTURE, slice_from_cstr(arena_printf(arena, "header at offset %zu", start)));
    while (end > 0 && !slice_starts(slice_skip(content, end), SLICE("%%EOF"))) end--;
    struct slice behind = slice_trim(slice_skip(content, end > 0 ? end + strlen("%%EOF") : content.len));
    if (behind.len >= TRAILING_MIN_BYTES)
        add_fact(r, FACT_TRAILING_DATA, slice_from_cstr(arena_printf(arena, "%zu", behind.len)));
    if (r->pdf.headers > 1) add_fact(r, FACT_STRUCTURE, SLICE("several documents in one file"));
}

void pdf_inspect(struct extractor *x, size_t index)
{
    struct reader *r = arena_zalloc(&x->message->arena, 1, sizeof *r);
    pdf_file_open(&r->pdf, x, index);
    check_ends(r, r->pdf.content);
    read_objects(r);
    read_info(r);
    if (!r->pdf.needs_password) read_loose_files(r);
    pdf_file_close(&r->pdf);
}

/* A document that another format's beginning hides: readers look for the header further down. */
void pdf_disguised_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    struct slice head = slice_head(file->content, HEADER_WITHIN_BYTES);
    if (slice_equal(file->detected_type, SLICE("application/pdf"))) return;
    if (slice_find(head, SLICE("%PDF-")) < head.len) pdf_inspect(x, index);
}
