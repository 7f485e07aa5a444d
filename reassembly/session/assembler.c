/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The assembler: keeps the first bytes of a connection until its protocol is known, then passes everything to
 * the protocol; see session.h and protocol.h.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/budget.h"
#include "reassembly/session/preamble.h"
#include "reassembly/session/protocol.h"

struct mail *session_begin_mail(struct session *session)
{
    struct mail *mail = mail_new(session->owner->settings->mail_max_bytes);
    mail->flow = session->stream->flow;
    mail->protocol = session->protocol->mail_protocol;
    mail->first_ns = mail->last_ns = session->now_ns;
    mail->damage.midstream = session->stream->midstream;
    return mail;
}

void session_note_overflow(struct session *session, struct mail *mail)
{
    if (!mail->bytes.overflowed || mail->damage.truncated) return;
    mail->damage.truncated = true;
    session->owner->counters->limit_mail_max_bytes++;
}

void session_emit_mail(struct session *session, struct mail *mail)
{
    struct reassembly_counters *counters = session->owner->counters;
    session_note_overflow(session, mail);
    mail->session.first_ns = session->first_ns;
    mail->session.bytes = session->bytes;
    mail->damage.conflicts = session->stream->conflicts;
    mail->index = session->mail_count++;
    mail->source_path = session->owner->source_path;
    counters->mails++;
    if (!mail_is_complete(mail)) counters->mails_incomplete++;
    session->owner->mail_fn(session->owner->mail_context, mail);
}

static void open_session(void *context, struct stream *stream, uint64_t ts_ns)
{
    struct assembler *owner = context;
    struct session *session = mem_zalloc(1, sizeof *session);
    size_t max = owner->settings->identify_max_bytes;
    *session = (struct session){.owner = owner,
                                .stream = stream,
                                .heads = {buffer_make(max), buffer_make(max)},
                                .first_ns = ts_ns,
                                .now_ns = ts_ns};
    stream->user = session;
}

static void count_identity(struct assembler *owner, enum identity identity)
{
    if (identity == IDENTITY_SMTP) owner->counters->sessions_smtp++;
    if (identity == IDENTITY_POP3) owner->counters->sessions_pop3++;
    if (identity == IDENTITY_IMAP) owner->counters->sessions_imap++;
    if (identity == IDENTITY_NOT_MAIL) owner->counters->sessions_not_mail++;
}

static const struct protocol *protocol_of(enum identity identity)
{
    if (identity == IDENTITY_SMTP) return &protocol_smtp;
    if (identity == IDENTITY_POP3) return &protocol_pop3;
    return identity == IDENTITY_IMAP ? &protocol_imap : NULL;
}

/* Takes off what proxies put before the session, if it is not cut: false when more of it may come. */
static bool take_preambles(struct session *session)
{
    struct buffer *heads = session->heads;
    for (;;) {
        const struct slice slices[] = {buffer_slice(&heads[0]), buffer_slice(&heads[1])};
        size_t lens[2];
        enum preamble_result result = preamble_find(slices, lens);
        if (result != PREAMBLE_WHOLE) return result == PREAMBLE_NONE;
        session->owner->counters->preambles++;
        for (size_t i = 0; i < 2; i++) buffer_consume(&heads[i], lens[i]);
    }
}

/* Asks identify(); once it is sure, starts the protocol and gives it the bytes kept so far. */
static enum stream_interest settle(struct session *session, bool final)
{
    struct buffer *heads = session->heads;
    if (!take_preambles(session) && !final) return STREAM_FOLLOW;
    enum identity identity =
        identify(buffer_slice(&heads[DIR_TO_SERVER]), buffer_slice(&heads[DIR_TO_CLIENT]),
                 session->stream->flow.server.port, session->stream->midstream || session->gap_before, final);
    if (identity == IDENTITY_UNSURE) return STREAM_FOLLOW;
    count_identity(session->owner, identity);
    session->protocol = protocol_of(identity);
    enum stream_interest interest = session->protocol ? STREAM_FOLLOW : STREAM_IGNORE;
    if (session->protocol) session->state = session->protocol->open(session);
    static const enum direction order[] = {DIR_TO_CLIENT, DIR_TO_SERVER};
    for (size_t i = 0; i < 2 && interest == STREAM_FOLLOW; i++) {
        struct slice head = buffer_slice(&heads[order[i]]);
        if (head.len > 0) interest = session->protocol->data(session, order[i], head);
    }
    buffer_free(&heads[0]);
    buffer_free(&heads[1]);
    return interest;
}

/* Bytes of a connection whose protocol is not known yet. What does not fit into the head is passed on behind
 * it. */
static enum stream_interest take_unknown(struct session *session, enum direction dir, struct slice bytes)
{
    struct buffer *head = &session->heads[dir];
    size_t room = head->max - head->len;
    struct slice kept = slice_head(bytes, room);
    (void)buffer_append(head, kept);
    enum stream_interest interest = settle(session, head->len == head->max);
    struct slice rest = slice_skip(bytes, kept.len);
    if (interest == STREAM_IGNORE || !session->protocol || rest.len == 0) return interest;
    return session->protocol->data(session, dir, rest);
}

static enum stream_interest pass_data(void *context, struct stream *stream, enum direction dir,
                                      struct slice bytes, uint64_t ts_ns)
{
    (void)context;
    struct session *session = stream->user;
    session->now_ns = ts_ns;
    session->bytes += bytes.len;
    enum stream_interest interest =
        session->protocol ? session->protocol->data(session, dir, bytes) : take_unknown(session, dir, bytes);
    budget_settle(session);
    return interest;
}

static enum stream_interest pass_gap(void *context, struct stream *stream, enum direction dir, uint64_t len,
                                     uint64_t ts_ns)
{
    (void)context;
    struct session *session = stream->user;
    session->now_ns = ts_ns;
    if (session->protocol) return session->protocol->gap(session, dir, len);
    if (session->heads[dir].len > 0) {
        enum stream_interest interest = settle(session, true);
        return session->protocol ? session->protocol->gap(session, dir, len) : interest;
    }
    session->gap_before = true;
    return STREAM_FOLLOW;
}

static void close_session(void *context, struct stream *stream, enum stream_close reason, uint64_t ts_ns)
{
    (void)context, (void)reason, (void)ts_ns;
    struct session *session = stream->user;
    budget_leave(session);
    if (!session->protocol && session->heads[0].len + session->heads[1].len > 0) (void)settle(session, true);
    if (session->state) session->protocol->close(session);
    buffer_free(&session->heads[0]);
    buffer_free(&session->heads[1]);
    free(session);
    stream->user = NULL;
}

struct stream_sink assembler_sink(struct assembler *assembler)
{
    return (struct stream_sink){assembler, open_session, pass_data, pass_gap, close_session};
}
