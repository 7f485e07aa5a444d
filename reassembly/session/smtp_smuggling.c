/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP smuggling: inside the content, dots between other line ends than CRLF, which some servers take for the
 * end of the mail, followed by a command (CVE-2023-51764, -51765, -51766). The standard reading (RFC 5321
 * 4.1.1.4) stays as it is; the mails that a lenient server sees are made besides it from the same bytes,
 * each byte at most once.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/smtp.h"

/* ---- while the content is read ---- */

static bool is_line_end(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == 0;
}

static size_t line_ends_len(struct slice text)
{
    size_t len = 0;
    while (len < text.len && is_line_end(text.ptr[len])) len++;
    return len;
}

static struct slice first_line(struct slice text)
{
    size_t len = 0;
    text = slice_head(text, SMTP_COMMAND_MAX_BYTES);
    while (len < text.len && !is_line_end(text.ptr[len])) len++;
    return slice_head(text, len);
}

static bool is_command(struct slice line)
{
    struct slice argument;
    uint64_t size = 0;
    bool is_last = false, has_junk = false;
    if (smtp_is_sure_command(slice_trim(line))) return true;
    return smtp_find_verb(line, &argument) == SMTP_BDAT &&
           smtp_parse_chunk(argument, &size, &is_last, &has_junk) && !has_junk;
}

static void put_escaped(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '\r' || c == '\n') {
            (void)buffer_append_cstr(out, c == '\r' ? "\\r" : "\\n");
        } else if (c < ' ' || c >= 0x7f) {
            (void)buffer_printf(out, "\\x%02x", c);
        } else {
            (void)buffer_append_byte(out, c);
        }
    }
}

/* "\n.\r\n MAIL FROM:<x>" */
static void note_end(struct smtp *smtp, struct slice before, struct slice behind, struct slice command)
{
    enum { LINE_ENDS_SHOWN = 3, EVIDENCE_MAX_BYTES = 4096 };
    struct buffer evidence = buffer_make(EVIDENCE_MAX_BYTES);
    size_t from = before.len;
    while (from > 0 && before.len - from < LINE_ENDS_SHOWN && is_line_end(before.ptr[from - 1])) from--;
    put_escaped(&evidence, slice_skip(before, from));
    (void)buffer_append_byte(&evidence, '.');
    put_escaped(&evidence, slice_head(slice_head(behind, line_ends_len(behind)), LINE_ENDS_SHOWN));
    (void)buffer_append_byte(&evidence, ' ');
    put_escaped(&evidence, command);
    session_note(smtp->session, ANOMALY_END_OF_DATA, buffer_slice(&evidence));
    buffer_free(&evidence);
}

static void take_loose_end(void *context, struct slice content, size_t end, size_t next)
{
    struct smtp *smtp = context;
    struct slice behind = slice_skip(content, next);
    struct slice command = first_line(slice_skip(behind, line_ends_len(behind)));
    struct smtp_end item = {end, next};
    if (!is_command(command)) return;
    note_end(smtp, slice_head(content, end), behind, command);
    if (buffer_append(&smtp->ends, slice_make(&item, sizeof item)) == STATUS_OK) return;
    smtp->session->owner->counters->limit_lenient_mails_max++;
    smtp_note_limit(smtp, "lenient_mails_max");
}

void smtp_watch_content(struct smtp *smtp)
{
    buffer_clear(&smtp->ends);
    dotted_watch(&smtp->dotted, take_loose_end, smtp);
}

/* ---- what lenient servers see ---- */

struct lenient {
    struct smtp *smtp;
    const struct mail *standard;
    struct mail **mails;
    size_t count, max;
    struct mail *mail; /* the transaction in progress, owned; NULL when none */
    size_t at;         /* offset in the standard mail's bytes */
};

static struct mail *begin_mail(const struct lenient *l)
{
    const struct mail *standard = l->standard;
    struct mail *mail = session_begin_mail(l->smtp->session);
    mail->protocol = standard->protocol;
    mail->via = standard->via;
    mail->reading = MAIL_READING_LENIENT;
    mail->first_ns = standard->first_ns;
    mail->last_ns = standard->last_ns;
    return mail;
}

static void copy_content(const struct lenient *l, struct mail *mail, size_t from, size_t to)
{
    smtp_copy_content(l->smtp, mail, l->standard, from, to);
    mail->damage.truncated = l->standard->damage.truncated && to == l->standard->bytes.len;
}

static void hand_in(struct lenient *l, struct mail *mail)
{
    if (l->count == l->max) {
        mail_free(&mail);
        return;
    }
    smtp_fill_facts(l->smtp, mail);
    l->mails[l->count++] = mail;
}

static void copy_recipients(struct mail *to, const struct mail *from)
{
    struct arena *arena = &to->arena;
    for (size_t i = 0; i < from->envelope.recipient_count; i++) {
        const struct mail_recipient *r = &from->envelope.recipients[i];
        *mail_add_recipient(to) = (struct mail_recipient){
            arena_copy(arena, r->address), arena_copy(arena, r->parameters), r->outcome, r->code, r->status};
    }
    to->envelope.rcpt_dropped = from->envelope.rcpt_dropped;
}

/* The mail up to the first loose end has the envelope of the standard one. */
static void make_first(struct lenient *l, size_t end)
{
    const struct mail_envelope *envelope = &l->standard->envelope;
    struct mail *mail = begin_mail(l);
    mail->envelope.mail_from = arena_copy(&mail->arena, envelope->mail_from);
    mail->envelope.mail_from_parameters = arena_copy(&mail->arena, envelope->mail_from_parameters);
    mail->envelope.mail_from_seen = envelope->mail_from_seen;
    mail->accepted = l->standard->accepted;
    copy_recipients(mail, l->standard);
    copy_content(l, mail, 0, end);
    hand_in(l, mail);
}

static struct mail *present_mail(struct lenient *l)
{
    if (!l->mail) l->mail = begin_mail(l);
    return l->mail;
}

static void take_recipient(struct lenient *l, struct slice argument)
{
    struct slice parameters;
    struct mail *mail = present_mail(l);
    if (mail->envelope.recipient_count >= l->smtp->session->owner->settings->rcpts_max) return;
    struct mail_recipient *r = mail_add_recipient(mail);
    r->address = arena_copy(&mail->arena, smtp_path(argument, SLICE("TO:"), &parameters));
    r->parameters = arena_copy(&mail->arena, parameters);
}

static void take_sender(struct lenient *l, struct slice argument)
{
    struct slice parameters;
    mail_free(&l->mail);
    struct mail *mail = present_mail(l);
    mail->envelope.mail_from = arena_copy(&mail->arena, smtp_path(argument, SLICE("FROM:"), &parameters));
    mail->envelope.mail_from_parameters = arena_copy(&mail->arena, parameters);
    mail->envelope.mail_from_seen = true;
}

static void end_content(struct lenient *l, size_t to, enum mail_via via)
{
    struct mail *mail = present_mail(l);
    if (via == MAIL_VIA_DATA) copy_content(l, mail, l->at, to);
    mail->via = via;
    l->at = to;
    l->mail = NULL;
    hand_in(l, mail);
}

static void take_chunk(struct lenient *l, struct slice argument, size_t end)
{
    uint64_t size = 0;
    bool is_last = false, has_junk = false;
    if (!smtp_parse_chunk(argument, &size, &is_last, &has_junk)) return;
    size_t to = size < end - l->at ? l->at + (size_t)size : end;
    copy_content(l, present_mail(l), l->at, to);
    l->at = to;
    if (is_last) end_content(l, to, MAIL_VIA_BDAT);
}

/* One command line of the smuggled dialogue, which goes to `end`. */
static void take_line(struct lenient *l, struct slice line, size_t end)
{
    struct slice argument;
    switch (smtp_find_verb(line, &argument)) {
    case SMTP_MAIL: take_sender(l, argument); break;
    case SMTP_RCPT: take_recipient(l, argument); break;
    case SMTP_DATA: end_content(l, end, MAIL_VIA_DATA); break;
    case SMTP_BDAT: take_chunk(l, argument, end); break;
    case SMTP_RSET:
    case SMTP_HELO:
    case SMTP_EHLO: mail_free(&l->mail); break;
    case SMTP_QUIT: l->at = end; break;
    default: break;
    }
}

/* The dialogue behind a loose end. */
static void read_dialogue(struct lenient *l, size_t end)
{
    struct slice all = slice_head(buffer_slice(&l->standard->bytes), end);
    l->at += line_ends_len(slice_skip(all, l->at));
    while (l->at < end && l->count < l->max) {
        struct slice rest = slice_skip(all, l->at);
        size_t len = 0;
        while (len < rest.len && !is_line_end(rest.ptr[len])) len++;
        bool has_crlf = len + 1 < rest.len && rest.ptr[len] == '\r' && rest.ptr[len + 1] == '\n';
        l->at += len + (has_crlf ? 2 : len < rest.len);
        take_line(l, slice_trim(slice_head(rest, len)), end);
    }
    mail_free(&l->mail);
}

size_t smtp_make_lenient(struct smtp *smtp, const struct mail *standard, struct slice ends,
                         struct mail ***mails)
{
    size_t count = ends.len / sizeof(struct smtp_end), len = standard->bytes.len;
    struct lenient l = {.smtp = smtp, .standard = standard, .max = count + 1};
    struct smtp_end end, behind;
    if (count == 0) return 0;
    l.mails = mem_zalloc(l.max, sizeof(struct mail *));
    memcpy(&end, ends.ptr, sizeof end);
    make_first(&l, end.end < len ? end.end : len);
    for (size_t i = 0; i < count; i++) {
        memcpy(&end, ends.ptr + i * sizeof end, sizeof end);
        if (i + 1 < count) memcpy(&behind, ends.ptr + (i + 1) * sizeof end, sizeof behind);
        l.at = end.next;
        read_dialogue(&l, i + 1 < count ? behind.end : len);
    }
    smtp->session->owner->counters->mails_lenient += l.count;
    *mails = l.mails;
    return l.count;
}
