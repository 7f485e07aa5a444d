/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The assembler: keeps the first bytes of a connection until its protocol is known, then passes everything to
 * the protocol; see session.h and protocol.h.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/budget.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/preamble.h"
#include "reassembly/session/report.h"
#include "reassembly/session/secure.h"

enum { ORIGIN_MAX_BYTES = 64 };

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

/* The mail tells how many its sender wrote to lately. */
static void count_recipients(struct assembler *owner, struct mail *mail)
{
    const struct senders_settings settings = {owner->settings->senders_max,
                                              owner->settings->sender_window_ms};
    bool forgotten = false;
    if (mail->protocol != MAIL_SMTP) return;
    mail->session.sender_rcpts = senders_count(&owner->senders, mail, &settings, &forgotten);
    if (forgotten) owner->counters->limit_senders_max++;
}

void session_emit_mail(struct session *session, struct mail *mail)
{
    struct reassembly_counters *counters = session->owner->counters;
    session_note_overflow(session, mail);
    mail->session.first_ns = session->first_ns;
    mail->session.bytes = session->bytes[DIR_TO_SERVER] + session->bytes[DIR_TO_CLIENT];
    report_to_mail(session, mail);
    count_recipients(session->owner, mail);
    mail->damage.conflicts = session->stream->conflicts;
    mail->index = session->mail_count++;
    mail->source_path = session->owner->source_path;
    counters->mails++;
    if (!mail_is_complete(mail)) counters->mails_incomplete++;
    if (!mail_is_complete(mail)) session->incomplete_count++;
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
                                .origin = buffer_make(ORIGIN_MAX_BYTES),
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

/* The session is of this protocol. */
static void set_protocol(struct session *session, enum identity identity)
{
    count_identity(session->owner, identity);
    session->protocol = protocol_of(identity);
    if (!session->protocol) return;
    uint16_t port = session->stream->flow.server.port;
    if (!port_is_assigned(port, session->protocol->mail_protocol))
        session_note(session, ANOMALY_ODD_PORT, slice_make(NULL, 0));
}

void session_settle_sealed(struct session *session, enum identity identity)
{
    set_protocol(session, identity == IDENTITY_UNSURE ? IDENTITY_NOT_MAIL : identity);
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
        preamble_origin(slice_head(slices[DIR_TO_SERVER], lens[DIR_TO_SERVER]), &session->origin);
        for (size_t i = 0; i < 2; i++) buffer_consume(&heads[i], lens[i]);
    }
}

/* Gives the bytes kept so far to whoever reads on. */
static enum stream_interest release_heads(struct session *session, enum direction first,
                                          enum stream_interest (*take)(struct session *, enum direction,
                                                                       struct slice))
{
    enum stream_interest interest = STREAM_FOLLOW;
    struct buffer heads[] = {session->heads[0], session->heads[1]};
    const enum direction order[] = {first, first == DIR_TO_SERVER ? DIR_TO_CLIENT : DIR_TO_SERVER};
    for (size_t i = 0; i < 2; i++) session->heads[i] = buffer_make(heads[i].max);
    for (size_t i = 0; i < 2 && interest == STREAM_FOLLOW; i++) {
        if (heads[order[i]].len > 0) interest = take(session, order[i], buffer_slice(&heads[order[i]]));
    }
    wiped_free(&heads[0]);
    wiped_free(&heads[1]);
    return interest;
}

/* A connection that begins with TLS: its client's or its server's first bytes are a handshake's. */
static bool begins_with_tls(const struct session *session)
{
    struct slice client = buffer_slice(&session->heads[DIR_TO_SERVER]),
                 server = buffer_slice(&session->heads[DIR_TO_CLIENT]);
    bool is_tls = client.len > 0 ? tls_may_begin(client) : server.len > 0 && tls_may_begin(server);
    return is_tls && !session->secure;
}

/* Asks identify(); once it is sure, starts the protocol and gives it the bytes kept so far. */
static enum stream_interest settle(struct session *session, bool final)
{
    struct buffer *heads = session->heads;
    if (!take_preambles(session) && !final) return STREAM_FOLLOW;
    if (begins_with_tls(session)) {
        secure_begin(session);
        return release_heads(session, DIR_TO_SERVER, secure_take);
    }
    if (heads[DIR_TO_SERVER].len > 0 && heads[DIR_TO_CLIENT].len == 0) session->client_first = true;
    enum identity identity =
        identify(buffer_slice(&heads[DIR_TO_SERVER]), buffer_slice(&heads[DIR_TO_CLIENT]),
                 session->stream->flow.server.port, session->stream->midstream || session->gap_before, final);
    if (identity == IDENTITY_UNSURE) return STREAM_FOLLOW;
    set_protocol(session, identity);
    if (!session->protocol) {
        wiped_free(&heads[0]);
        wiped_free(&heads[1]);
        return STREAM_IGNORE;
    }
    session->state = session->protocol->open(session);
    return release_heads(session, DIR_TO_CLIENT, session_take_plain);
}

/* Bytes of a connection whose protocol is not known yet. What does not fit into the head is passed on behind
 * it. */
static enum stream_interest take_unknown(struct session *session, enum direction dir, struct slice bytes)
{
    bool was_secure = session->secure != NULL;
    struct buffer *head = &session->heads[dir];
    size_t room = head->max - head->len;
    struct slice kept = slice_head(bytes, room);
    wiped_append(head, kept);
    enum stream_interest interest = settle(session, head->len == head->max);
    struct slice rest = slice_skip(bytes, kept.len);
    if (interest == STREAM_IGNORE || rest.len == 0) return interest;
    if (session->secure && !was_secure && !session_turns_to_tls(session))
        return secure_take(session, dir, rest);
    return session->protocol ? session_take_plain(session, dir, rest) : interest;
}

enum stream_interest session_take_plain(struct session *session, enum direction dir, struct slice bytes)
{
    if (session_turns_to_tls(session)) {
        session_add_tls(session, dir, bytes);
        return STREAM_FOLLOW;
    }
    if (session->protocol) return session->protocol->data(session, dir, bytes);
    return take_unknown(session, dir, bytes);
}

enum stream_interest session_gap_plain(struct session *session, enum direction dir, uint64_t len)
{
    if (session->protocol) {
        enum stream_interest interest = session->protocol->gap(session, dir, len);
        if (!session_turns_to_tls(session)) return interest;
        interest = secure_take_rest(session);
        return interest == STREAM_FOLLOW ? secure_gap(session, dir, len) : interest;
    }
    if (session->heads[dir].len > 0) {
        enum stream_interest interest = settle(session, true);
        return session->protocol ? session->protocol->gap(session, dir, len) : interest;
    }
    session->gap_before = true;
    return STREAM_FOLLOW;
}

/* After an event: reads what lay behind STARTTLS, and brings the account of memory up to date. */
static enum stream_interest settle_event(struct session *session, bool was_secure,
                                         enum stream_interest interest)
{
    if (session->secure && !was_secure && interest == STREAM_FOLLOW) interest = secure_take_rest(session);
    budget_settle(session);
    return session->dropped ? STREAM_IGNORE : interest;
}

static enum stream_interest pass_data(void *context, struct stream *stream, enum direction dir,
                                      struct slice bytes, uint64_t ts_ns)
{
    (void)context;
    struct session *session = stream->user;
    if (session->dropped) return STREAM_IGNORE;
    bool was_secure = session->secure != NULL;
    session->now_ns = ts_ns;
    session->bytes[dir] += bytes.len;
    enum stream_interest interest =
        was_secure ? secure_take(session, dir, bytes) : session_take_plain(session, dir, bytes);
    return settle_event(session, was_secure, interest);
}

static enum stream_interest pass_gap(void *context, struct stream *stream, enum direction dir, uint64_t len,
                                     uint64_t ts_ns)
{
    (void)context;
    struct session *session = stream->user;
    if (session->dropped) return STREAM_IGNORE;
    bool was_secure = session->secure != NULL;
    session->now_ns = ts_ns;
    session->missing[dir] += len;
    enum stream_interest interest =
        was_secure ? secure_gap(session, dir, len) : session_gap_plain(session, dir, len);
    return settle_event(session, was_secure, interest);
}

static void close_session(void *context, struct stream *stream, enum stream_close reason, uint64_t ts_ns)
{
    (void)context, (void)ts_ns;
    struct session *session = stream->user;
    budget_leave(session);
    if (!session->protocol && !session->secure && session->heads[0].len + session->heads[1].len > 0)
        (void)settle(session, true);
    if (session->secure) secure_end(session);
    if (session->state) session->protocol->close(session);
    report_close(session, reason);
    secure_free(session);
    wiped_free(&session->heads[0]);
    wiped_free(&session->heads[1]);
    buffer_free(&session->origin);
    free(session);
    stream->user = NULL;
}

struct stream_sink assembler_sink(struct assembler *assembler)
{
    return (struct stream_sink){assembler, open_session, pass_data, pass_gap, close_session};
}

void assembler_free(struct assembler *assembler)
{
    servers_free(&assembler->servers);
    senders_free(&assembler->senders);
}
