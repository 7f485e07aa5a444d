/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mail transaction (RFC 5321 3.3): from MAIL to the reply that its content gets. What is handed over is
 * completed here with the facts of the session.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/smtp.h"

/* ---- beginning and giving up ---- */

static void next_transaction(struct smtp *smtp)
{
    smtp->transaction++;
    smtp->rcpt_base = 0;
    smtp->chunks = smtp->chunks_tiny = 0;
}

void smtp_drop_mail(struct smtp *smtp)
{
    mail_free(&smtp->mail);
    mail_free(&smtp->aside);
    next_transaction(smtp);
}

struct mail *smtp_present_mail(struct smtp *smtp)
{
    if (!smtp->mail) {
        smtp->mail = session_begin_mail(smtp->session);
        smtp->mail->protocol = smtp->is_lmtp ? MAIL_LMTP : MAIL_SMTP;
        next_transaction(smtp);
    }
    return smtp->mail;
}

struct mail *smtp_begin_transaction(struct smtp *smtp)
{
    struct mail *before = smtp->mail;
    bool may_stand = before && before->envelope.mail_from_seen && smtp->in_step && smtp->server_seen;
    if (may_stand) smtp->mail = NULL;
    smtp_drop_mail(smtp);
    if (may_stand) smtp->aside = before;
    return smtp_present_mail(smtp);
}

void smtp_copy_content(struct smtp *smtp, struct mail *to, const struct mail *from, size_t begin, size_t end)
{
    const struct mail_damage *damage = &from->damage;
    size_t gaps_max = smtp->session->owner->settings->gaps_max, at = begin;
    struct slice bytes = slice_head(buffer_slice(&from->bytes), end);
    uint64_t unlisted = damage->missing_bytes;
    for (size_t i = 0; i < damage->gap_count; i++) {
        const struct mail_gap *gap = &damage->gaps[i];
        unlisted -= gap->len;
        if (gap->offset < begin || gap->offset > end) continue;
        (void)buffer_append(&to->bytes, slice_head(slice_skip(bytes, at), gap->offset - at));
        mail_add_gap(to, gap->len, gaps_max);
        at = gap->offset;
    }
    (void)buffer_append(&to->bytes, slice_skip(bytes, at));
    if (unlisted > 0) mail_add_gap(to, unlisted, gaps_max); /* wherever they are */
}

/* Recipients and content that followed the refused MAIL belong to the transaction before it. */
static void take_back(struct smtp *smtp)
{
    struct mail *mail = smtp->aside, *refused = smtp->mail;
    smtp->rcpt_base = mail->envelope.recipient_count;
    for (size_t i = 0; refused && i < refused->envelope.recipient_count; i++) {
        struct mail_recipient *r = mail_add_recipient(mail);
        *r = refused->envelope.recipients[i];
        r->address = arena_copy(&mail->arena, r->address);
        r->parameters = arena_copy(&mail->arena, r->parameters);
    }
    if (refused) smtp_copy_content(smtp, mail, refused, 0, refused->bytes.len);
    mail_free(&smtp->mail);
    smtp->mail = mail;
    smtp->aside = NULL;
}

void smtp_settle_aside(struct smtp *smtp, bool refused)
{
    if (smtp->aside && refused) take_back(smtp);
    mail_free(&smtp->aside);
}

/* ---- the end of the content ---- */

/* "SIZE=1234" among the parameters of MAIL (RFC 1870); 0: not declared. */
static uint64_t declared_size(const struct mail *mail)
{
    struct slice rest = mail->envelope.mail_from_parameters, word;
    uint64_t size = 0;
    while ((word = slice_next_token(&rest, ' ')).ptr) {
        if (slice_starts_nocase(word, SLICE("SIZE=")) && slice_parse_u64(slice_skip(word, 5), &size))
            return size;
    }
    return 0;
}

static void check_size(struct smtp *smtp, const struct mail *mail)
{
    uint64_t declared = declared_size(mail), size = mail->bytes.len + mail->damage.missing_bytes;
    if (declared == 0 || size <= declared ||
        size - declared <= smtp->session->owner->settings->size_margin_bytes)
        return;
    struct buffer evidence = buffer_make(100);
    (void)buffer_printf(&evidence, "SIZE=%ju but %ju bytes", (uintmax_t)declared, (uintmax_t)size);
    session_note(smtp->session, ANOMALY_SIZE_DIFFERS, buffer_slice(&evidence));
    buffer_free(&evidence);
}

void smtp_finish_mail(struct smtp *smtp, enum mail_via via)
{
    struct mail *mail = smtp_present_mail(smtp);
    struct smtp_pending end = {.verb = SMTP_END_OF_DATA, .mail = mail, .ends = smtp->ends};
    smtp->ends = buffer_make(smtp->ends.max);
    mail->via = via;
    mail->last_ns = smtp->session->now_ns;
    session_note_overflow(smtp->session, mail);
    if (mail->bytes.overflowed) smtp_note_limit(smtp, "mail_max_bytes");
    check_size(smtp, mail);
    smtp->mail = NULL;
    smtp->waiting_bytes += buffer_capacity(&mail->bytes);
    smtp->content_gap = false;
    smtp->phase = SMTP_COMMANDS;
    smtp_push_pending(smtp, end);
    smtp_drop_mail(smtp);
}

struct mail *smtp_mail_of(struct smtp *smtp, const struct smtp_pending *pending)
{
    if (pending->mail) return pending->mail;
    if (pending->transaction == smtp->transaction) return smtp->mail;
    if (pending->transaction == smtp->answered_transaction) return smtp->answered;
    smtp->answered = NULL;
    smtp->answered_transaction = pending->transaction;
    const struct smtp_pending *items =
        (const struct smtp_pending *)(const void *)(smtp->pending.items.data + smtp->pending.head);
    size_t count = (smtp->pending.items.len - smtp->pending.head) / smtp->pending.item_size;
    for (size_t i = 0; i < count && !smtp->answered; i++) {
        if (items[i].mail && items[i].transaction == pending->transaction) smtp->answered = items[i].mail;
    }
    return smtp->answered;
}

/* ---- handing over ---- */

void smtp_settle_rcpts(struct mail *mail)
{
    struct mail_envelope *e = &mail->envelope;
    if (e->rcpt_to) return;
    for (size_t i = 0; i < e->recipient_count; i++) {
        if (e->recipients[i].outcome != MAIL_REFUSED) *mail_add_rcpt(mail) = e->recipients[i].address;
    }
}

void smtp_fill_facts(struct smtp *smtp, struct mail *mail)
{
    struct mail_session *facts = &mail->session;
    smtp_settle_rcpts(mail);
    facts->banner = arena_copy(&mail->arena, buffer_slice(&smtp->banner));
    facts->helo = arena_copy(&mail->arena, buffer_slice(&smtp->helo));
    facts->auth_mechanism = arena_copy(&mail->arena, buffer_slice(&smtp->auth_mechanism));
    facts->starttls = smtp->starttls;
    if (smtp->origin && smtp->origin->is_new)
        facts->origin = arena_copy(&mail->arena, buffer_slice(&smtp->origin->text));
}

void smtp_emit(struct smtp *smtp, struct mail *mail, struct slice ends)
{
    struct mail **lenient = NULL;
    smtp_fill_facts(smtp, mail);
    size_t count = smtp_make_lenient(smtp, mail, ends, &lenient);
    session_emit_mail(smtp->session, mail);
    for (size_t i = 0; i < count; i++) session_emit_mail(smtp->session, lenient[i]);
    free(lenient);
    if (smtp->origin && smtp->origin->is_of_mail) smtp->origin->is_new = false;
}

void smtp_emit_waiting(struct smtp *smtp, const struct smtp_pending *pending)
{
    struct buffer ends = pending->ends;
    smtp->waiting_bytes -= buffer_capacity(&pending->mail->bytes);
    if (smtp->answered == pending->mail) smtp->answered = NULL;
    smtp_emit(smtp, pending->mail, buffer_slice(&ends));
    buffer_free(&ends);
}

void smtp_flush_pending(struct smtp *smtp)
{
    while (!fifo_is_empty(&smtp->pending)) {
        struct smtp_pending pending = *(struct smtp_pending *)fifo_front(&smtp->pending);
        fifo_pop(&smtp->pending);
        if (pending.mail) smtp_emit_waiting(smtp, &pending);
    }
}
