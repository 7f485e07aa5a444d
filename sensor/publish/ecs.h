/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside of the `ecs` format only: the document being built and the sections it is built of. docs/records.md
 * names the fields, docs/record.schema.json holds them.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_ECS_H
#define MAILTAP_SENSOR_PUBLISH_ECS_H

#include "sensor/publish/document.h"
#include "sensor/publish/format.h"

#define ECS_VERSION "8.11.0"

struct ecs {
    struct json_t *root;
    const struct record *record;
    struct format_context *context;
};

/* A document with @timestamp and ecs.version; ecs_end() writes and releases it. */
struct ecs ecs_begin(const struct record *record, struct format_context *context);
void ecs_end(struct ecs *ecs, struct buffer *out);

/* source.*, destination.* and network.*, with their bytes by enum direction unless NULL; file.path. */
void ecs_put_flow(struct ecs *ecs, const uint64_t *bytes);
void ecs_put_file(struct ecs *ecs);

/* observer.* of any record. */
void ecs_put_observer(struct json_t *root, const struct record *record);

/* email.* with the attachments; mailtap.members, what archives among them hold. */
void ecs_put_email(struct ecs *ecs);
void ecs_put_members(struct ecs *ecs, struct json_t *mailtap);

/* related.*: every address, host, user and hash of the record, each once, in order of appearance. */
void ecs_put_related(struct ecs *ecs);

/* rule.*, threat.*, and the whole of mailtap.*. */
void ecs_put_rule(struct ecs *ecs);
void ecs_put_mailtap(struct ecs *ecs);

/* mailtap.session of a mail; nothing for a mail file. */
void ecs_put_mail_session(struct ecs *ecs, struct json_t *mailtap);

/* What mails and sessions tell alike: anomalies[], auth_result (and returns its name, NULL without
 * authentication), tls.*. */
void ecs_put_anomalies(struct ecs *ecs, struct json_t *session, const struct mail_anomaly *anomalies,
                       size_t count);
const char *ecs_put_auth_result(struct json_t *session, enum auth_result result);
void ecs_put_session_tls(struct ecs *ecs, struct json_t *session, const struct tls_facts *facts);

/* tls.* of ECS. */
void ecs_put_tls(struct ecs *ecs, const struct tls_facts *facts);

/* mailtap.limits: those that cut the mail or this record. */
void ecs_put_limits(struct ecs *ecs, struct json_t *mailtap);

/* A text cut to text_field_max_bytes. */
struct slice ecs_text(struct ecs *ecs, struct slice text);
void ecs_set_text(struct ecs *ecs, struct json_t *object, const char *key, struct slice text);

/* `count` or the limit's `max`, noting that it was reached. */
size_t ecs_cut(struct ecs *ecs, size_t count, uint64_t max, enum publish_limit limit);

#endif
