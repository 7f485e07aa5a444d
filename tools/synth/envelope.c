/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Envelopes from headers; see envelope.h. Header values that serve as envelope are reduced to plain
 * addresses, so that nothing in a mail can add a line to the dialogue.
 */
#include "tools/synth/envelope.h"

#include "tools/synth/headers.h"
#include "tools/synth/times.h"

/* What the ordinary headers say, used where no X-Synth-* header says otherwise. */
struct heard {
    const char *return_path, *from;
    const char *rcpts[MAX_RCPTS];
    size_t rcpt_count;
};

/* True when the value was understood. */
typedef bool (*wish_fn)(struct mail *mail, struct arena *memory, struct slice value);

static bool is_printable(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] == 0x7f) return false;
    return s.len > 0;
}

static const char *first_address(struct arena *memory, struct slice value)
{
    const char *found = NULL;
    size_t count = 0;
    header_addresses(memory, value, &found, &count, 1);
    return found;
}

static bool wish_mail_from(struct mail *mail, struct arena *memory, struct slice value)
{
    mail->mail_from = slice_equal(value, SLICE("<>")) || value.len == 0 ? "" : first_address(memory, value);
    mail->wishes.has_mail_from = true;
    return mail->mail_from != NULL;
}

static bool wish_rcpt(struct mail *mail, struct arena *memory, struct slice value)
{
    size_t before = mail->rcpt_count;
    header_addresses(memory, value, mail->rcpts, &mail->rcpt_count, MAX_RCPTS);
    mail->wishes.has_rcpts = true;
    return mail->rcpt_count > before;
}

static bool wish_helo(struct mail *mail, struct arena *memory, struct slice value)
{
    mail->helo = arena_cstr(memory, value);
    return is_printable(value);
}

static bool wish_client(struct mail *mail, struct arena *memory, struct slice value)
{
    mail->wishes.has_client = address_parse(arena_cstr(memory, value), &mail->wishes.client);
    return mail->wishes.has_client;
}

static bool wish_server(struct mail *mail, struct arena *memory, struct slice value)
{
    mail->wishes.has_server = address_parse(arena_cstr(memory, value), &mail->wishes.server);
    return mail->wishes.has_server;
}

static bool wish_time(struct mail *mail, struct arena *memory, struct slice value)
{
    mail->wishes.has_time = time_parse_iso(arena_cstr(memory, value), &mail->wishes.time_us);
    return mail->wishes.has_time;
}

static bool wish_protocol(struct mail *mail, struct arena *memory, struct slice value)
{
    (void)memory;
    mail->wishes.protocol = protocol_find(value);
    mail->wishes.has_protocol = mail->wishes.protocol != PROTOCOL_COUNT;
    return mail->wishes.has_protocol;
}

static const struct {
    struct slice name;
    wish_fn read;
} wish_rows[] = {
#define WISH(name, read) {SLICE_INIT(name), read},
#include "tools/synth/wishes.def"
#undef WISH
};

static enum status read_wish(struct mail *mail, struct arena *memory, const struct field *field,
                             const char *name, struct error *error)
{
    mail->wishes.own_session = true;
    for (size_t i = 0; i < sizeof wish_rows / sizeof *wish_rows; i++)
        if (slice_equal_nocase(field->name, wish_rows[i].name) &&
            wish_rows[i].read(mail, memory, field->value))
            return STATUS_OK;
    return error_set(error, STATUS_USAGE, "%s: header not understood: %.*s: %.*s", name, (int)field->name.len,
                     (const char *)field->name.ptr, (int)slice_head(field->value, 100).len,
                     (const char *)field->value.ptr);
}

static void hear(struct heard *heard, struct mail *mail, struct arena *memory, const struct field *field)
{
    if (slice_equal_nocase(field->name, SLICE("Return-Path")) && !heard->return_path) {
        const char *address = first_address(memory, field->value);
        heard->return_path = address ? address : slice_equal(field->value, SLICE("<>")) ? "" : NULL;
    } else if (slice_equal_nocase(field->name, SLICE("From")) && !heard->from) {
        heard->from = first_address(memory, field->value);
    } else if (slice_equal_nocase(field->name, SLICE("To")) || slice_equal_nocase(field->name, SLICE("Cc"))) {
        header_addresses(memory, field->value, heard->rcpts, &heard->rcpt_count, MAX_RCPTS);
    } else if (slice_equal_nocase(field->name, SLICE("Date")) && !mail->date_us) {
        (void)time_parse_mail(arena_cstr(memory, field->value), &mail->date_us);
    }
}

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? at + 1 : NULL;
}

static void fill_from_heard(struct mail *mail, struct arena *memory, const struct heard *heard)
{
    if (!mail->wishes.has_mail_from)
        mail->mail_from = heard->return_path ? heard->return_path : heard->from ? heard->from : "";
    if (!mail->wishes.has_rcpts) {
        memcpy((void *)mail->rcpts, (const void *)heard->rcpts, sizeof mail->rcpts);
        mail->rcpt_count = heard->rcpt_count;
    }
    if (mail->rcpt_count == 0) mail->rcpts[mail->rcpt_count++] = "undisclosed@recipient.example";
    if (mail->helo) return;
    const char *domain = domain_of(mail->mail_from);
    mail->helo = domain ? arena_printf(memory, "mail.%s", domain) : "mail.client.example";
}

enum status envelope_read(struct mail *mail, struct arena *memory, struct slice bytes,
                          struct buffer *stripped, const char *name, struct error *error)
{
    struct heard heard = {0};
    struct field field;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && header_next(&bytes, &field)) {
        if (slice_starts_nocase(field.name, SLICE("X-Synth-"))) {
            status = read_wish(mail, memory, &field, name, error);
        } else {
            hear(&heard, mail, memory, &field);
            (void)buffer_append(stripped, field.raw);
        }
    }
    (void)buffer_append(stripped, bytes);
    if (status == STATUS_OK) fill_from_heard(mail, memory, &heard);
    return status;
}
