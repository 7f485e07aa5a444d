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

/* A text cut to text_field_max_bytes. */
struct slice ecs_text(struct ecs *ecs, struct slice text);
void ecs_set_text(struct ecs *ecs, struct json_t *object, const char *key, struct slice text);

/* `count` or the limit's `max`, noting that it was reached. */
size_t ecs_cut(struct ecs *ecs, size_t count, uint64_t max, enum publish_limit limit);

#endif
