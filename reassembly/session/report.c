/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Session reports; see report.h. What concerns the connection as a whole (losses, contradictions, a beginning
 * that was not captured) becomes an anomaly at its end.
 */
#include "reassembly/session/report.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/secure.h"

struct session_report *session_report_of(struct session *session)
{
    if (session->report) return session->report;
    struct session_report *report = session->report = mem_zalloc(1, sizeof *report);
    report->flow = session->stream->flow;
    report->protocol = session->protocol->mail_protocol;
    report->first_ns = session->first_ns;
    report->midstream = session->stream->midstream;
    report->source_path = session->owner->source_path;
    if (session->origin.len > 0) report->origin = arena_copy(&report->arena, buffer_slice(&session->origin));
    return report;
}

void session_report_free(struct session_report **report)
{
    if (!*report) return;
    arena_free(&(*report)->arena);
    free(*report);
    *report = NULL;
}

void report_to_mail(const struct session *session, struct mail *mail)
{
    const struct session_report *report = session->report;
    struct mail_session *facts = &mail->session;
    struct arena *arena = &mail->arena;
    if (facts->origin.len == 0 && session->origin.len > 0)
        facts->origin = arena_copy(arena, buffer_slice(&session->origin));
    if (session->secure) {
        facts->tls = arena_zalloc(arena, 1, sizeof *facts->tls);
        *facts->tls = tls_facts_copy(tls_facts(session->secure->tls), arena);
    }
    if (!report) return;
    facts->auth_result = report->auth_result;
    facts->starttls = facts->starttls || report->starttls;
    if (report->anomaly_count == 0) return;
    facts->anomalies = arena_zalloc(arena, report->anomaly_count, sizeof *facts->anomalies);
    facts->anomaly_count = report->anomaly_count;
    for (size_t i = 0; i < report->anomaly_count; i++) {
        facts->anomalies[i] = report->anomalies[i];
        facts->anomalies[i].evidence = arena_copy(arena, report->anomalies[i].evidence);
    }
}

void report_close(struct session *session, enum stream_close reason)
{
    struct assembler *owner = session->owner;
    bool is_wanted = session->protocol && session_is_reported(session);
    if (!is_wanted) session_report_free(&session->report);
    if (!is_wanted) return;
    struct session_report *report = session_report_of(session);
    const struct slice none = slice_make(NULL, 0);
    report->mails = session->mail_count;
    report->mails_incomplete = session->incomplete_count;
    for (size_t dir = 0; dir < 2; dir++) {
        report->bytes[dir] = session->bytes[dir];
        report->missing[dir] = session->missing[dir];
    }
    if (report->missing[0] + report->missing[1] > 0) session_note(session, ANOMALY_BYTES_MISSING, none);
    if (report->midstream) session_note(session, ANOMALY_JOINED_MIDWAY, none);
    if (session->stream->conflicts > 0) session_note(session, ANOMALY_CONTRADICTING_SEGMENTS, none);
    report->close = reason;
    report->last_ns = session->now_ns;
    session->report = NULL;
    owner->session_fn(owner->session_context, report);
}
