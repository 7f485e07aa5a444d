/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages and plain texts found inside of other files: they become texts of the view, as attached ones do in
 * the MIME reader (extract/leaf.c), so that forms, scripts and links in them are judged too.
 */
#include "analysis/extract/html.h"
#include "analysis/extract/url.h"
#include "analysis/inspect/inspectors.h"
#include "base/utf8.h"

/* The text in UTF-8 in x->text, at most text_max_bytes. */
static struct slice decode(struct extractor *x, struct slice path, struct slice charset, struct slice content)
{
    x->text.max = x->limits->text_max_bytes;
    buffer_clear(&x->text);
    struct slice head = utf8_head(content, x->text.max);
    if (slice_starts(content, SLICE("\xff\xfe"))) charset = SLICE("utf-16");
    charset_decode(&x->charsets, charset, head, &x->text);
    if (head.len < content.len || x->text.overflowed) VIEW_LIMIT(x, text_max_bytes, path);
    return utf8_head(buffer_slice(&x->text), x->text.len);
}

void page_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    if (file->origin == FILE_ATTACHED) return;
    struct slice charset = html_find_charset(file->content);
    struct text_part part = {
        .path = file->path, .charset = SLICE(""), .is_html = true, .is_attachment = true};
    html_read(x, decode(x, part.path, charset, file->content), &part);
    *view_add_text(x) = part;
}

void text_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    if (file->origin == FILE_ATTACHED) return;
    struct text_part part = {.path = file->path, .charset = SLICE(""), .is_attachment = true};
    struct slice text = decode(x, part.path, part.charset, file->content);
    part.text = arena_copy(&x->message->arena, text);
    url_find_in_text(x, part.text, part.path);
    *view_add_text(x) = part;
}
