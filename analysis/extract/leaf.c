/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a leaf is and where it goes; see leaf.h.
 */
#include "analysis/extract/leaf.h"

#include "analysis/extract/elsewhere.h"
#include "analysis/extract/files.h"
#include "analysis/extract/holes.h"
#include "analysis/extract/html.h"
#include "analysis/extract/names.h"
#include "analysis/extract/parts.h"
#include "analysis/extract/readings.h"
#include "analysis/extract/transfer.h"
#include "analysis/extract/url.h"
#include "analysis/extract/uuencode.h"
#include "base/utf8.h"

/* All that the leaf's header says. */
struct leaf {
    const struct entity *entity;
    struct params params;
    struct names names;   /* of the file */
    struct slice type;    /* lower case media type */
    struct slice charset; /* as declared */
    bool is_attachment, is_inline;
    bool is_untyped; /* the type that is declared is none */
    bool is_damaged; /* bytes of it were not captured */
    unsigned depth;
};

/* The media type in lower case; what is none is text/plain (RFC 2045 5.2). */
static struct slice lower_type(struct extractor *x, struct slice value)
{
    size_t slash = slice_index(value, '/');
    if (slash == 0 || slash + 1 >= value.len || !charset_is_ascii(value)) return SLICE("text/plain");
    struct slice type = arena_copy(&x->message->arena, value);
    uint8_t *bytes = (uint8_t *)(uintptr_t)type.ptr;
    for (size_t i = 0; i < type.len; i++) bytes[i] = ascii_lower(bytes[i]);
    return type;
}

static void read_header(struct extractor *x, struct leaf *leaf)
{
    const struct entity *entity = leaf->entity;
    params_parse(entity->disposition, &leaf->params);
    bool says_attachment = slice_equal_nocase(leaf->params.value, SLICE("attachment"));
    bool says_inline = slice_equal_nocase(leaf->params.value, SLICE("inline"));
    names_read(x, entity, &leaf->names);
    params_parse(entity->content_type, &leaf->params);
    leaf->charset = params_text(x, &leaf->params, SLICE("charset"));
    leaf->type = lower_type(x, leaf->params.value);
    leaf->is_untyped =
        entity->content_type.ptr && slice_index(leaf->params.value, '/') == leaf->params.value.len;
    leaf->is_attachment = says_attachment || (leaf->names.count > 0 && !says_inline);
    leaf->is_inline = says_inline || (!says_attachment && entity->content_id.len > 0);
}

/* The content without its transfer encoding: the content itself or x->transfer. */
static struct slice decode_transfer(struct extractor *x, const struct leaf *leaf, struct slice content)
{
    enum mime_encoding encoding = mime_encoding_find(leaf->entity->encoding);
    uint64_t max = x->limits->file_max_bytes;
    bool cut = encoding == MIME_IDENTITY && content.len > max;
    struct slice data = slice_head(content, max);
    if (encoding != MIME_IDENTITY) {
        x->transfer.max = max + MIME_DECODE_SLACK_BYTES;
        buffer_clear(&x->transfer);
        if (leaf->is_damaged)
            holes_decode_body(x, encoding, content, &x->transfer);
        else
            mime_decode_body(encoding, content, &x->transfer);
        cut = x->transfer.overflowed || x->transfer.len > max;
        data = slice_head(buffer_slice(&x->transfer), max);
    }
    if (cut) VIEW_LIMIT(x, file_max_bytes, leaf->entity->path);
    return data;
}

/* CR LF becomes LF, in place. */
static struct slice unify_line_ends(struct slice text)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)text.ptr;
    uint8_t *to = memchr(bytes, '\r', text.len), *end = bytes + text.len;
    if (text.len == 0 || !to) return text;
    for (const uint8_t *from = to; from < end;) {
        if (*from == '\r' && from + 1 < end && from[1] == '\n') from++;
        const uint8_t *stop = memchr(from + 1, '\r', (size_t)(end - from) - 1);
        size_t len = (size_t)((stop ? stop : end) - from);
        memmove(to, from, len);
        to += len;
        from += len;
    }
    *to = 0;
    return slice_make(bytes, (size_t)(to - bytes));
}

/* The text in UTF-8 in x->text, at most text_max_bytes. */
static struct slice decode_text(struct extractor *x, const struct leaf *leaf, struct slice charset,
                                struct slice data)
{
    x->text.max = x->limits->text_max_bytes;
    buffer_clear(&x->text);
    struct slice head = utf8_head(data, x->text.max);
    charset_decode(&x->charsets, charset, head, &x->text);
    if (head.len < data.len || x->text.overflowed) VIEW_LIMIT(x, text_max_bytes, leaf->entity->path);
    struct slice text = utf8_head(buffer_slice(&x->text), x->text.len);
    return slice_starts(text, SLICE("\xef\xbb\xbf")) ? slice_skip(text, 3) : text;
}

static void take_text(struct extractor *x, const struct leaf *leaf, struct slice data, bool is_html)
{
    struct text_part part = {
        .path = leaf->entity->path, .charset = leaf->charset, .is_attachment = leaf->is_attachment};
    part.is_html = is_html;
    part.alternative = leaf->entity->alternative;
    part.is_alternate_reading = x->is_alternate;
    size_t link_count = x->message->link_count;
    if (part.charset.ptr == NULL) part.charset = SLICE("");
    struct slice charset = leaf->charset;
    if (part.is_html && charset.len == 0) charset = html_find_charset(data);
    struct slice text = decode_text(x, leaf, charset, data);
    if (part.is_html) {
        html_read(x, text, &part);
    } else {
        part.text = unify_line_ends(arena_copy(&x->message->arena, text));
        url_find_in_text(x, part.text, part.path);
        if (!part.is_attachment) uuencode_find_files(x, part.text, part.path);
    }
    *view_add_text(x) = part;
    readings_drop_twin_text(x, link_count);
}

static struct file_part *add_file(struct extractor *x, const struct leaf *leaf, uint64_t size)
{
    struct file_part *file = view_add_file(x, leaf->entity->path);
    if (!file) return NULL;
    file->path = leaf->entity->path;
    names_give(x, &leaf->names, file);
    file->declared_type = leaf->type;
    file->is_inline = leaf->is_inline;
    file->is_damaged = leaf->is_damaged;
    file->size = size;
    return file;
}

static void take_file(struct extractor *x, const struct leaf *leaf, struct slice data)
{
    struct file_part *file = add_file(x, leaf, data.len);
    if (!file) return;
    file->content = arena_copy(&x->message->arena, data);
    files_describe(x, (size_t)(file - x->message->files));
    readings_drop_twin_file(x);
}

/* Lists a nested mail. Its bytes are kept while those of all nested mails stay in proportion to the mail:
 * mails nested into each other would be copied and hashed once for every level. */
static void list_mail(struct extractor *x, const struct leaf *leaf, struct slice data)
{
    if (x->nested_bytes + data.len <= x->nested_room) {
        x->nested_bytes += data.len;
        take_file(x, leaf, data);
        return;
    }
    VIEW_LIMIT(x, file_max_bytes, leaf->entity->path);
    struct file_part *file = add_file(x, leaf, data.len);
    if (file) files_skip(x, file);
}

/* A mail, or a multipart under a transfer encoding (which RFC 2045 6.4 forbids, and which hides it from
 * others). */
static void take_container(struct extractor *x, const struct leaf *leaf, struct slice data, bool is_message)
{
    if (is_message) list_mail(x, leaf, data);
    if (data.ptr == x->transfer.data)
        data = arena_copy(&x->message->arena, data); /* the scratch is used again */
    if (is_message) {
        parts_walk_nested(x, leaf->entity->path, data, leaf->depth + 1);
        return;
    }
    struct parts_root inner = {.entity = *leaf->entity, .body = data};
    inner.entity.encoding = slice_make(NULL, 0);
    parts_walk_message(x, &inner, leaf->depth + 1);
}

static bool is_mail_type(struct slice type)
{
    return slice_equal(type, SLICE("message/rfc822")) || slice_equal(type, SLICE("message/global")) ||
           slice_equal(type, SLICE("message/news"));
}

/* Types that mail programs show as HTML. */
static bool is_html_type(struct slice type)
{
    static const char *const types[] = {"text/html",   "text/xhtml",      "text/htm",
                                        "text/x-html", "text/x-amp-html", "application/xhtml+xml"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (slice_equal(type, slice_from_cstr(types[i]))) return true;
    }
    return false;
}

/* What stands at the beginning of a page. */
static bool looks_like_html(struct slice data)
{
    data = slice_trim(data);
    if (slice_starts(data, SLICE("\xef\xbb\xbf"))) data = slice_skip(data, 3);
    return slice_starts_nocase(data, SLICE("<html")) || slice_starts_nocase(data, SLICE("<!doctype html")) ||
           slice_starts_nocase(data, SLICE("<head")) || slice_starts_nocase(data, SLICE("<body"));
}

/* What a double click shows in a browser, whatever type was declared: by content, or by name when the content
 * is text. */
static bool opens_as_html(const struct file_part *file)
{
    static const char *const extensions[] = {"html", "htm", "shtml", "xhtml", "xht", "mht", "svg"};
    if (slice_equal(file->detected_type, SLICE("text/html"))) return true;
    if (slice_equal(file->detected_type, SLICE("image/svg+xml"))) return true;
    if (!slice_starts(file->detected_type, SLICE("text/"))) return false;
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (slice_equal(file->extension, slice_from_cstr(extensions[i]))) return true;
    }
    return false;
}

/* Returns true for plain text that is a web page: programs that go by the content show it as one. */
static bool read_leaf(struct extractor *x, const struct entity *entity, struct slice content, unsigned depth)
{
    struct leaf leaf = {.entity = entity, .depth = depth};
    read_header(x, &leaf);
    leaf.is_damaged = holes_touch(x, content);
    struct slice data = decode_transfer(x, &leaf, content);
    bool is_multipart = slice_starts(leaf.type, SLICE("multipart/"));
    bool is_encoded = mime_encoding_find(entity->encoding) != MIME_IDENTITY;
    bool is_text = slice_equal(leaf.type, SLICE("text/plain")) || slice_equal(leaf.type, SLICE("text/html"));
    bool may_nest = depth < x->limits->mime_depth_max;
    if (is_encoded && (is_multipart || is_mail_type(leaf.type)))
        readings_note(x, ODDITY_ENCODED_MULTIPART, entity->path, entity->encoding);
    bool is_first_piece = elsewhere_read(x, entity);
    if (is_mail_type(leaf.type) || is_first_piece || (is_multipart && is_encoded && may_nest)) {
        take_container(x, &leaf, data, !is_multipart);
        return false;
    }
    size_t index = x->message->file_count;
    bool is_file = !is_text || leaf.is_attachment;
    if (is_file) take_file(x, &leaf, data);
    bool is_html = is_html_type(leaf.type) || (leaf.is_untyped && looks_like_html(data));
    if (is_file && index < x->message->file_count)
        is_html = is_html || opens_as_html(&x->message->files[index]);
    if (!is_text) leaf.is_attachment = true;
    bool is_page = is_text && !is_html && !is_file && looks_like_html(data);
    if (is_text || is_html) take_text(x, &leaf, data, is_html);
    return is_page;
}

/* Reads the leaf in another way, when another reading may be made. */
static void read_again(struct extractor *x, enum oddity kind, struct slice what, struct entity *other,
                       struct slice content, unsigned depth)
{
    if (!readings_allow(x, other->path)) {
        readings_note(x, kind, other->path, what);
        return;
    }
    other->path = readings_begin(x, kind, other->path, what);
    (void)read_leaf(x, other, content, depth);
    readings_end(x);
}

void leaf_take(struct extractor *x, const struct entity *entity, struct slice content, unsigned depth)
{
    bool is_page = read_leaf(x, entity, content, depth);
    if (x->is_alternate) return;
    struct transfer_doubt doubt;
    struct entity other = *entity;
    if (transfer_doubt(entity, content, &doubt)) {
        other.encoding = doubt.other;
        if (doubt.has_other)
            read_again(x, doubt.kind, doubt.what, &other, slice_head(content, doubt.other_len), depth);
        else
            readings_note(x, doubt.kind, entity->path, doubt.what);
    } else if (is_page) {
        other.content_type = SLICE("text/html");
        read_again(x, ODDITY_HTML_AS_TEXT, entity->content_type, &other, content, depth);
    }
}
