/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What SMTP's replies do to the session and to the transaction in progress (RFC 5321 4.2, 4.3.2).
 */
#include "reassembly/session/smtp.h"

static void keep_reply(struct smtp *smtp, const struct smtp_pending *pending, const struct smtp_reply *reply)
{
    struct mail *mail = smtp_mail_of(smtp, pending);
    if (!mail || reply->code == 0 || mail->session.reply_count >= smtp->session->owner->settings->replies_max)
        return;
    *mail_add_reply(mail) = (struct mail_reply){
        .command = smtp_verb_word(pending->verb), .code = reply->code, .status = reply->status};
}

static void decide_recipient(struct mail_recipient *recipient, const struct smtp_reply *reply)
{
    recipient->outcome = reply->code < 400 ? MAIL_ACCEPTED : MAIL_REFUSED;
    recipient->code = reply->code;
    recipient->status = reply->status;
}

static void count_refused(struct smtp *smtp, struct slice address)
{
    if (++smtp->rcpts_refused == smtp->session->owner->settings->rcpts_refused)
        session_note(smtp->session, ANOMALY_RCPTS_MANY, address);
}

static void apply_rcpt(struct smtp *smtp, const struct smtp_pending *pending, const struct smtp_reply *reply)
{
    struct mail *mail = smtp_mail_of(smtp, pending);
    struct slice address = {0};
    if (reply->code == 0) return;
    if (mail) {
        size_t base = mail == smtp->mail ? smtp->rcpt_base : 0, at = base + pending->rcpt;
        struct mail_envelope *envelope = &mail->envelope;
        struct mail_recipient *recipient = at < envelope->recipient_count ? &envelope->recipients[at] : NULL;
        if (recipient) decide_recipient(recipient, reply);
        if (recipient) address = recipient->address;
    }
    if (reply->code >= 400) count_refused(smtp, address);
}

/* 354 opens the content, a refusal goes on with commands; any other reply belongs to something else. */
static void apply_data(struct smtp *smtp, uint16_t code)
{
    if (smtp->phase != SMTP_UNDECIDED || smtp->lost_bytes > 0) return;
    if (code == 354 || code >= 400) {
        smtp->data_refused = code >= 400;
        smtp_resolve(smtp, code == 354);
    } else {
        smtp->in_step = false;
        smtp_decide(smtp, false);
    }
}

/* With several replies one that accepts is enough: the mail went to somebody. */
static void apply_end(struct smtp *smtp, const struct smtp_pending *pending, const struct smtp_reply *reply)
{
    struct mail *mail = pending->mail;
    if (reply->code != 0 && mail->accepted != MAIL_ACCEPTED)
        mail->accepted = reply->code < 400 ? MAIL_ACCEPTED : MAIL_REFUSED;
    if (pending->next_rcpt > 0 && pending->next_rcpt <= mail->envelope.recipient_count)
        decide_recipient(&mail->envelope.recipients[pending->next_rcpt - 1], reply);
    if (reply->code == 0 || pending->rcpt == 0) smtp_emit_waiting(smtp, pending);
}

/* A refusal ends the transaction, unless its content is being sent nevertheless, or MAIL came within another
 * that stands. */
static void apply_mail_or_chunk(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    bool is_mail = pending->verb == SMTP_MAIL, had_aside = smtp->aside != NULL;
    bool sending = smtp->phase == SMTP_CHUNK || smtp->phase == SMTP_CONTENT;
    if (pending->transaction != smtp->transaction) return;
    if (is_mail && code != 0) smtp_settle_aside(smtp, code >= 400);
    if (code >= 400 && smtp->mail && !sending && !(is_mail && had_aside)) smtp_drop_mail(smtp);
}

void smtp_apply_reply(struct smtp *smtp, const struct smtp_pending *pending, const struct smtp_reply *reply)
{
    keep_reply(smtp, pending, reply);
    switch (pending->verb) {
    case SMTP_RCPT: apply_rcpt(smtp, pending, reply); break;
    case SMTP_DATA: apply_data(smtp, reply->code); break;
    case SMTP_END_OF_DATA: apply_end(smtp, pending, reply); break;
    case SMTP_MAIL:
    case SMTP_BDAT: apply_mail_or_chunk(smtp, pending, reply->code); break;
    case SMTP_AUTH: smtp_apply_auth(smtp, reply->code); break;
    case SMTP_STARTTLS: smtp_apply_starttls(smtp, reply->code); break;
    case SMTP_HELO:
    case SMTP_EHLO:
    case SMTP_LHLO: smtp_apply_hello(smtp, pending->verb, reply); break;
    case SMTP_XCLIENT:
    case SMTP_XFORWARD: smtp_apply_origin(smtp, pending->verb, reply->code); break;
    default: break;
    }
}
