/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap.session of the `ecs` format's mails: the envelope and what the session had shown up to the mail.
 * And what the records of sessions tell in the same way. Texts are the wire's and go through ecs_text().
 */
#include "sensor/publish/ecs.h"

static const char *const acceptances[] = {
    [MAIL_ACCEPTANCE_UNKNOWN] = "unknown", [MAIL_ACCEPTED] = "accepted", [MAIL_REFUSED] = "refused"};

static void put_replies(struct ecs *ecs, struct json_t *object, const struct mail_session *session)
{
    struct json_t *array = document_set_array(object, "reply_codes");
    for (size_t i = 0; i < session->reply_count; i++) {
        struct json_t *reply = document_add_object(array);
        ecs_set_text(ecs, reply, "command", session->replies[i].command);
        document_set_uint(reply, "code", session->replies[i].code);
        ecs_set_text(ecs, reply, "status", slice_from_cstr(session->replies[i].status.text));
    }
    document_prune(object, "reply_codes");
}

static void put_recipients(struct ecs *ecs, struct json_t *object, const struct mail_envelope *envelope)
{
    struct json_t *array = document_set_array(object, "recipients");
    size_t count = ecs_cut(ecs, envelope->recipient_count, ecs->context->limits->addresses_per_field_max,
                           PUBLISH_LIMIT_addresses_per_field_max);
    for (size_t i = 0; i < count; i++) {
        const struct mail_recipient *recipient = &envelope->recipients[i];
        struct json_t *item = document_add_object(array);
        document_set_any_text(item, "address", ecs_text(ecs, recipient->address));
        document_set_cstr(item, "outcome", acceptances[recipient->outcome]);
        if (recipient->code > 0) document_set_uint(item, "code", recipient->code);
        ecs_set_text(ecs, item, "status", slice_from_cstr(recipient->status.text));
        ecs_set_text(ecs, item, "parameters", recipient->parameters);
    }
    document_prune(object, "recipients");
}

static void put_envelope(struct ecs *ecs, struct json_t *object)
{
    const struct mail_envelope *envelope = &ecs->record->mail->envelope;
    /* An empty sender is a fact (a bounce), unlike one that was not seen. */
    if (envelope->mail_from_seen)
        document_set_any_text(object, "mail_from", ecs_text(ecs, envelope->mail_from));
    ecs_set_text(ecs, object, "mail_from_parameters", envelope->mail_from_parameters);
    struct json_t *array = document_set_array(object, "rcpt_to");
    size_t count = ecs_cut(ecs, envelope->rcpt_count, ecs->context->limits->addresses_per_field_max,
                           PUBLISH_LIMIT_addresses_per_field_max);
    for (size_t i = 0; i < count; i++) document_add_text(array, ecs_text(ecs, envelope->rcpt_to[i]));
    document_prune(object, "rcpt_to");
    put_recipients(ecs, object, envelope);
    if (envelope->rcpt_dropped > 0) document_set_uint(object, "rcpt_dropped", envelope->rcpt_dropped);
}

const char *ecs_put_auth_result(struct json_t *session, enum auth_result result)
{
    static const char *const names[] = {[AUTH_NONE] = NULL,
                                        [AUTH_UNKNOWN] = "unknown",
                                        [AUTH_SUCCEEDED] = "succeeded",
                                        [AUTH_FAILED] = "failed"};
    if (names[result]) document_set_cstr(session, "auth_result", names[result]);
    return names[result];
}

void ecs_put_anomalies(struct ecs *ecs, struct json_t *session, const struct mail_anomaly *anomalies,
                       size_t count)
{
    struct json_t *array = document_set_array(session, "anomalies");
    for (size_t i = 0; i < count; i++) {
        struct json_t *anomaly = document_add_object(array);
        document_set_cstr(anomaly, "name", anomaly_name(anomalies[i].anomaly));
        document_set_uint(anomaly, "count", anomalies[i].count);
        ecs_set_text(ecs, anomaly, "evidence", anomalies[i].evidence);
        document_set_cstr(anomaly, "text", anomaly_text(anomalies[i].anomaly));
    }
    document_prune(session, "anomalies");
}

void ecs_put_mail_session(struct ecs *ecs, struct json_t *mailtap)
{
    static const char *const accepted[] = {
        [MAIL_ACCEPTANCE_UNKNOWN] = "unknown", [MAIL_ACCEPTED] = "true", [MAIL_REFUSED] = "false"};
    const struct mail *mail = ecs->record->mail;
    const struct mail_session *session = &mail->session;
    if (mail->protocol == MAIL_FILE) return;
    struct json_t *object = document_set_object(mailtap, "session");
    document_set_cstr(object, "id", ecs->record->session_id);
    ecs_set_text(ecs, object, "banner", session->banner);
    ecs_set_text(ecs, object, "helo", session->helo);
    ecs_set_text(ecs, object, "origin", session->origin);
    ecs_set_text(ecs, object, "user", session->user);
    ecs_set_text(ecs, object, "auth_mechanism", session->auth_mechanism);
    (void)ecs_put_auth_result(object, session->auth_result);
    document_set_bool(object, "starttls", session->starttls);
    if (session->tls) ecs_put_session_tls(ecs, object, session->tls);
    put_envelope(ecs, object);
    put_replies(ecs, object, session);
    ecs_put_anomalies(ecs, object, session->anomalies, session->anomaly_count);
    document_set_cstr(object, "accepted", accepted[mail->accepted]);
    if (session->sender_rcpts > 0) document_set_uint(object, "sender_rcpts", session->sender_rcpts);
    document_set_uint(object, "bytes", session->bytes);
    bool ordered = session->first_ns > 0 && mail->last_ns >= session->first_ns;
    if (ordered) document_set_uint(object, "duration", mail->last_ns - session->first_ns);
}
