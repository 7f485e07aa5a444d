/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A session's record in the format `ecs`: one document when the connection is over. The report is the
 * caller's; its texts are the wire's and go through ecs_text().
 */
#include "sensor/publish/ecs.h"

enum { NS_PER_S = 1000000000, TIME_DIGITS = 9 };

static void set_time(struct json_t *event, const char *key, uint64_t ns)
{
    char text[RECORD_TIME_SIZE];
    record_format_time((int64_t)(ns / NS_PER_S), (uint32_t)(ns % NS_PER_S), TIME_DIGITS, text);
    document_set_cstr(event, key, text);
}

/* ECS ties types to categories: connection and protocol go with network, end with all three. The outcome is
 * that of the authentication, and only there where the category is. */
static void put_event(struct ecs *ecs)
{
    static const char *const outcomes[] = {
        [AUTH_UNKNOWN] = "unknown", [AUTH_SUCCEEDED] = "success", [AUTH_FAILED] = "failure"};
    const struct session_report *report = ecs->record->session;
    bool has_auth = report->auth_result != AUTH_NONE;
    struct json_t *event = document_set_object(ecs->root, "event");
    document_set_cstr(event, "id", ecs->record->id);
    document_set_cstr(event, "kind", record_kind_event(RECORD_SESSION));
    document_set_cstr(event, "module", "mailtap");
    document_set_cstr(event, "dataset", record_kind_dataset(RECORD_SESSION));
    struct json_t *category = document_set_array(event, "category");
    document_add_text(category, SLICE("network"));
    document_add_text(category, SLICE("session"));
    if (has_auth) document_add_text(category, SLICE("authentication"));
    struct json_t *type = document_set_array(event, "type");
    document_add_text(type, SLICE("connection"));
    document_add_text(type, SLICE("end"));
    document_add_text(type, SLICE("protocol"));
    document_set_cstr(event, "action", "session-seen");
    if (has_auth) document_set_cstr(event, "outcome", outcomes[report->auth_result]);
    set_time(event, "start", report->first_ns);
    set_time(event, "end", report->last_ns);
    bool ordered = report->last_ns >= report->first_ns;
    document_set_uint(event, "duration", ordered ? report->last_ns - report->first_ns : 0);
}

static void put_tally(struct ecs *ecs, struct json_t *object, const char *key,
                      const struct session_tally *tally)
{
    struct json_t *array = document_set_array(object, key);
    for (size_t i = 0; i < tally->count; i++) {
        struct json_t *item = document_add_object(array);
        document_set_any_text(item, "name", ecs_text(ecs, tally->items[i].name));
        document_set_uint(item, "count", tally->items[i].count);
    }
    document_prune(object, key);
}

static void put_auth(struct ecs *ecs, struct json_t *object, const struct session_report *report)
{
    ecs_set_text(ecs, object, "user", report->user);
    ecs_set_text(ecs, object, "auth_mechanism", report->auth_mechanism);
    (void)ecs_put_auth_result(object, report->auth_result);
    if (report->auth_attempts > 0) document_set_uint(object, "auth_attempts", report->auth_attempts);
    if (report->auth_failures > 0) document_set_uint(object, "auth_failures", report->auth_failures);
}

static void put_session(struct ecs *ecs, struct json_t *mailtap)
{
    const struct session_report *report = ecs->record->session;
    struct json_t *object = document_set_object(mailtap, "session");
    document_set_cstr(object, "id", ecs->record->session_id);
    ecs_set_text(ecs, object, "banner", report->banner);
    ecs_set_text(ecs, object, "helo", report->helo);
    ecs_set_text(ecs, object, "origin", report->origin);
    put_auth(ecs, object, report);
    document_set_bool(object, "starttls", report->starttls);
    document_set_bool(object, "encrypted", report->is_encrypted);
    document_set_bool(object, "inspected", !report->is_encrypted);
    document_set_cstr(object, "uninspected_reason", record_uninspected_reason(report));
    document_set_bool(object, "compressed", report->is_compressed);
    if (report->tls) ecs_put_session_tls(ecs, object, report->tls);
    put_tally(ecs, object, "commands", &report->commands);
    put_tally(ecs, object, "replies", &report->replies);
    document_set_uint(object, "mails", report->mails);
    document_set_uint(object, "mails_incomplete", report->mails_incomplete);
    ecs_put_anomalies(ecs, object, report->anomalies, report->anomaly_count);
    document_set_bool(object, "midstream", report->midstream);
    document_set_uint(object, "missing_bytes", report->missing[0] + report->missing[1]);
    document_set_cstr(object, "close", stream_close_name(report->close));
}

void format_ecs_session(struct buffer *out, const struct record *record, struct format_context *context)
{
    const struct session_report *report = record->session;
    struct ecs ecs = ecs_begin(record, context);
    put_event(&ecs);
    ecs_put_observer(ecs.root, record);
    ecs_put_flow(&ecs, report->bytes);
    if (report->user.len > 0) ecs_set_text(&ecs, document_set_object(ecs.root, "user"), "name", report->user);
    if (report->tls) ecs_put_tls(&ecs, report->tls);
    ecs_put_related(&ecs);
    ecs_put_file(&ecs);
    struct json_t *mailtap = document_set_object(ecs.root, "mailtap");
    document_set_uint(mailtap, "seq", record->seq);
    put_session(&ecs, mailtap);
    ecs_put_limits(&ecs, mailtap);
    ecs_end(&ecs, out);
}
