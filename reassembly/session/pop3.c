/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * POP3 (RFC 1939) as seen from beside: the protocol's door, losses, and the turn to TLS (RFC 2595). The
 * server's responses carry the mails. The user's name is kept, secrets are dropped as they are read.
 */
#include "reassembly/session/pop3.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FACT_MAX_BYTES = 1024 };

void pop3_note_limit(struct pop3 *pop3)
{
    session_note(pop3->session, ANOMALY_LIMIT_REACHED, slice_make(NULL, 0));
}

/* ---- TLS ---- */

static const struct slice tls_record = SLICE_INIT("\x16\x03");

bool pop3_meets_tls(const struct line_reader *reader, struct slice bytes)
{
    if (line_reader_at_start(reader)) return slice_starts(bytes, tls_record);
    struct slice held = buffer_slice(&reader->partial);
    return !reader->lost && slice_equal(held, slice_head(tls_record, 1)) &&
           slice_starts(bytes, slice_skip(tls_record, 1));
}

/* Nothing of the dialogue before is of use: a new one begins without a greeting. */
static void begin_anew(struct pop3 *pop3)
{
    if (pop3->mail) {
        pop3->mail->damage.truncated = true;
        pop3_end_mail(pop3);
    }
    fifo_free(&pop3->pending);
    buffer_free(&pop3->held);
    line_reader_free(&pop3->client_lines);
    line_reader_free(&pop3->server_lines);
    pop3->client_lines.lost = pop3->server_lines.lost = false;
    pop3->phase = POP3_STATUS;
    pop3->answered = (struct pop3_pending){.verb = POP3_NO_VERB};
    pop3->in_auth = pop3->was_in_auth = pop3->awaits_tls = pop3->after_gap = false;
    pop3->challenges = pop3->lost_bytes = 0;
    pop3->greeted = pop3->in_step = true;
}

void pop3_start_tls(struct pop3 *pop3)
{
    struct buffer client = pop3->tls_client;
    pop3->tls_client = buffer_make(client.max);
    begin_anew(pop3);
    session_start_tls(pop3->session, buffer_slice(&client), slice_make(NULL, 0));
    wiped_free(&client);
}

void pop3_start_tls_at(struct pop3 *pop3, struct line_reader *reader, enum direction dir)
{
    struct slice first = slice_head(tls_record, line_reader_at_start(reader) ? 0 : 1);
    pop3_start_tls(pop3);
    session_add_tls(pop3->session, dir, first);
}

/* ---- the protocol's door ---- */

static void *pop3_open(struct session *session)
{
    const struct reassembly_settings *settings = session->owner->settings;
    struct pop3 *pop3 = mem_zalloc(1, sizeof *pop3);
    pop3->session = session;
    pop3->in_step = !session->stream->midstream && !session->gap_before;
    pop3->answered.verb = POP3_NO_VERB;
    pop3->held = pop3->tls_client = buffer_make(settings->held_max_bytes);
    pop3->pending = fifo_make(sizeof(struct pop3_pending), settings->pipeline_max);
    pop3->messages = buffer_make((size_t)settings->pop3_list_max * sizeof(struct pop3_message));
    pop3->banner = pop3->user = pop3->auth_mechanism = buffer_make(FACT_MAX_BYTES);
    line_reader_init(&pop3->client_lines, settings->line_max_bytes);
    line_reader_init(&pop3->server_lines, settings->line_max_bytes);
    return pop3;
}

static enum stream_interest pop3_data(struct session *session, enum direction dir, struct slice bytes)
{
    struct pop3 *pop3 = session->state;
    if (dir == DIR_TO_SERVER) {
        pop3_take_client(pop3, bytes);
        line_reader_settle(&pop3->client_lines);
    } else {
        if (pop3->after_gap) pop3_take_after_gap(pop3, &bytes);
        pop3_take_server(pop3, bytes);
    }
    return STREAM_FOLLOW;
}

static void server_gap(struct pop3 *pop3, uint64_t len)
{
    if (pop3->after_gap) pop3_release_held(pop3);
    if (pop3->phase == POP3_CONTENT) {
        dotted_gap(&pop3->dotted, &pop3->mail->bytes, !fifo_is_empty(&pop3->pending));
        pop3->after_gap = true;
        mail_add_gap(pop3->mail, len, pop3->session->owner->settings->gaps_max);
        return;
    }
    if (pop3->phase != POP3_LISTING) pop3->lost_bytes += len;
    pop3->after_gap = true;
    pop3->phase = POP3_STATUS;
    buffer_free(&pop3->held);
    line_reader_gap(&pop3->server_lines);
}

static enum stream_interest pop3_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct pop3 *pop3 = session->state;
    pop3->in_step = false;
    pop3->challenges = 0;
    pop3_decide_tls(pop3);
    if (session_turns_to_tls(session)) return STREAM_FOLLOW;
    if (dir == DIR_TO_CLIENT) {
        server_gap(pop3, len);
    } else {
        line_reader_gap(&pop3->client_lines);
        pop3_take_server(pop3, slice_make(NULL, 0));
    }
    return STREAM_FOLLOW;
}

static size_t pop3_memory(const struct session *session)
{
    const struct pop3 *pop3 = session->state;
    return buffer_capacity(&pop3->held) + buffer_capacity(&pop3->tls_client) +
           buffer_capacity(&pop3->messages) + (pop3->mail ? buffer_capacity(&pop3->mail->bytes) : 0);
}

static void complete_report(const struct pop3 *pop3)
{
    struct session_report *report = session_report_of(pop3->session);
    report->banner = arena_copy(&report->arena, buffer_slice(&pop3->banner));
    report->user = arena_copy(&report->arena, buffer_slice(&pop3->user));
    report->auth_mechanism = arena_copy(&report->arena, buffer_slice(&pop3->auth_mechanism));
}

static void end_what_waits(struct pop3 *pop3)
{
    if (pop3->awaits_tls) pop3_refuse_tls(pop3);
    if (pop3->after_gap) pop3_release_held(pop3);
    if (pop3->phase == POP3_UNSURE && pop3->held.len > 0) pop3_decide_held(pop3);
    if (!pop3->mail) return;
    pop3->mail->damage.truncated = true;
    pop3_end_mail(pop3);
}

static void pop3_close(struct session *session)
{
    struct pop3 *pop3 = session->state;
    end_what_waits(pop3);
    if (session_is_reported(session)) complete_report(pop3);
    fifo_free(&pop3->pending);
    buffer_free(&pop3->held);
    wiped_free(&pop3->tls_client);
    buffer_free(&pop3->messages);
    buffer_free(&pop3->banner);
    buffer_free(&pop3->user);
    buffer_free(&pop3->auth_mechanism);
    line_reader_free(&pop3->client_lines);
    line_reader_free(&pop3->server_lines);
    free(pop3);
    session->state = NULL;
}

const struct protocol protocol_pop3 = {"pop3",   MAIL_POP3,   pop3_open, pop3_data,
                                       pop3_gap, pop3_memory, pop3_close};
