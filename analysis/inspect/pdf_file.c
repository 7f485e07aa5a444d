/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_file.h. What is decoded is charged to x->unpacked_bytes, however often and for whatever it is done,
 * so streams that unpack without end stop at archive_total_max_bytes.
 */
#include "analysis/inspect/pdf_file.h"

#include <stdlib.h>

#include "analysis/inspect/inspect.h"
#include "analysis/inspect/pdf_crypt.h"
#include "analysis/inspect/pdf_filters.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { FILTERS_MAX = 4, WALKS = 8 };

static struct pdf_object *add_object(struct pdf_file *pdf, uint32_t number, uint32_t generation)
{
    if (pdf->count >= pdf->x->limits->pdf_objects_max) {
        VIEW_LIMIT(pdf->x, pdf_objects_max, pdf->x->message->files[pdf->index].path);
        return NULL;
    }
    if (pdf->count == pdf->cap) {
        pdf->cap = pdf->cap ? pdf->cap * 2 : 64;
        pdf->objects = mem_realloc(pdf->objects, pdf->cap * sizeof *pdf->objects);
    }
    struct pdf_object *object = &pdf->objects[pdf->count++];
    *object = (struct pdf_object){.number = number, .generation = generation};
    return object;
}

/* The number that ends before `end`, white space between; false when there is none. */
static bool number_before(struct slice content, size_t *end, uint32_t *number)
{
    size_t at = *end;
    while (at > 0 && pdf_is_white(content.ptr[at - 1])) at--;
    size_t stop = at;
    while (at > 0 && stop - at < 10 && ascii_is_digit(content.ptr[at - 1])) at--;
    uint64_t value = 0;
    if (at == *end || !slice_parse_u64(slice_make(content.ptr + at, stop - at), &value) || value > UINT32_MAX)
        return false;
    *end = at;
    *number = (uint32_t)value;
    return true;
}

static void keep_top(void *arg, const struct pdf_dict *dict, size_t depth)
{
    if (depth == 0) *(struct pdf_dict *)arg = *dict;
}

void pdf_read_dict(struct pdf_file *pdf, struct slice value, struct pdf_dict *dict)
{
    bool whole = false;
    memset(dict, 0, sizeof *dict);
    if (!pdf_is_dict(value)) return;
    if (value.len > pdf->walk_room) {
        VIEW_LIMIT(pdf->x, pdf_objects_max, pdf->x->message->files[pdf->index].path);
        return;
    }
    pdf->walk_room -= value.len;
    (void)pdf_walk(&pdf->walker, &value, keep_top, dict, &whole);
}

static void note_trailer(struct pdf_file *pdf, const struct pdf_dict *dict)
{
    if (dict->values[PDF_Encrypt].len > 0) pdf->encrypt = dict->values[PDF_Encrypt];
    if (dict->values[PDF_ID].len > 0) pdf->id = dict->values[PDF_ID];
    if (dict->values[PDF_Info].len > 0) pdf->info = dict->values[PDF_Info];
}

/* The data behind the word "stream": as long as /Length says when it ends there, else up to "endstream". */
static struct slice find_data(struct slice rest, struct slice length)
{
    if (rest.len > 0 && rest.ptr[0] == '\r') rest = slice_skip(rest, 1);
    if (rest.len > 0 && rest.ptr[0] == '\n') rest = slice_skip(rest, 1);
    int64_t len = 0;
    if (pdf_read_int(length, &len) && len >= 0 && (uint64_t)len <= rest.len) {
        struct slice after = slice_skip(rest, (size_t)len);
        if (slice_equal(pdf_next_token(&after), SLICE("endstream"))) return slice_head(rest, (size_t)len);
    }
    return slice_head(rest, slice_find(rest, SLICE("endstream")));
}

/* Reads the object whose value begins at `at`; returns where the next may begin. */
static size_t read_object(struct pdf_file *pdf, struct pdf_object *object, size_t at)
{
    struct pdf_dict dict = {0};
    bool whole = false;
    struct slice rest = slice_skip(pdf->content, at);
    object->value = pdf_walk(&pdf->walker, &rest, keep_top, &dict, &whole);
    size_t end = pdf->content.len - rest.len;
    pdf->walk_room -= end - at < pdf->walk_room ? end - at : pdf->walk_room;
    /* A string left open would hide all that follows. */
    if (!whole && pdf->walk_room > 0) return at;
    if (!pdf_is_dict(object->value)) return end;
    if (!slice_equal(pdf_next_token(&rest), SLICE("stream"))) return end;
    object->stream = find_data(rest, dict.values[PDF_Length]);
    if (pdf_is_name(dict.values[PDF_Type], "XRef")) note_trailer(pdf, &dict);
    return (size_t)(object->stream.ptr - pdf->content.ptr) + object->stream.len;
}

/* What stands between objects: headers and trailers. */
static void read_gap(struct pdf_file *pdf, struct slice gap)
{
    struct slice header = gap;
    for (size_t at; (at = slice_find(header, SLICE("%PDF-"))) < header.len; pdf->headers++)
        header = slice_skip(header, at + 1);
    for (size_t at; (at = slice_find(gap, SLICE("trailer"))) < gap.len;) {
        struct pdf_dict dict;
        gap = slice_skip(gap, at + strlen("trailer"));
        struct slice rest = gap, before = gap;
        if (!pdf_is_dict(pdf_next_token(&before))) continue;
        bool whole = false;
        memset(&dict, 0, sizeof dict);
        (void)pdf_walk(&pdf->walker, &rest, keep_top, &dict, &whole);
        note_trailer(pdf, &dict);
        gap = rest;
    }
}

static void read_objects(struct pdf_file *pdf)
{
    size_t from = 0;
    while (from < pdf->content.len) {
        size_t at = from + slice_find(slice_skip(pdf->content, from), SLICE("obj"));
        read_gap(pdf, slice_make(pdf->content.ptr + from, at - from));
        if (at >= pdf->content.len) return;
        size_t before = at;
        uint32_t number = 0, generation = 0;
        from = at + strlen("obj");
        if (!number_before(pdf->content, &before, &generation) ||
            !number_before(pdf->content, &before, &number))
            continue;
        struct pdf_object *object = add_object(pdf, number, generation);
        if (!object) return;
        from = read_object(pdf, object, from);
    }
}

static int compare_objects(const void *left, const void *right)
{
    const struct pdf_object *a = left, *b = right;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return a->value.ptr < b->value.ptr ? -1 : a->value.ptr > b->value.ptr;
}

static void sort_objects(struct pdf_file *pdf)
{
    if (pdf->count > 0) qsort(pdf->objects, pdf->count, sizeof *pdf->objects, compare_objects);
    pdf->sorted = pdf->count;
}

struct pdf_object *pdf_find(const struct pdf_file *pdf, struct slice value)
{
    uint32_t number = 0;
    if (!pdf_read_reference(value, &number)) return NULL;
    size_t low = 0, high = pdf->sorted; /* the first beyond the number */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pdf->objects[middle].number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && pdf->objects[low - 1].number == number ? &pdf->objects[low - 1] : NULL;
}

struct pdf_value pdf_resolve(const struct pdf_file *pdf, struct slice value, struct pdf_object *object)
{
    struct pdf_object *target = pdf_find(pdf, value);
    return target ? (struct pdf_value){target->value, target} : (struct pdf_value){value, object};
}

/* The objects of an object stream: pairs of number and offset, then the objects (7.5.7). */
static void unpack_objects(struct pdf_file *pdf, struct slice data, struct slice first, struct slice count)
{
    int64_t start = 0, n = 0;
    if (!pdf_read_int(first, &start) || !pdf_read_int(count, &n) || start < 0 || (uint64_t)start > data.len)
        return;
    struct slice head = slice_head(data, (size_t)start), body = slice_skip(data, (size_t)start);
    for (int64_t i = 0; i < n && head.len > 0; i++) {
        int64_t number = 0, offset = 0;
        if (!pdf_read_int(pdf_next_token(&head), &number) || !pdf_read_int(pdf_next_token(&head), &offset))
            return;
        if (number < 0 || number > UINT32_MAX || offset < 0 || (uint64_t)offset >= body.len) continue;
        struct slice rest = slice_skip(body, (size_t)offset);
        if (rest.len > pdf->walk_room) return;
        bool whole = false;
        struct slice value = pdf_walk(&pdf->walker, &rest, NULL, NULL, &whole);
        pdf->walk_room -= value.len;
        struct pdf_object *object = add_object(pdf, (uint32_t)number, 0);
        if (!object) return;
        object->value = value;
        object->is_packed = true;
    }
}

static void unpack_streams(struct pdf_file *pdf)
{
    for (size_t i = 0; i < pdf->sorted; i++) {
        struct pdf_dict dict;
        if (!pdf->objects[i].stream.ptr) continue;
        pdf_read_dict(pdf, pdf->objects[i].value, &dict);
        if (!pdf_is_name(dict.values[PDF_Type], "ObjStm")) continue;
        struct slice codec, data = pdf_stream(pdf, &pdf->objects[i], &dict, &codec);
        data = arena_copy(&pdf->x->message->arena, data);
        pdf->walk_room += data.len * WALKS;
        struct slice first = pdf_resolve(pdf, dict.values[PDF_First], NULL).raw;
        struct slice count = pdf_resolve(pdf, dict.values[PDF_N], NULL).raw;
        unpack_objects(pdf, data, first, count);
    }
}

/* One filter: from the data to the other buffer than it is in. */
static struct slice apply(struct pdf_file *pdf, pdf_filter_fn filter, struct slice data)
{
    struct extractor *x = pdf->x;
    struct slice path = x->message->files[pdf->index].path;
    uint64_t total = x->limits->archive_total_max_bytes;
    uint64_t room = total > x->unpacked_bytes ? total - x->unpacked_bytes : 0;
    struct buffer *out = data.ptr == pdf->decoded.data ? &pdf->spare : &pdf->decoded;
    out->max = room < x->limits->pdf_stream_max_bytes ? room : x->limits->pdf_stream_max_bytes;
    buffer_clear(out);
    filter(data, out);
    x->unpacked_bytes += out->len;
    if (out->overflowed && out->max < room) VIEW_LIMIT(x, pdf_stream_max_bytes, path);
    if (out->overflowed && out->max == room) VIEW_LIMIT(x, archive_total_max_bytes, path);
    return buffer_slice(out);
}

static struct slice undo_predictor(struct pdf_file *pdf, struct slice parameters, struct slice data)
{
    struct pdf_dict dict;
    int64_t predictor = 1, columns = 1, colors = 1, bits = 8;
    if (parameters.len > 0 && parameters.ptr[0] == '[') parameters = slice_skip(parameters, 1);
    while (parameters.len > 0 && pdf_is_white(parameters.ptr[0])) parameters = slice_skip(parameters, 1);
    pdf_read_dict(pdf, pdf_resolve(pdf, parameters, NULL).raw, &dict);
    (void)pdf_read_int(dict.values[PDF_Predictor], &predictor);
    (void)pdf_read_int(dict.values[PDF_Columns], &columns);
    (void)pdf_read_int(dict.values[PDF_Colors], &colors);
    (void)pdf_read_int(dict.values[PDF_BitsPerComponent], &bits);
    bool sane = predictor > 1 && predictor < 16 && columns > 0 && columns < INT32_MAX && colors > 0 &&
                colors < 64 && bits > 0 && bits <= 16;
    if (!sane || data.len == 0) return data;
    size_t len = pdf_undo_predictor((uint8_t *)(uintptr_t)data.ptr, data.len, (unsigned)predictor,
                                    (size_t)columns, (unsigned)colors, (unsigned)bits);
    return slice_head(data, len);
}

struct slice pdf_stream(struct pdf_file *pdf, const struct pdf_object *object, const struct pdf_dict *dict,
                        struct slice *codec)
{
    struct slice data = object->stream, filters = pdf_resolve(pdf, dict->values[PDF_Filter], NULL).raw;
    *codec = slice_make(NULL, 0);
    if (pdf->needs_password) return *codec;
    if (pdf->crypt) data = pdf_decrypt(pdf->crypt, object, data, &pdf->decoded);
    for (size_t applied = 0; applied < FILTERS_MAX;) {
        struct slice token = pdf_next_token(&filters);
        if (token.len == 0 || token.ptr[0] == ']') break;
        if (token.ptr[0] != '/' || pdf_is_name(token, "Crypt")) continue;
        pdf_filter_fn filter = pdf_find_filter(token);
        if (!filter) {
            *codec = token;
            break;
        }
        data = apply(pdf, filter, data);
        applied++;
    }
    bool has_parameters = dict->values[PDF_DecodeParms].len > 0 && data.ptr != object->stream.ptr;
    return has_parameters && codec->len == 0 ? undo_predictor(pdf, dict->values[PDF_DecodeParms], data)
                                             : data;
}

/* UTF-16BE behind its mark as UTF-16LE. */
static void swap_bytes(struct buffer *text)
{
    for (size_t i = 0; i + 1 < text->len; i += 2) {
        uint8_t high = text->data[i];
        text->data[i] = text->data[i + 1];
        text->data[i + 1] = high;
    }
}

struct slice pdf_text(struct pdf_file *pdf, struct pdf_value value)
{
    struct extractor *x = pdf->x;
    if (!pdf_is_string(value.raw) || pdf->needs_password) return slice_make(NULL, 0);
    pdf->spare.max = x->limits->fact_max_bytes * 4;
    buffer_clear(&pdf->spare);
    pdf_append_string(value.raw, &pdf->spare);
    struct slice text = buffer_slice(&pdf->spare);
    if (pdf->crypt && value.object && !value.object->is_packed)
        text = pdf_decrypt(pdf->crypt, value.object, text, &pdf->decoded);
    struct buffer *holder = text.ptr == pdf->decoded.data ? &pdf->decoded : &pdf->spare;
    if (slice_starts(text, SLICE("\xfe\xff"))) {
        swap_bytes(holder);
        return inspect_utf16(x, slice_skip(text, 2));
    }
    if (slice_starts(text, SLICE("\xff\xfe"))) return inspect_utf16(x, slice_skip(text, 2));
    if (slice_starts(text, SLICE("\xef\xbb\xbf"))) text = slice_skip(text, 3);
    return utf8_head(inspect_text(x, text), x->limits->fact_max_bytes);
}

void pdf_file_open(struct pdf_file *pdf, struct extractor *x, size_t index)
{
    struct slice content = x->message->files[index].content;
    *pdf = (struct pdf_file){
        .x = x, .index = index, .content = content, .walk_room = content.len * (uint64_t)WALKS};
    read_objects(pdf);
    sort_objects(pdf);
    pdf->crypt = pdf_crypt_new(pdf);
    pdf->walk_room += content.len * (uint64_t)WALKS;
    unpack_streams(pdf);
    sort_objects(pdf);
}

void pdf_file_close(struct pdf_file *pdf)
{
    free(pdf->objects);
    pdf_crypt_free(&pdf->crypt);
    buffer_free(&pdf->decoded);
    buffer_free(&pdf->spare);
}
