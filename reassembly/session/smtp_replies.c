/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's side of SMTP (RFC 5321 4.2): reads replies and matches them to commands in order. A tap may
 * show either direction first, so replies wait for commands as commands wait for replies. Out of step
 * (midstream, after a loss) a reply goes to the first command that it fits, and one that fits none is
 * dropped.
 */
#include "reassembly/session/smtp.h"

enum { GO_AHEAD = 354 };

/* Code of a reply's last line, 0 for other lines; *text gets what follows it. */
static uint16_t last_line_code(struct slice line, struct slice *text)
{
    if (line.len < 3) return 0;
    for (size_t i = 0; i < 3; i++) {
        if (!ascii_is_digit(line.ptr[i])) return 0;
    }
    if (line.len > 3 && line.ptr[3] != ' ') return 0;
    *text = slice_skip(line, 4);
    return (uint16_t)((line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0'));
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
        smtp_apply_reply(smtp, &unanswered, 0);
    }
    return true;
}

/* Recipients that were not refused. */
static size_t count_rcpts(const struct mail_envelope *envelope)
{
    size_t count = envelope->rcpt_dropped;
    for (size_t i = 0; i < envelope->rcpt_count; i++) count += envelope->rcpt_to[i].ptr != NULL;
    return count;
}

/* Whether the command at the front awaits no reply after this one. */
static bool is_last_reply(struct smtp *smtp, struct smtp_pending *front, uint16_t code)
{
    if (front->verb == SMTP_AUTH) return code >= 400 || code < 300;
    if (front->verb != SMTP_END_OF_DATA || !smtp->is_lmtp) return true;
    if (front->rcpt == 0) front->rcpt = count_rcpts(&front->mail->envelope);
    if (front->rcpt > 0) front->rcpt--;
    return front->rcpt == 0;
}

static void match(struct smtp *smtp)
{
    while (!fifo_is_empty(&smtp->pending) && !fifo_is_empty(&smtp->early)) {
        uint16_t code = *(uint16_t *)fifo_front(&smtp->early);
        fifo_pop(&smtp->early);
        const struct smtp_pending *next = fifo_front(&smtp->pending);
        if (!smtp_reply_fits(next->verb, code)) smtp->in_step = false;
        if (!smtp->in_step && !find_fitting(smtp, code)) continue;
        struct smtp_pending *front = fifo_front(&smtp->pending);
        bool last = is_last_reply(smtp, front, code);
        struct smtp_pending answered = *front;
        if (last) fifo_pop(&smtp->pending);
        smtp_apply_reply(smtp, &answered, code);
    }
}

void smtp_push_pending(struct smtp *smtp, struct smtp_pending pending)
{
    pending.transaction = smtp->transaction;
    if (fifo_push(&smtp->pending, &pending) != STATUS_OK) {
        smtp->session->owner->counters->limit_pipeline_max++;
        smtp->in_step = false;
        smtp_apply_reply(smtp, &pending, 0);
    }
    match(smtp);
}

static void take_reply(struct smtp *smtp, uint16_t code, struct slice text)
{
    bool first = !smtp->greeted;
    smtp->greeted = true;
    if (first && smtp->in_step) {
        (void)buffer_append(&smtp->banner, text);
        return;
    }
    if (fifo_push(&smtp->early, &code) !=
        STATUS_OK) { /* only one side is seen, or the peers do not talk SMTP */
        fifo_pop(&smtp->early);
        (void)fifo_push(&smtp->early, &code);
        if (smtp->in_step) smtp->session->owner->counters->limit_pipeline_max++;
        smtp->in_step = false;
    }
    match(smtp);
    if (smtp->phase == SMTP_UNDECIDED) smtp_decide(smtp, false);
}

bool smtp_take_go_ahead(struct smtp *smtp)
{
    size_t count = (smtp->early.items.len - smtp->early.head) / smtp->early.item_size;
    const uint16_t *codes = count > 0 ? fifo_front(&smtp->early) : NULL;
    size_t at = 0;
    while (at < count && codes[at] != GO_AHEAD) at++;
    if (at == count) return false;
    for (size_t i = 0; i <= at; i++) fifo_pop(&smtp->early);
    return true;
}

void smtp_take_replies(struct smtp *smtp, struct slice bytes)
{
    struct slice line, text = {0};
    bool cut = false;
    smtp->server_seen = true;
    while (smtp->phase != SMTP_ENCRYPTED &&
           line_next(&smtp->server_lines, &bytes, &line, &cut) == LINE_READY) {
        if (cut) smtp->session->owner->counters->limit_line_max_bytes++;
        uint16_t code = last_line_code(line, &text);
        if (code != 0) take_reply(smtp, code, text);
    }
}
