/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * POP3 (RFC 1939) as seen from beside. The server's responses carry the mails; which response has more than
 * one line is known from the command it answers. When the commands are not known (midstream, one side only,
 * after a loss) the line after "+OK" tells: a header field begins a mail. The user's name is kept, secrets
 * are dropped as they are read.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/dotted.h"
#include "reassembly/session/fifo.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/protocol.h"

enum { FACT_MAX_BYTES = 1024, END_OF_MAIL_BYTES = 3, STATUS_BYTES = 4 };

enum pop3_response {
    POP3_SINGLE,
    POP3_LIST,
    POP3_LIST_UNLESS_ARGUMENT,
    POP3_MAIL,
    POP3_MAIL_TOP,
    POP3_TLS,
    POP3_GUESS, /* the command is not known */
};

/* What the server's next bytes are. */
enum pop3_phase {
    POP3_STATUS,   /* a status line */
    POP3_UNSURE,   /* held until the command it answers, or the next line, tells what it is */
    POP3_SKIPPING, /* lines of a list up to the final dot */
    POP3_CONTENT,  /* a mail */
    POP3_ENCRYPTED,
};

struct pop3 {
    struct session *session;
    struct line_reader client_lines, server_lines;
    struct dotted_reader dotted;
    enum pop3_phase phase;
    struct mail *mail;   /* the one being sent, owned; NULL when none */
    struct buffer list;  /* what dotted_read() writes while a list is skipped; holds nothing */
    struct buffer held;  /* server bytes while POP3_UNSURE */
    struct fifo pending; /* enum pop3_response of the commands without response */
    struct buffer banner, user;
    bool greeted, in_step;
    bool in_auth;        /* the client's lines belong to an AUTH exchange */
    bool after_gap;      /* the next bytes are the first after a loss */
    uint64_t lost_bytes; /* of that loss, outside of a mail */
};

static const struct verb_row {
    struct slice word;
    enum pop3_response response;
} verbs[] = {
#define VERB(word, response) {SLICE_INIT(#word), response},
#include "reassembly/session/pop3_verbs.def"
#undef VERB
};

static void take_server(struct pop3 *pop3, struct slice bytes);

/* ---- the client's side ---- */

static const struct verb_row *find_verb(struct slice line, struct slice *argument)
{
    struct slice rest = line, word = slice_next_token(&rest, ' ');
    *argument = slice_trim(rest);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (slice_equal_nocase(slice_trim(word), verbs[i].word)) return &verbs[i];
    }
    return NULL;
}

/* USER name, APOP name digest: the name. */
static void keep_user(struct pop3 *pop3, const struct verb_row *verb, struct slice argument)
{
    if (!slice_equal(verb->word, SLICE("USER")) && !slice_equal(verb->word, SLICE("APOP"))) return;
    bool is_apop = slice_equal(verb->word, SLICE("APOP"));
    buffer_clear(&pop3->user);
    (void)buffer_append(&pop3->user, is_apop ? slice_head(argument, slice_index(argument, ' ')) : argument);
}

static void release_held(struct pop3 *pop3)
{
    struct buffer held = pop3->held;
    pop3->held = buffer_make(held.max);
    take_server(pop3, buffer_slice(&held));
    buffer_free(&held);
}

static void push_command(struct pop3 *pop3, enum pop3_response response)
{
    if (fifo_push(&pop3->pending, &response) != STATUS_OK) {
        pop3->session->owner->counters->limit_pipeline_max++;
        pop3->in_step = false;
    }
    if (pop3->phase == POP3_UNSURE && pop3->in_step) {
        pop3->phase = POP3_STATUS;
        release_held(pop3);
    }
}

static void take_command_line(struct pop3 *pop3, struct slice line)
{
    struct slice argument;
    const struct verb_row *verb = find_verb(line, &argument);
    if (pop3->in_auth && !verb) return;
    if (!verb && (!pop3->in_step || line.len == 0)) return;
    enum pop3_response response = verb ? verb->response : POP3_SINGLE;
    if (response == POP3_LIST_UNLESS_ARGUMENT) response = argument.len > 0 ? POP3_SINGLE : POP3_LIST;
    if (verb) keep_user(pop3, verb, argument);
    pop3->in_auth = verb && argument.len > 0 && slice_equal(verb->word, SLICE("AUTH"));
    push_command(pop3, response);
}

static void take_client(struct pop3 *pop3, struct slice bytes)
{
    struct slice line;
    bool cut = false;
    while (line_next(&pop3->client_lines, &bytes, &line, &cut) == LINE_READY) {
        if (cut) pop3->session->owner->counters->limit_line_max_bytes++;
        take_command_line(pop3, line);
    }
}

/* ---- the server's side ---- */

static void begin_mail(struct pop3 *pop3, enum mail_via via)
{
    pop3->mail = session_begin_mail(pop3->session);
    pop3->mail->via = via;
    dotted_start(&pop3->dotted, false);
    pop3->phase = POP3_CONTENT;
}

static void emit_mail(struct pop3 *pop3)
{
    struct mail *mail = pop3->mail;
    pop3->mail = NULL;
    mail->last_ns = pop3->session->now_ns;
    mail->session.banner = arena_copy(&mail->arena, buffer_slice(&pop3->banner));
    mail->session.user = arena_copy(&mail->arena, buffer_slice(&pop3->user));
    session_emit_mail(pop3->session, mail);
}

static void begin_response(struct pop3 *pop3, enum pop3_response response)
{
    switch (response) {
    case POP3_LIST:
        dotted_start(&pop3->dotted, false);
        pop3->phase = POP3_SKIPPING;
        break;
    case POP3_MAIL: begin_mail(pop3, MAIL_VIA_RETR); break;
    case POP3_MAIL_TOP: begin_mail(pop3, MAIL_VIA_TOP); break;
    case POP3_TLS: pop3->phase = POP3_ENCRYPTED; break;
    case POP3_GUESS: pop3->phase = POP3_UNSURE; break;
    default: break;
    }
}

/* A status line while commands and responses go in step. */
static void take_response(struct pop3 *pop3, bool ok)
{
    enum pop3_response response = POP3_GUESS;
    if (!fifo_is_empty(&pop3->pending)) {
        response = *(enum pop3_response *)fifo_front(&pop3->pending);
        fifo_pop(&pop3->pending);
    }
    if (!pop3->in_step) response = POP3_GUESS;
    pop3->in_auth = false;
    if (ok) begin_response(pop3, response);
}

static void take_status_line(struct pop3 *pop3, struct slice line)
{
    bool ok = slice_starts(line, SLICE("+OK"));
    if (!ok && !slice_starts(line, SLICE("-ERR"))) return; /* "+ " challenges of AUTH, or noise */
    if (!pop3->greeted) {
        pop3->greeted = true;
        (void)buffer_append(&pop3->banner, slice_trim(slice_skip(line, ok ? 3 : 4)));
        if (pop3->in_step) return;
    }
    take_response(pop3, ok);
}

/* A field name and a colon, as a mail begins (RFC 5322 2.2). */
static bool is_header_field(struct slice line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] > ' ' && line.ptr[len] < 0x7f && line.ptr[len] != ':') len++;
    return len > 0 && len < line.len && line.ptr[len] == ':';
}

/* Decides from the line after "+OK" what an unknown response is. */
static void decide_by_next_line(struct pop3 *pop3, struct slice line)
{
    pop3->phase = POP3_STATUS;
    if (slice_starts(line, SLICE("+OK")) || slice_starts(line, SLICE("-ERR"))) return;
    if (is_header_field(line)) {
        begin_mail(pop3, MAIL_VIA_RETR);
    } else if (line.len > 0) {
        begin_response(pop3, POP3_LIST);
    }
}

/* In step, the command is awaited (a tap may show the response first); else the next line decides. */
static void take_unsure(struct pop3 *pop3, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, pop3->held.max - pop3->held.len);
    (void)buffer_append(&pop3->held, part);
    *bytes = slice_skip(*bytes, part.len);
    bool full = bytes->len > 0;
    if (full) pop3->session->owner->counters->limit_held_max_bytes++;
    struct slice line = buffer_slice(&pop3->held);
    size_t end = slice_index(line, '\n');
    if (!full && (pop3->in_step || end == line.len)) return;
    pop3->in_step = false;
    decide_by_next_line(pop3, slice_head(line, end));
    release_held(pop3);
}

static bool begins_with_status(struct slice bytes)
{
    return slice_starts(bytes, SLICE("+OK")) || slice_starts(bytes, SLICE("-ERR"));
}

/* Takes the commands up to the first RETR that waits for its response; false when none does. */
static bool take_awaited_mail(struct pop3 *pop3)
{
    size_t count = (pop3->pending.items.len - pop3->pending.head) / pop3->pending.item_size, at = 0;
    const enum pop3_response *responses = count > 0 ? fifo_front(&pop3->pending) : NULL;
    while (at < count && responses[at] != POP3_MAIL) at++;
    for (size_t i = 0; at < count && i <= at; i++) fifo_pop(&pop3->pending);
    return at < count;
}

/* The first bytes after a loss outside of a mail: a status line, or the rest of a mail that was asked for and
 * whose beginning was lost. */
static void resume_after_loss(struct pop3 *pop3, struct slice bytes)
{
    uint64_t lost = pop3->lost_bytes;
    pop3->after_gap = false;
    pop3->lost_bytes = 0;
    bool is_status = begins_with_status(bytes);
    if (!is_status && (lost == 0 || !take_awaited_mail(pop3))) return;
    line_reader_resume(&pop3->server_lines);
    if (is_status) return;
    begin_mail(pop3, MAIL_VIA_RETR);
    dotted_gap(&pop3->dotted, &pop3->mail->bytes, false);
    mail_add_gap(pop3->mail, lost, pop3->session->owner->settings->gaps_max);
}

/* A status line; in step and without a command it is held, because the command may come later. */
static void take_status(struct pop3 *pop3, struct slice *bytes)
{
    struct slice line;
    bool cut = false;
    if (pop3->after_gap) resume_after_loss(pop3, *bytes);
    if (pop3->phase != POP3_STATUS) return;
    if (pop3->in_step && pop3->greeted && fifo_is_empty(&pop3->pending)) {
        pop3->phase = POP3_UNSURE;
        return;
    }
    if (line_next(&pop3->server_lines, bytes, &line, &cut) != LINE_READY) return;
    if (cut) pop3->session->owner->counters->limit_line_max_bytes++;
    take_status_line(pop3, line);
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

static void take_content(struct pop3 *pop3, struct slice *bytes)
{
    if (ended_in_hole(pop3, *bytes)) {
        mail_shrink_gap(pop3->mail, END_OF_MAIL_BYTES);
        pop3->phase = POP3_STATUS;
        emit_mail(pop3);
        return;
    }
    if (dotted_read(&pop3->dotted, bytes, &pop3->mail->bytes) != DOTTED_END) return;
    pop3->phase = POP3_STATUS;
    emit_mail(pop3);
}

static void take_server(struct pop3 *pop3, struct slice bytes)
{
    while (bytes.len > 0) {
        switch (pop3->phase) {
        case POP3_STATUS: take_status(pop3, &bytes); break;
        case POP3_UNSURE: take_unsure(pop3, &bytes); break;
        case POP3_SKIPPING:
            if (dotted_read(&pop3->dotted, &bytes, &pop3->list) == DOTTED_END) pop3->phase = POP3_STATUS;
            break;
        case POP3_CONTENT: take_content(pop3, &bytes); break;
        case POP3_ENCRYPTED: return;
        }
    }
}

static bool may_become_status(struct slice bytes)
{
    return !begins_with_status(bytes) &&
           (slice_starts(SLICE("+OK"), bytes) || slice_starts(SLICE("-ERR"), bytes));
}

/* The first bytes after a loss are held until they are a status line, or cannot become one. */
static void take_after_gap(struct pop3 *pop3, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, STATUS_BYTES - pop3->held.len);
    (void)buffer_append(&pop3->held, part);
    *bytes = slice_skip(*bytes, part.len);
    if (!may_become_status(buffer_slice(&pop3->held))) release_held(pop3);
}

/* ---- the protocol's door ---- */

static void *pop3_open(struct session *session)
{
    const struct reassembly_settings *settings = session->owner->settings;
    struct pop3 *pop3 = mem_zalloc(1, sizeof *pop3);
    pop3->session = session;
    pop3->in_step = !session->stream->midstream && !session->gap_before;
    pop3->list = buffer_make(0);
    pop3->held = buffer_make(settings->held_max_bytes);
    pop3->pending = fifo_make(sizeof(enum pop3_response), settings->pipeline_max);
    pop3->banner = pop3->user = buffer_make(FACT_MAX_BYTES);
    line_reader_init(&pop3->client_lines, settings->line_max_bytes);
    line_reader_init(&pop3->server_lines, settings->line_max_bytes);
    return pop3;
}

static enum stream_interest interest_of(const struct pop3 *pop3)
{
    if (pop3->phase != POP3_ENCRYPTED) return STREAM_FOLLOW;
    pop3->session->owner->counters->sessions_encrypted++;
    return STREAM_IGNORE;
}

static enum stream_interest pop3_data(struct session *session, enum direction dir, struct slice bytes)
{
    struct pop3 *pop3 = session->state;
    if (dir == DIR_TO_SERVER) {
        take_client(pop3, bytes);
    } else {
        if (pop3->after_gap) take_after_gap(pop3, &bytes);
        take_server(pop3, bytes);
    }
    return interest_of(pop3);
}

static void server_gap(struct pop3 *pop3, uint64_t len)
{
    if (pop3->after_gap) release_held(pop3);
    if (pop3->phase == POP3_CONTENT) {
        dotted_gap(&pop3->dotted, &pop3->mail->bytes, !fifo_is_empty(&pop3->pending));
        pop3->after_gap = true;
        mail_add_gap(pop3->mail, len, pop3->session->owner->settings->gaps_max);
        return;
    }
    if (pop3->phase != POP3_SKIPPING) pop3->lost_bytes += len;
    pop3->after_gap = true;
    if (pop3->phase != POP3_ENCRYPTED) pop3->phase = POP3_STATUS;
    buffer_free(&pop3->held);
    line_reader_gap(&pop3->server_lines);
}

static enum stream_interest pop3_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct pop3 *pop3 = session->state;
    pop3->in_step = false;
    if (dir == DIR_TO_CLIENT) {
        server_gap(pop3, len);
    } else {
        line_reader_gap(&pop3->client_lines);
        take_server(pop3, slice_make(NULL, 0));
    }
    return interest_of(pop3);
}

static size_t pop3_memory(const struct session *session)
{
    const struct pop3 *pop3 = session->state;
    return pop3->held.cap + (pop3->mail ? pop3->mail->bytes.cap : 0);
}

static void pop3_close(struct session *session)
{
    struct pop3 *pop3 = session->state;
    if (pop3->after_gap) release_held(pop3);
    if (pop3->phase == POP3_UNSURE && pop3->held.len > 0) {
        pop3->in_step = false;
        struct slice line = buffer_slice(&pop3->held);
        decide_by_next_line(pop3, slice_head(line, slice_index(line, '\n')));
        release_held(pop3);
    }
    if (pop3->mail) {
        pop3->mail->damage.truncated = true;
        emit_mail(pop3);
    }
    fifo_free(&pop3->pending);
    buffer_free(&pop3->held);
    buffer_free(&pop3->banner);
    buffer_free(&pop3->user);
    line_reader_free(&pop3->client_lines);
    line_reader_free(&pop3->server_lines);
    free(pop3);
    session->state = NULL;
}

const struct protocol protocol_pop3 = {"pop3",   MAIL_POP3,   pop3_open, pop3_data,
                                       pop3_gap, pop3_memory, pop3_close};
