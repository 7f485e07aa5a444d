/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a session's report gathers while the session goes on: anomalies, commands and replies by number,
 * authentication. See protocol.h.
 */
#include "reassembly/session/protocol.h"
#include "reassembly/session/servers.h"

static const struct slice cleartext_mechanisms[] = {
    SLICE_INIT("PLAIN"),   SLICE_INIT("LOGIN"),       SLICE_INIT("USER"),
    SLICE_INIT("XOAUTH2"), SLICE_INIT("OAUTHBEARER"),
};

static struct slice cut(struct session *session, struct slice text)
{
    size_t max = session->owner->settings->anomaly_evidence_max_bytes;
    if (text.len > max) session->owner->counters->limit_anomaly_evidence_max_bytes++;
    return slice_head(text, max);
}

void session_note(struct session *session, enum anomaly anomaly, struct slice evidence)
{
    struct session_report *report = session_report_of(session);
    for (size_t i = 0; i < report->anomaly_count; i++) {
        if (report->anomalies[i].anomaly != anomaly) continue;
        report->anomalies[i].count++;
        return;
    }
    report->anomalies =
        arena_grow(&report->arena, report->anomalies, report->anomaly_count, sizeof *report->anomalies);
    evidence = cut(session, evidence);
    report->anomalies[report->anomaly_count++] = (struct mail_anomaly){
        anomaly, 1, evidence.len > 0 ? arena_copy(&report->arena, evidence) : slice_make(NULL, 0)};
}

static void count_name(struct session *session, struct session_tally *tally, struct slice name)
{
    const struct reassembly_settings *settings = session->owner->settings;
    name = cut(session, name);
    for (size_t i = 0; i < tally->count; i++) {
        if (!slice_equal(tally->items[i].name, name)) continue;
        tally->items[i].count++;
        return;
    }
    if (tally->count >= settings->tally_max) {
        session->owner->counters->limit_tally_max++;
        return;
    }
    struct arena *arena = &session_report_of(session)->arena;
    tally->items = arena_grow(arena, tally->items, tally->count, sizeof *tally->items);
    tally->items[tally->count++] = (struct session_count){arena_copy(arena, name), 1};
}

void session_count_command(struct session *session, struct slice name)
{
    if (session_is_reported(session)) count_name(session, &session_report_of(session)->commands, name);
}

void session_count_reply(struct session *session, struct slice name)
{
    if (session_is_reported(session)) count_name(session, &session_report_of(session)->replies, name);
}

void session_note_tls_offer(struct session *session, bool offers_tls)
{
    struct assembler *owner = session->owner;
    const struct flow *flow = &session->stream->flow;
    if (offers_tls) {
        bool had_room = servers_remember(&owner->servers, flow, owner->settings->servers_max);
        if (!had_room) owner->counters->limit_servers_max++;
    } else if (servers_know(&owner->servers, flow)) {
        session_note(session, ANOMALY_STARTTLS_STRIPPED, slice_make(NULL, 0));
    }
}

void session_auth_begin(struct session *session, struct slice mechanism)
{
    struct session_report *report = session_report_of(session);
    report->auth_result = AUTH_UNKNOWN;
    report->auth_attempts++;
    if (session_is_secure(session)) return;
    for (size_t i = 0; i < sizeof cleartext_mechanisms / sizeof *cleartext_mechanisms; i++) {
        if (slice_equal_nocase(mechanism, cleartext_mechanisms[i]))
            session_note(session, ANOMALY_CLEARTEXT_CREDENTIALS, mechanism);
    }
}

void session_auth_end(struct session *session, bool succeeded)
{
    struct session_report *report = session_report_of(session);
    report->auth_result = succeeded ? AUTH_SUCCEEDED : AUTH_FAILED;
    if (succeeded) return;
    report->auth_failures++;
    session_note(session, ANOMALY_AUTH_FAILED, slice_make(NULL, 0));
}

void session_compare_size(struct session *session, uint64_t number, uint64_t told, struct slice bytes)
{
    enum { ADDED_MAX_BYTES = 128, SENTENCE_MAX_BYTES = 128 };
    uint64_t lines = 0, sent = bytes.len;
    if (told == 0) return;
    for (struct slice rest = bytes; rest.len > 0; lines++)
        rest = slice_skip(rest, slice_index(rest, '\n') + 1);
    uint64_t apart = told > sent ? told - sent : sent - told;
    if (apart <= lines + ADDED_MAX_BYTES) return;
    struct buffer text = buffer_make(SENTENCE_MAX_BYTES);
    (void)buffer_printf(&text, "%ju: listed %ju, sent %ju", (uintmax_t)number, (uintmax_t)told,
                        (uintmax_t)sent);
    session_note(session, ANOMALY_SIZE_DIFFERS, buffer_slice(&text));
    buffer_free(&text);
}
