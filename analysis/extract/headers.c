/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From fields to the view; see headers.h.
 */
#include "analysis/extract/headers.h"

#include "analysis/extract/address.h"
#include "analysis/extract/mime_codec.h"
#include "analysis/extract/words.h"
#include "base/utf8.h"

/* Where fields of addresses go. */
static struct mailbox_list *address_list(struct message *m, struct slice name)
{
    if (slice_equal_nocase(name, SLICE("From"))) return &m->from;
    if (slice_equal_nocase(name, SLICE("Sender"))) return &m->sender;
    if (slice_equal_nocase(name, SLICE("Reply-To"))) return &m->reply_to;
    if (slice_equal_nocase(name, SLICE("To"))) return &m->to;
    if (slice_equal_nocase(name, SLICE("Cc"))) return &m->cc;
    if (slice_equal_nocase(name, SLICE("Bcc"))) return &m->bcc;
    return NULL;
}

static void take_text_field(struct message *m, const struct message_header *header)
{
    struct slice name = header->name;
    if (!m->subject.ptr && slice_equal_nocase(name, SLICE("Subject"))) m->subject = header->value;
    if (!m->message_id.ptr && slice_equal_nocase(name, SLICE("Message-ID"))) m->message_id = header->value;
    if (!m->x_mailer.ptr &&
        (slice_equal_nocase(name, SLICE("X-Mailer")) || slice_equal_nocase(name, SLICE("User-Agent"))))
        m->x_mailer = header->value;
    if (!m->has_date && slice_equal_nocase(name, SLICE("Date"))) {
        m->has_date = mime_parse_date((const char *)header->value.ptr, &m->date_s);
    }
}

/* The field's name as written; bytes beyond ASCII escaped. */
static struct slice copy_name(struct extractor *x, struct slice name)
{
    if (charset_is_ascii(name)) return arena_copy(&x->message->arena, name);
    struct buffer out = buffer_make(name.len * 4);
    utf8_repair(&out, name);
    struct slice copy = arena_copy(&x->message->arena, buffer_slice(&out));
    buffer_free(&out);
    return copy;
}

static void take_field(struct extractor *x, struct header_field field)
{
    struct message_header *header = view_add_header(x);
    if (!header) return;
    header->name = copy_name(x, field.name);
    field.value = slice_trim(field.value);
    if (field.value.len > x->limits->header_max_bytes) {
        VIEW_LIMIT(x, header_max_bytes, header->name);
        field.value = slice_head(field.value, x->limits->header_max_bytes);
    }
    header->value = words_decode(x, field.value);
    struct mailbox_list *list = address_list(x->message, field.name);
    if (list)
        address_parse_list(x, field.value, header->name, list);
    else
        take_text_field(x->message, header);
}

/* "From " and ">From " lines of mailboxes. */
static bool is_mbox_line(struct slice rest)
{
    return slice_starts(rest, SLICE("From ")) || slice_starts(rest, SLICE(">From "));
}

/* What is before a header that some tools wrote: a byte order mark, a line of blanks, the line of a mailbox.
 */
static void skip_start(struct slice *rest)
{
    if (slice_starts(*rest, SLICE("\xef\xbb\xbf"))) *rest = slice_skip(*rest, 3);
    struct slice after = *rest;
    struct slice line = entity_strip_eol(entity_next_line(&after));
    if (line.len > 0 && slice_trim(line).len == 0) *rest = after;
    if (is_mbox_line(*rest)) (void)entity_next_line(rest);
}

/* The line that is no field may be the first delimiter of a multipart without the empty line before it.
 * `boundary` is read once. */
static bool is_delimiter(struct extractor *x, const struct entity *entity, struct slice rest,
                         struct slice *boundary)
{
    struct params params;
    if (!slice_starts(rest, SLICE("--")) || !entity_is_type(entity, SLICE("multipart/"))) return false;
    if (!boundary->ptr) {
        params_parse(entity->content_type, &params);
        *boundary = params_text(x, &params, SLICE("boundary"));
        if (!boundary->ptr) *boundary = SLICE("");
    }
    return boundary->len > 0 && slice_starts(slice_skip(rest, 2), *boundary);
}

void headers_read(struct extractor *x, struct slice mail, struct parts_root *root)
{
    struct slice rest = mail, boundary = {0};
    skip_start(&rest);
    for (;;) {
        struct header_field field;
        enum status status = entity_next_field(&rest, &field);
        if (status == STATUS_LIMIT) break;
        if (status == STATUS_BAD) {
            if (x->message->header_count == 0) break; /* no header at all: everything is body */
            if (is_delimiter(x, &root->entity, rest, &boundary)) break;
            entity_note_break(&root->at, &root->entity, rest);
            (void)entity_next_line(&rest);
            continue;
        }
        entity_note_field(&root->entity, &field);
        entity_count_field(&root->at);
        take_field(x, field);
    }
    root->body = entity_find_body(&root->at, rest);
    root->header = slice_head(mail, mail.len - root->body.len);
    if (x->message->header_count == 0) x->counters->mails_without_headers++;
}
