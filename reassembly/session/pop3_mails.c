/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mails of a POP3 session, and what LIST, STAT and RETR told of them. TOP (RFC 1939 7) gives a header and
 * so many lines of the body. Clients use it with a great number to get all of a mail: when fewer lines came
 * than were asked for, it is whole; else the mail is marked as partial, and dropped when RETR brought it
 * before.
 */
#include "reassembly/session/pop3.h"

/* ---- what was told ---- */

/* The entry of a message; NULL when the number is none, or beyond the limit. */
static struct pop3_message *message_of(struct pop3 *pop3, uint64_t number)
{
    uint64_t max = pop3->session->owner->settings->pop3_list_max;
    struct buffer *messages = &pop3->messages;
    if (number == 0) return NULL;
    if (number > max) {
        pop3->session->owner->counters->limit_pop3_list_max++;
        return NULL;
    }
    size_t len = (size_t)number * sizeof(struct pop3_message);
    if (messages->len < len) {
        size_t before = messages->len;
        buffer_reserve(messages, len - before);
        memset(messages->data + before, 0, len - before);
        messages->len = len;
    }
    return (struct pop3_message *)(void *)messages->data + (number - 1);
}

void pop3_take_size(struct pop3 *pop3, struct slice text)
{
    uint64_t number = 0, size = 0;
    struct slice rest = slice_trim(text), first = slice_next_token(&rest, ' '),
                 second = slice_next_token(&rest, ' ');
    if (!slice_parse_u64(first, &number) || !slice_parse_u64(second, &size)) return;
    struct pop3_message *message = message_of(pop3, number);
    if (message) message->size = size;
}

/* ---- the header, to know a message again ---- */

/* FNV-1a, never 0. */
static uint64_t hash_of(struct slice bytes)
{
    uint64_t value = 14695981039346656037u;
    for (size_t i = 0; i < bytes.len; i++) value = (value ^ bytes.ptr[i]) * 1099511628211u;
    return value | 1;
}

static size_t head_len(struct slice bytes)
{
    size_t end = slice_find(bytes, SLICE("\n\r\n")), loose = slice_find(bytes, SLICE("\n\n"));
    return end < loose ? end + 3 : loose < bytes.len ? loose + 2 : bytes.len;
}

static uint64_t count_lines(struct slice bytes)
{
    uint64_t count = 0;
    while (bytes.len > 0) {
        bytes = slice_skip(bytes, slice_index(bytes, '\n') + 1);
        count++;
    }
    return count;
}

/* TOP gave as many lines of the body as were asked for: there may be more. */
static bool is_part(const struct pop3 *pop3)
{
    struct slice bytes = buffer_slice(&pop3->mail->bytes);
    if (!pop3->answered.has_lines) return true;
    return count_lines(slice_skip(bytes, head_len(bytes))) >= pop3->answered.lines;
}

/* ---- mails ---- */

void pop3_begin_mail(struct pop3 *pop3, struct pop3_pending answered)
{
    pop3->answered = answered;
    pop3->mail = session_begin_mail(pop3->session);
    pop3->mail->via = answered.verb == POP3_TOP ? MAIL_VIA_TOP : MAIL_VIA_RETR;
    dotted_start(&pop3->dotted, false);
    pop3->phase = POP3_CONTENT;
}

static void hand_out(struct pop3 *pop3, struct mail *mail)
{
    mail->last_ns = pop3->session->now_ns;
    mail->session.banner = arena_copy(&mail->arena, buffer_slice(&pop3->banner));
    mail->session.user = arena_copy(&mail->arena, buffer_slice(&pop3->user));
    mail->session.auth_mechanism = arena_copy(&mail->arena, buffer_slice(&pop3->auth_mechanism));
    session_emit_mail(pop3->session, mail);
}

/* A whole mail: is it as long as it was said to be? */
static void take_note(struct pop3 *pop3, struct pop3_message *message)
{
    struct slice bytes = buffer_slice(&pop3->mail->bytes);
    uint64_t number = pop3->answered.number, listed = message ? message->size : 0;
    session_compare_size(pop3->session, number, listed > 0 ? listed : pop3->announced, bytes);
    if (message) message->head_hash = hash_of(slice_head(bytes, head_len(bytes)));
}

void pop3_end_mail(struct pop3 *pop3)
{
    struct mail *mail = pop3->mail;
    struct slice bytes = buffer_slice(&mail->bytes);
    bool is_whole = mail_is_complete(mail) && !mail->bytes.overflowed, is_top = mail->via == MAIL_VIA_TOP;
    struct pop3_message *message = message_of(pop3, pop3->answered.number);
    mail->partial = is_top && is_part(pop3);
    if (is_whole && !is_top) take_note(pop3, message);
    bool is_known = is_whole && mail->partial && message &&
                    message->head_hash == hash_of(slice_head(bytes, head_len(bytes)));
    pop3->mail = NULL;
    if (is_known) {
        pop3->session->owner->counters->pop3_repeated++;
        mail_free(&mail);
    } else {
        hand_out(pop3, mail);
    }
}
