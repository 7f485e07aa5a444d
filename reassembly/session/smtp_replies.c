/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's side of SMTP (RFC 5321 4.2): reads replies and matches them to commands in order. A tap may
 * show either direction first, so replies wait for commands as commands wait for replies. Out of step
 * (midstream, after a loss) a reply goes to the first command that it fits, and one that fits none is
 * dropped.
 */
#include "reassembly/session/smtp.h"

enum { GO_AHEAD = 354, CLOSING = 421 };

static const struct smtp_reply unseen;

/* Code of a line of a reply, 0 for other lines; *text gets what follows it. */
static uint16_t line_code(struct slice line, struct slice *text, bool *is_last)
{
    if (line.len < 3) return 0;
    for (size_t i = 0; i < 3; i++) {
        if (!ascii_is_digit(line.ptr[i])) return 0;
    }
    if (line.len > 3 && line.ptr[3] != ' ' && line.ptr[3] != '-') return 0;
    *is_last = line.len == 3 || line.ptr[3] == ' ';
    *text = slice_skip(line, 4);
    return (uint16_t)((line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0'));
}

/* Length of "5.1.1" at the start of the text (RFC 3463 2); 0: there is none. */
static size_t status_len(struct slice text)
{
    size_t digits = 0, dots = 0, at = 0;
    if (text.len == 0 || (text.ptr[0] != '2' && text.ptr[0] != '4' && text.ptr[0] != '5')) return 0;
    for (; at < text.len && text.ptr[at] != ' '; at++) {
        bool is_dot = text.ptr[at] == '.';
        if (!is_dot && !ascii_is_digit(text.ptr[at])) return 0;
        if (is_dot && digits == 0) return 0;
        digits = is_dot ? 0 : digits + 1;
        dots += is_dot;
        if (digits > (dots == 0 ? 1 : 3)) return 0;
    }
    return dots == 2 && digits > 0 ? at : 0;
}

/* A 354 belongs to the last DATA: the content of any earlier one was sent already. */
static size_t last_data(const struct smtp_pending *pending, size_t count, size_t first)
{
    size_t last = first;
    for (size_t i = first; i < count; i++) {
        if (pending[i].verb == SMTP_DATA) last = i;
    }
    return last;
}

/* Drops pending commands whose replies were lost, up to the first that `code` fits. Returns false when it
 * fits none. */
static bool find_fitting(struct smtp *smtp, uint16_t code)
{
    size_t count = (smtp->pending.items.len - smtp->pending.head) / smtp->pending.item_size;
    const struct smtp_pending *at = fifo_front(&smtp->pending);
    size_t skip = 0;
    while (skip < count && !smtp_reply_fits(at[skip].verb, code)) skip++;
    if (skip == count) return false;
    if (code == GO_AHEAD) skip = last_data(at, count, skip);
    for (; skip > 0; skip--) {
        struct smtp_pending unanswered = *(struct smtp_pending *)fifo_front(&smtp->pending);
        fifo_pop(&smtp->pending);
        smtp_apply_reply(smtp, &unanswered, &unseen);
    }
    return true;
}

/* Recipients that were not refused. */
static size_t count_rcpts(struct mail *mail)
{
    smtp_settle_rcpts(mail);
    return mail->envelope.rcpt_count + mail->envelope.rcpt_dropped;
}

/* Whether the command at the front awaits no reply after this one. */
static bool is_last_reply(struct smtp *smtp, struct smtp_pending *front, uint16_t code)
{
    if (front->verb != SMTP_END_OF_DATA && front->more > 0) {
        front->more--;
        return false;
    }
    if (front->verb == SMTP_AUTH) return code >= 400 || code < 300;
    if (front->verb != SMTP_END_OF_DATA || !smtp->is_lmtp) return true;
    if (front->rcpt == 0) front->rcpt = count_rcpts(front->mail);
    if (front->rcpt > 0) front->rcpt--;
    const struct mail_envelope *envelope = &front->mail->envelope;
    while (front->next_rcpt < envelope->recipient_count &&
           envelope->recipients[front->next_rcpt].outcome == MAIL_REFUSED)
        front->next_rcpt++;
    front->next_rcpt++;
    return front->rcpt == 0;
}

static void fall_out_of_step(struct smtp *smtp, enum smtp_verb verb, uint16_t code)
{
    struct buffer evidence = buffer_make(40);
    struct slice word = smtp_verb_word(verb);
    if (smtp->in_step) {
        (void)buffer_printf(&evidence, "%u to %.*s", code, (int)word.len, (const char *)word.ptr);
        session_note(smtp->session, ANOMALY_OUT_OF_STEP, buffer_slice(&evidence));
    }
    buffer_free(&evidence);
    smtp->in_step = false;
}

/* A reply meets the oldest command, or one behind it. */
static void match_reply(struct smtp *smtp, const struct smtp_reply *reply)
{
    const struct smtp_pending *next = fifo_front(&smtp->pending);
    if (!smtp_reply_fits(next->verb, reply->code)) fall_out_of_step(smtp, next->verb, reply->code);
    if (!smtp->in_step && !find_fitting(smtp, reply->code)) return;
    struct smtp_pending *front = fifo_front(&smtp->pending);
    bool last = is_last_reply(smtp, front, reply->code);
    struct smtp_pending answered = *front;
    if (last) fifo_pop(&smtp->pending);
    smtp_apply_reply(smtp, &answered, reply);
}

static void match(struct smtp *smtp)
{
    while (!fifo_is_empty(&smtp->pending) && !fifo_is_empty(&smtp->early)) {
        struct smtp_reply reply = *(struct smtp_reply *)fifo_front(&smtp->early);
        fifo_pop(&smtp->early);
        match_reply(smtp, &reply);
    }
}

/* More waits than is kept: only one side is seen, or the peers do not talk SMTP. */
static void note_pipeline_limit(struct smtp *smtp)
{
    smtp->session->owner->counters->limit_pipeline_max++;
    if (smtp->in_step && smtp->server_seen) smtp_note_limit(smtp, "pipeline_max");
    smtp->in_step = false;
}

/* Commands whose replies change nothing: any number of them in a row takes one place. */
static bool is_idle(enum smtp_verb verb)
{
    return verb == SMTP_NOOP || verb == SMTP_VRFY || verb == SMTP_EXPN || verb == SMTP_HELP ||
           verb == SMTP_ETRN || verb == SMTP_UNKNOWN_VERB;
}

static bool join_idle(struct smtp *smtp, const struct smtp_pending *pending)
{
    struct smtp_pending *last = fifo_back(&smtp->pending);
    if (!last || !is_idle(last->verb) || !is_idle(pending->verb) || last->more == UINT32_MAX) return false;
    if (last->transaction != pending->transaction) return false;
    if (last->verb != pending->verb) last->verb = SMTP_UNKNOWN_VERB; /* any reply fits it */
    last->more++;
    return true;
}

void smtp_push_pending(struct smtp *smtp, struct smtp_pending pending)
{
    pending.transaction = smtp->transaction;
    if (join_idle(smtp, &pending)) return;
    if (fifo_push(&smtp->pending, &pending) != STATUS_OK) {
        note_pipeline_limit(smtp);
        smtp_apply_reply(smtp, &pending, &unseen);
    }
    match(smtp);
}

/* A reply inside the content: the server has taken something for its end. */
static void take_reply_to_content(struct smtp *smtp)
{
    const struct smtp_reply *reply = fifo_front(&smtp->early);
    if (reply->code == GO_AHEAD || reply->code == CLOSING) return;
    (void)smtp_end_loosely(smtp, smtp->client_lines.bare_lf);
}

static void take_greeting(struct smtp *smtp, struct slice text)
{
    (void)buffer_append(&smtp->banner, text);
    if (smtp->session->client_first) session_note(smtp->session, ANOMALY_EARLY_TALKER, slice_make(NULL, 0));
}

/* For a command that has not been seen yet. */
static void keep_reply(struct smtp *smtp, const struct smtp_reply *reply)
{
    if (fifo_push(&smtp->early, reply) == STATUS_OK) return;
    fifo_pop(&smtp->early);
    (void)fifo_push(&smtp->early, reply);
    if (smtp->in_step) note_pipeline_limit(smtp);
}

static void take_reply(struct smtp *smtp, const struct smtp_reply *reply, struct slice text)
{
    bool first = !smtp->greeted;
    smtp->greeted = true;
    if (first && smtp->in_step) {
        take_greeting(smtp, text);
        return;
    }
    if (fifo_is_empty(&smtp->early) && !fifo_is_empty(&smtp->pending))
        match_reply(smtp, reply);
    else
        keep_reply(smtp, reply);
    match(smtp);
    if (smtp->phase == SMTP_CONTENT && smtp->in_step && !fifo_is_empty(&smtp->early))
        take_reply_to_content(smtp);
    if (smtp_is_holding(smtp)) smtp_decide(smtp, false);
}

bool smtp_take_go_ahead(struct smtp *smtp)
{
    size_t count = (smtp->early.items.len - smtp->early.head) / smtp->early.item_size;
    const struct smtp_reply *replies = count > 0 ? fifo_front(&smtp->early) : NULL;
    size_t at = 0;
    while (at < count && replies[at].code != GO_AHEAD) at++;
    if (at == count) return false;
    for (size_t i = 0; i <= at; i++) fifo_pop(&smtp->early);
    return true;
}

static void take_line(struct smtp *smtp, struct slice line)
{
    struct slice text = {0};
    bool is_last = false;
    uint16_t code = line_code(line, &text, &is_last);
    if (code == 0) return;
    smtp_note_offer(smtp, code, line, text);
    if (!is_last) return;
    struct smtp_reply reply = smtp->reply;
    smtp->reply = (struct smtp_reply){0};
    reply.code = code;
    memcpy(reply.status.text, text.ptr, status_len(text));
    session_count_reply(smtp->session, slice_head(line, 3));
    take_reply(smtp, &reply, text);
}

void smtp_take_replies(struct smtp *smtp, struct slice *bytes)
{
    struct slice line;
    bool cut = false;
    smtp->server_seen = true;
    while (smtp->phase != SMTP_TLS_BEGINS &&
           line_next(&smtp->server_lines, bytes, &line, &cut) == LINE_READY) {
        if (cut) smtp->session->owner->counters->limit_line_max_bytes++;
        if (cut) session_note(smtp->session, ANOMALY_LINE_TOO_LONG, slice_make(NULL, 0));
        take_line(smtp, line);
    }
}
