/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions in the `text` format: one line, and one below it for each anomaly; and what an alert says of the
 * session that carried its mail.
 */
#include <inttypes.h>

#include "sensor/publish/text.h"

enum { NS_PER_MS = 1000000, MS_PER_S = 1000, EVIDENCE_MAX_BYTES = 200, TITLE_WIDTH = 14 };

/* "TLS 1.3 for mx.example.net" */
static void put_tls(struct text *t, const struct tls_facts *facts)
{
    const char *version = tls_version_name(facts->version);
    text_put(t, version ? version : "TLS");
    if (facts->sni.len == 0) return;
    text_put(t, " for ");
    text_put_foreign(t, facts->sni, ADDRESS_MAX_BYTES);
}

/* "end-of-data (2 times)  what it means: evidence" */
static void put_anomaly(struct text *t, const struct mail_anomaly *anomaly)
{
    text_put_styled(t, SGR_BOLD, anomaly_name(anomaly->anomaly));
    if (anomaly->count > 1) (void)buffer_printf(t->out, " (%" PRIu32 " times)", anomaly->count);
    (void)buffer_printf(t->out, "  %s", anomaly_text(anomaly->anomaly));
    if (anomaly->evidence.len == 0) return;
    text_put(t, ": ");
    text_put_foreign(t, anomaly->evidence, EVIDENCE_MAX_BYTES);
}

void text_put_mail_session(struct text *t)
{
    const struct mail *mail = t->record->mail;
    const struct mail_session *session = &mail->session;
    if (session->tls) {
        text_put_label(t, "TLS");
        put_tls(t, session->tls);
        if (session->tls->is_decrypted) text_put(t, ", decrypted");
    }
    for (size_t i = 0; i < session->anomaly_count; i++) {
        text_put_label(t, i == 0 ? "Session" : "");
        put_anomaly(t, &session->anomalies[i]);
    }
    if (mail->reading == MAIL_READING_STANDARD) return;
    text_put_label(t, "Reading");
    text_put(t, "lenient: in the standard's reading these bytes are part of another mail");
}

static void put_mails(struct text *t, const struct session_report *report)
{
    (void)buffer_printf(t->out, "  %" PRIu64 " mail%s", report->mails, report->mails == 1 ? "" : "s");
    if (report->mails_incomplete > 0)
        (void)buffer_printf(t->out, " (%" PRIu64 " incomplete)", report->mails_incomplete);
}

static void put_amount(struct text *t, const struct session_report *report)
{
    bool ordered = report->last_ns >= report->first_ns;
    uint64_t ms = ordered ? (report->last_ns - report->first_ns) / NS_PER_MS : 0;
    text_put(t, ", ");
    text_put_size(t, report->bytes[DIR_TO_SERVER] + report->bytes[DIR_TO_CLIENT]);
    (void)buffer_printf(t->out, " in %" PRIu64 ".%03" PRIu64 " s", ms / MS_PER_S, ms % MS_PER_S);
    uint64_t missing = report->missing[0] + report->missing[1];
    if (missing > 0) (void)buffer_printf(t->out, ", %" PRIu64 " bytes missing", missing);
}

static void put_auth(struct text *t, const struct session_report *report)
{
    static const char *const results[] = {
        [AUTH_UNKNOWN] = "outcome unknown", [AUTH_SUCCEEDED] = "accepted", [AUTH_FAILED] = "refused"};
    if (report->user.len > 0) {
        text_put(t, ", user ");
        text_put_foreign(t, report->user, ADDRESS_MAX_BYTES);
    }
    if (report->auth_result == AUTH_NONE) return;
    (void)buffer_printf(t->out, ", credentials %s", results[report->auth_result]);
    if (report->auth_failures > 0)
        (void)buffer_printf(t->out, " (%" PRIu64 " failures)", report->auth_failures);
}

/* "2026-11-23 15:17:54 UTC  session         smtp 192.0.2.1:40000 → …:25  2 mails, 4.2 KiB in 1.234 s,
 * TLS 1.3" */
void format_text_session(struct buffer *out, const struct record *record, struct format_context *context)
{
    struct text t = {.out = out, .record = record, .colour = context->colour};
    const struct session_report *report = record->session;
    const char *uninspected = record_uninspected_reason(report);
    text_put_time(&t);
    (void)buffer_printf(out, "  %-*s  ", TITLE_WIDTH, "session");
    text_put_way(&t);
    put_mails(&t, report);
    put_amount(&t, report);
    put_auth(&t, report);
    if (report->tls) {
        text_put(&t, ", ");
        put_tls(&t, report->tls);
    }
    if (uninspected) (void)buffer_printf(out, "; not inspected: %s", uninspected);
    for (size_t i = 0; i < report->anomaly_count; i++) {
        text_put_label(&t, "Anomaly");
        put_anomaly(&t, &report->anomalies[i]);
    }
}
