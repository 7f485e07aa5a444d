/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader of a session and what its states mean to the session; see secure.h.
 */
#include "reassembly/session/secure.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/lines.h"

/* ---- what comes out of TLS ---- */

static void pass_plain(void *context, enum direction dir, struct slice plain)
{
    struct session *session = context;
    if (session->secure->interest == STREAM_IGNORE) return;
    session->secure->interest = session_take_plain(session, dir, plain);
}

static void pass_plain_gap(void *context, enum direction dir, uint64_t len)
{
    struct session *session = context;
    if (session->secure->interest == STREAM_IGNORE) return;
    session->secure->interest = session_gap_plain(session, dir, len);
}

/* Up to the first word behind which credentials may stand. */
static struct slice without_credentials(struct slice bytes)
{
    static const struct slice words[] = {SLICE_INIT("AUTH"), SLICE_INIT("LOGIN"), SLICE_INIT("PASS"),
                                         SLICE_INIT("APOP")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        bytes = slice_head(bytes, slice_find_nocase(bytes, words[i]) + words[i].len);
    return bytes;
}

static void note_stray(void *context, enum direction dir, struct slice bytes)
{
    struct session *session = context;
    if (!session->protocol) return;
    if (dir == DIR_TO_SERVER) bytes = without_credentials(bytes);
    session_note(session, ANOMALY_PLAINTEXT_BEFORE_TLS, bytes);
}

/* ---- beginning ---- */

static struct secure *open_secure(struct session *session, bool is_implicit)
{
    struct assembler *owner = session->owner;
    struct secure *secure = mem_zalloc(1, sizeof *secure);
    struct tls_options options = {
        owner->settings, owner->counters, owner->secrets, {session, pass_plain, pass_plain_gap, note_stray}};
    secure->tls = tls_open(&options);
    secure->rest[0] = secure->rest[1] = buffer_make(owner->settings->tls_held_max_bytes);
    secure->interest = STREAM_FOLLOW;
    secure->is_implicit = is_implicit;
    return secure;
}

void secure_begin(struct session *session)
{
    session->secure = open_secure(session, true);
}

void session_start_tls(struct session *session, struct slice to_server, struct slice to_client)
{
    if (session->secure) return; /* TLS inside of TLS: nobody does that */
    session->secure = open_secure(session, false);
    session->secure->turns = true;
    session_report_of(session)->starttls = true;
    session_add_tls(session, DIR_TO_SERVER, to_server);
    session_add_tls(session, DIR_TO_CLIENT, to_client);
}

bool session_turns_to_tls(const struct session *session)
{
    return session->secure && session->secure->turns;
}

void session_add_tls(struct session *session, enum direction dir, struct slice bytes)
{
    wiped_append(&session->secure->rest[dir], bytes);
}

/* ---- reading ---- */

static enum identity identity_of_alpn(struct slice alpn)
{
    if (slice_equal(alpn, SLICE("imap"))) return IDENTITY_IMAP;
    return slice_equal(alpn, SLICE("pop3")) ? IDENTITY_POP3 : IDENTITY_UNSURE;
}

/* What a connection is that begins with TLS, as far as that can be told from outside. */
static enum identity sealed_identity(const struct session *session)
{
    enum identity identity = identify_tls_port(session->stream->flow.server.port);
    return identity == IDENTITY_UNSURE ? identity_of_alpn(tls_facts(session->secure->tls)->alpn) : identity;
}

/* No more will be learnt of it. */
static enum stream_interest seal(struct session *session)
{
    if (!session->protocol) session_settle_sealed(session, sealed_identity(session));
    if (session->protocol && !session_report_of(session)->is_encrypted) {
        session_report_of(session)->is_encrypted = true;
        session->owner->counters->sessions_encrypted++;
    }
    return STREAM_IGNORE;
}

/* Without keys, a connection that is no mail by port and ALPN need not be looked at further. */
static bool is_of_no_interest(const struct session *session)
{
    const struct tls_facts *facts = tls_facts(session->secure->tls);
    return !session->protocol && !session->owner->secrets && facts->client_hello_seen &&
           sealed_identity(session) == IDENTITY_UNSURE;
}

static enum stream_interest weigh(struct session *session, enum tls_state state)
{
    if (session->secure->interest == STREAM_IGNORE) return STREAM_IGNORE;
    if (state == TLS_READING && !is_of_no_interest(session)) return STREAM_FOLLOW;
    return seal(session);
}

enum stream_interest secure_take(struct session *session, enum direction dir, struct slice bytes)
{
    return weigh(session, tls_take(session->secure->tls, dir, bytes));
}

enum stream_interest secure_gap(struct session *session, enum direction dir, uint64_t len)
{
    return weigh(session, tls_gap(session->secure->tls, dir, len));
}

enum stream_interest secure_take_rest(struct session *session)
{
    static const enum direction order[] = {DIR_TO_SERVER, DIR_TO_CLIENT};
    enum stream_interest interest = STREAM_FOLLOW;
    session->secure->turns = false;
    for (size_t i = 0; i < 2; i++) {
        struct buffer rest = session->secure->rest[order[i]];
        session->secure->rest[order[i]] = buffer_make(0);
        if (rest.len > 0 && interest == STREAM_FOLLOW)
            interest = secure_take(session, order[i], buffer_slice(&rest));
        wiped_free(&rest);
    }
    return interest;
}

void secure_end(struct session *session)
{
    struct secure *secure = session->secure;
    const struct assembler *owner = session->owner;
    bool may_ask = owner->secrets && owner->poll_secrets && !tls_facts(secure->tls)->is_decrypted;
    if (may_ask) owner->poll_secrets(owner->secrets_context);
    tls_end(secure->tls);
    const struct tls_facts *facts = tls_facts(secure->tls);
    if (!facts->is_decrypted) (void)seal(session);
    if (!session->protocol) return;
    struct session_report *report = session_report_of(session);
    report->tls = arena_zalloc(&report->arena, 1, sizeof *report->tls);
    *report->tls = tls_facts_copy(facts, &report->arena);
    if (!facts->client_hello_seen && !facts->server_hello_seen && facts->is_broken) {
        session_note(session, ANOMALY_NOT_TLS, slice_make(NULL, 0));
    } else if (facts->is_broken || facts->alert != 0) {
        session_note(session, ANOMALY_TLS_BROKEN, slice_make(NULL, 0));
    }
    if (facts->is_decrypted) session->owner->counters->sessions_decrypted++;
}

void secure_free(struct session *session)
{
    struct secure *secure = session->secure;
    if (!secure) return;
    tls_free(&secure->tls);
    wiped_free(&secure->rest[0]);
    wiped_free(&secure->rest[1]);
    free(secure);
    session->secure = NULL;
}
