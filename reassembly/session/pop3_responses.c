/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's bytes (RFC 1939 3): status lines, lists and mails. Which response has more than one line is
 * known from the command it answers. When the commands are not known (midstream, one side only, after a loss)
 * the line after "+OK" tells: a header field begins a mail.
 */
#include "reassembly/session/pop3.h"

enum { END_OF_MAIL_BYTES = 3, STATUS_BYTES = 4 };

static bool begins_with_status(struct slice bytes)
{
    return slice_starts(bytes, SLICE("+OK")) || slice_starts(bytes, SLICE("-ERR"));
}

/* ---- what begins a mail ---- */

/* A field name and a colon, as a mail begins (RFC 5322 2.2). */
static bool is_header_field(struct slice line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] > ' ' && line.ptr[len] < 0x7f && line.ptr[len] != ':') len++;
    return len > 0 && len < line.len && line.ptr[len] == ':';
}

static bool is_list(enum pop3_shape shape)
{
    return shape == POP3_LINES || shape == POP3_SIZES || shape == POP3_CAPABILITIES;
}

/* Takes the commands up to the first that waits for a mail by RETR, or for a list, into *answered; false when
 * none does. */
static bool take_awaited(struct pop3 *pop3, bool is_mail, struct pop3_pending *answered)
{
    size_t count = (pop3->pending.items.len - pop3->pending.head) / pop3->pending.item_size, at = 0;
    const struct pop3_pending *items = count > 0 ? fifo_front(&pop3->pending) : NULL;
    while (at < count && !(is_mail ? items[at].verb == POP3_RETR : is_list(items[at].shape))) at++;
    if (at < count) *answered = items[at];
    for (size_t i = 0; at < count && i <= at; i++) fifo_pop(&pop3->pending);
    return at < count;
}

/* ---- status lines ---- */

/* "+OK 1234 octets": the size of the mail that follows. */
static uint64_t announced_size(struct slice text)
{
    uint64_t size = 0;
    struct slice rest = text, number = slice_next_token(&rest, ' ');
    bool has_unit = slice_starts_nocase(rest, SLICE("octets")) || slice_starts_nocase(rest, SLICE("bytes"));
    return has_unit && slice_parse_u64(number, &size) ? size : 0;
}

static void begin_response(struct pop3 *pop3, struct pop3_pending answered, struct slice text)
{
    pop3->answered = answered;
    pop3->lists_tls = false;
    if (answered.verb == POP3_DELE) pop3->has_deleted = true;
    bool is_only_one = answered.verb == POP3_STAT && slice_starts(text, SLICE("1 "));
    if (is_only_one && !pop3->has_deleted) pop3_take_size(pop3, text);
    switch (answered.shape) {
    case POP3_LINES:
    case POP3_SIZES:
    case POP3_CAPABILITIES: pop3->phase = POP3_LISTING; break;
    case POP3_SIZE: pop3_take_size(pop3, text); break;
    case POP3_MAIL:
        pop3->announced = announced_size(text);
        pop3_begin_mail(pop3, answered);
        break;
    case POP3_GUESS: pop3->phase = POP3_UNSURE; break;
    default: break;
    }
}

static void end_auth(struct pop3 *pop3, const struct pop3_pending *answered, bool ok)
{
    enum pop3_verb verb = answered->verb;
    bool is_auth = verb == POP3_AUTH && answered->shape == POP3_SINGLE;
    if (verb == POP3_PASS || verb == POP3_APOP || is_auth) session_auth_end(pop3->session, ok);
}

static void end_stls(struct pop3 *pop3, bool ok, struct slice text)
{
    if (ok) {
        pop3_start_tls(pop3);
        return;
    }
    if (pop3->offers_tls) session_note(pop3->session, ANOMALY_STARTTLS_REFUSED, text);
    if (pop3->awaits_tls) pop3_refuse_tls(pop3);
}

/* A status line that answers a command. */
static void take_response(struct pop3 *pop3, bool ok, struct slice text)
{
    struct pop3_pending answered = {.verb = POP3_NO_VERB, .shape = POP3_GUESS};
    if (!fifo_is_empty(&pop3->pending)) {
        if (pop3->in_step) memcpy(&answered, fifo_front(&pop3->pending), sizeof answered);
        fifo_pop(&pop3->pending);
    }
    pop3->in_auth = false;
    end_auth(pop3, &answered, ok);
    if (answered.shape == POP3_TLS && !session_is_secure(pop3->session)) {
        end_stls(pop3, ok, text);
    } else if (ok) {
        begin_response(pop3, answered, text);
    }
}

/* A line behind the "+OK" of a response that has no more lines, while a mail or a list is awaited: answers
 * are counted wrongly, for a greeting that was not captured perhaps. The commands before it were answered. */
static void begin_out_of_step(struct pop3 *pop3, struct slice line)
{
    struct pop3_pending answered;
    if (!pop3->after_ok || !take_awaited(pop3, is_header_field(line), &answered)) return;
    (void)buffer_append(&pop3->held, line);
    (void)buffer_append(&pop3->held, pop3->server_lines.bare_lf ? SLICE("\n") : SLICE("\r\n"));
    begin_response(pop3, answered, slice_make(NULL, 0));
    pop3_release_held(pop3);
}

/* Neither "+OK" nor "-ERR": a challenge of AUTH, or what should not be there. */
static void take_other_line(struct pop3 *pop3, struct slice line)
{
    if (slice_starts(line, SLICE("+"))) {
        pop3->challenges += pop3->in_auth;
        return;
    }
    bool is_understood = pop3->answered.verb != POP3_UNKNOWN_VERB; /* of its answer nothing is known */
    if (!pop3->in_step || !is_understood || line.len == 0) return;
    session_note(pop3->session, ANOMALY_OUT_OF_STEP, slice_make(NULL, 0));
    begin_out_of_step(pop3, line);
}

static void take_status_line(struct pop3 *pop3, struct slice line)
{
    bool ok = slice_starts(line, SLICE("+OK"));
    struct slice text = slice_trim(slice_skip(line, ok ? 3 : 4));
    if (!begins_with_status(line)) {
        take_other_line(pop3, line);
        pop3->after_ok = false;
        return;
    }
    pop3->after_ok = ok;
    session_count_reply(pop3->session, ok ? SLICE("+OK") : SLICE("-ERR"));
    if (!pop3->greeted) {
        pop3->greeted = true;
        (void)buffer_append(&pop3->banner, text);
        if (pop3->in_step) return;
    }
    take_response(pop3, ok, text);
}

/* ---- responses whose command is not known ---- */

/* Decides from the line after "+OK" what an unknown response is. */
static void decide_by_next_line(struct pop3 *pop3, struct slice line)
{
    struct pop3_pending unknown = {.verb = POP3_NO_VERB, .shape = POP3_LINES};
    pop3->phase = POP3_STATUS;
    if (begins_with_status(line) || slice_starts(line, SLICE("\x16\x03"))) return;
    if (is_header_field(line)) {
        pop3->announced = 0;
        pop3_begin_mail(pop3, unknown);
    } else if (line.len > 0) {
        begin_response(pop3, unknown, slice_make(NULL, 0));
    }
}

void pop3_release_held(struct pop3 *pop3)
{
    struct buffer held = pop3->held;
    pop3->held = buffer_make(held.max);
    pop3_take_server(pop3, buffer_slice(&held));
    buffer_free(&held);
}

void pop3_decide_held(struct pop3 *pop3)
{
    struct slice line = buffer_slice(&pop3->held);
    bool is_left_over =
        pop3->in_step && pop3->session->bytes[DIR_TO_SERVER] > 0 && slice_starts(line, SLICE("+OK"));
    if (is_left_over) session_note(pop3->session, ANOMALY_OUT_OF_STEP, slice_make(NULL, 0));
    pop3->in_step = false;
    decide_by_next_line(pop3, slice_head(line, slice_index(line, '\n')));
    pop3_release_held(pop3);
}

/* In step, the command is awaited (a tap may show the response first); else the next line decides. */
static void take_unsure(struct pop3 *pop3, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, pop3->held.max - pop3->held.len);
    (void)buffer_append(&pop3->held, part);
    *bytes = slice_skip(*bytes, part.len);
    bool full = bytes->len > 0;
    if (full) {
        pop3->session->owner->counters->limit_held_max_bytes++;
        pop3_note_limit(pop3);
    }
    struct slice line = buffer_slice(&pop3->held);
    size_t end = slice_index(line, '\n');
    bool is_tls = slice_starts(line, SLICE("\x16\x03"));
    bool comes_tls = slice_starts(slice_skip(line, end + 1), SLICE("\x16\x03"));
    if (full || comes_tls || (!pop3->in_step && (end < line.len || is_tls))) pop3_decide_held(pop3);
}

/* ---- after a loss ---- */

/* The first bytes after a loss outside of a mail: a status line, or the rest of a mail that was asked for and
 * whose beginning was lost. */
static void resume_after_loss(struct pop3 *pop3, struct slice bytes)
{
    struct pop3_pending answered;
    uint64_t lost = pop3->lost_bytes;
    pop3->after_gap = false;
    pop3->lost_bytes = 0;
    bool is_status = begins_with_status(bytes);
    if (!is_status && (lost == 0 || !take_awaited(pop3, true, &answered))) return;
    line_reader_resume(&pop3->server_lines);
    if (is_status) return;
    pop3->announced = 0;
    pop3_begin_mail(pop3, answered);
    dotted_gap(&pop3->dotted, &pop3->mail->bytes, false);
    mail_add_gap(pop3->mail, lost, pop3->session->owner->settings->gaps_max);
}

/* The first bytes after a loss inside a mail: when the client went on already and they are a status line, the
 * end of the mail was in the hole. */
static bool ended_in_hole(struct pop3 *pop3, struct slice bytes)
{
    bool first = pop3->after_gap;
    pop3->after_gap = false;
    if (!first || fifo_is_empty(&pop3->pending)) return false;
    return begins_with_status(bytes);
}

static bool may_become_status(struct slice bytes)
{
    return !begins_with_status(bytes) &&
           (slice_starts(SLICE("+OK"), bytes) || slice_starts(SLICE("-ERR"), bytes));
}

void pop3_take_after_gap(struct pop3 *pop3, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, STATUS_BYTES - pop3->held.len);
    (void)buffer_append(&pop3->held, part);
    *bytes = slice_skip(*bytes, part.len);
    if (!may_become_status(buffer_slice(&pop3->held))) pop3_release_held(pop3);
}

/* ---- the server's bytes ---- */

/* False when the bytes are used up. */
static bool next_line(struct pop3 *pop3, struct slice *bytes, struct slice *line)
{
    bool cut = false;
    if (line_next(&pop3->server_lines, bytes, line, &cut) != LINE_READY) return false;
    if (cut) {
        pop3->session->owner->counters->limit_line_max_bytes++;
        session_note(pop3->session, ANOMALY_LINE_TOO_LONG, slice_make(NULL, 0));
    }
    return true;
}

/* A status line; in step and without a command it is held, because the command may come later. */
static void take_status(struct pop3 *pop3, struct slice *bytes)
{
    struct slice line;
    if (pop3->after_gap) resume_after_loss(pop3, *bytes);
    if (!pop3->in_step && pop3_meets_tls(&pop3->server_lines, *bytes))
        pop3_start_tls_at(pop3, &pop3->server_lines, DIR_TO_CLIENT);
    if (pop3->phase != POP3_STATUS || session_turns_to_tls(pop3->session)) return;
    if (pop3->in_step && pop3->greeted && fifo_is_empty(&pop3->pending)) {
        pop3->phase = POP3_UNSURE;
    } else if (next_line(pop3, bytes, &line)) {
        take_status_line(pop3, line);
    }
}

/* After a login servers leave STLS out (RFC 2595 4): only before it its absence tells something. */
static void take_capabilities(struct pop3 *pop3)
{
    struct session *session = pop3->session;
    bool is_early = !session_has_auth(session);
    if (session_is_secure(session) || (!pop3->lists_tls && !is_early)) return;
    pop3->offers_tls = pop3->lists_tls;
    session_note_tls_offer(session, pop3->offers_tls);
}

/* Lines of a list; a dot alone ends it. */
static void take_listing(struct pop3 *pop3, struct slice *bytes)
{
    struct slice line;
    if (!next_line(pop3, bytes, &line)) return;
    enum pop3_shape shape = pop3->answered.shape;
    if (shape == POP3_SIZES) pop3_take_size(pop3, line);
    if (slice_equal_nocase(slice_trim(line), SLICE("STLS"))) pop3->lists_tls = true;
    if (!slice_equal(line, SLICE("."))) return;
    pop3->phase = POP3_STATUS;
    if (shape == POP3_CAPABILITIES) take_capabilities(pop3);
}

static void take_content(struct pop3 *pop3, struct slice *bytes)
{
    if (ended_in_hole(pop3, *bytes)) {
        mail_shrink_gap(pop3->mail, END_OF_MAIL_BYTES);
    } else if (dotted_read(&pop3->dotted, bytes, &pop3->mail->bytes) != DOTTED_END) {
        return;
    }
    pop3->phase = POP3_STATUS;
    pop3_end_mail(pop3);
}

void pop3_take_server(struct pop3 *pop3, struct slice bytes)
{
    while (bytes.len > 0 && !session_turns_to_tls(pop3->session)) {
        switch (pop3->phase) {
        case POP3_STATUS: take_status(pop3, &bytes); break;
        case POP3_UNSURE: take_unsure(pop3, &bytes); break;
        case POP3_LISTING: take_listing(pop3, &bytes); break;
        case POP3_CONTENT: take_content(pop3, &bytes); break;
        }
    }
    if (bytes.len > 0) session_add_tls(pop3->session, DIR_TO_CLIENT, bytes);
}
