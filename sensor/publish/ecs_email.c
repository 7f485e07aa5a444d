/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * email.* of the `ecs` format: header fields and attachments. What was found inside archives goes to
 * mailtap.members, so that email.attachments counts what the recipient sees.
 */
#include "sensor/publish/ecs.h"

static void put_addresses(struct ecs *ecs, struct json_t *email, const char *key,
                          const struct mailbox_list *list)
{
    struct json_t *field = document_set_object(email, key);
    struct json_t *array = document_set_array(field, "address");
    size_t count = ecs_cut(ecs, list->count, ecs->context->limits->addresses_per_field_max,
                           PUBLISH_LIMIT_addresses_per_field_max);
    for (size_t i = 0; i < count; i++) {
        if (list->items[i].address.len > 0) document_add_text(array, ecs_text(ecs, list->items[i].address));
    }
    document_prune(field, "address");
    document_prune(email, key);
}

static void put_sender(struct ecs *ecs, struct json_t *email, const struct mailbox_list *list)
{
    if (list->count == 0 || list->items[0].address.len == 0) return;
    ecs_set_text(ecs, document_set_object(email, "sender"), "address", list->items[0].address);
}

/* The members that ECS and mailtap.members have in common. */
static void put_file(struct ecs *ecs, struct json_t *file, const struct file_part *part)
{
    ecs_set_text(ecs, file, "name", part->name);
    ecs_set_text(ecs, file, "extension", part->extension);
    struct slice type = part->detected_type.len > 0 ? part->detected_type : part->declared_type;
    ecs_set_text(ecs, file, "mime_type", type);
    document_set_uint(file, "size", part->size);
    struct json_t *hash = document_set_object(file, "hash");
    document_set_cstr(hash, "md5", part->md5);
    document_set_cstr(hash, "sha1", part->sha1);
    document_set_cstr(hash, "sha256", part->sha256);
    document_prune(file, "hash");
}

static void put_attachments(struct ecs *ecs, struct json_t *email)
{
    const struct message *message = ecs->record->message;
    struct json_t *array = document_set_array(email, "attachments");
    for (size_t i = 0; i < message->file_count; i++) {
        if (message->files[i].depth > 0) continue;
        if (document_count(array) >= ecs->context->limits->attachments_per_record_max) {
            format_limit_reached(ecs->context, PUBLISH_LIMIT_attachments_per_record_max);
            break;
        }
        put_file(ecs, document_set_object(document_add_object(array), "file"), &message->files[i]);
    }
    document_prune(email, "attachments");
}

void ecs_put_members(struct ecs *ecs, struct json_t *mailtap)
{
    const struct message *message = ecs->record->message;
    struct json_t *array = document_set_array(mailtap, "members");
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *part = &message->files[i];
        if (part->depth == 0) continue;
        if (document_count(array) >= ecs->context->limits->attachments_per_record_max) {
            format_limit_reached(ecs->context, PUBLISH_LIMIT_attachments_per_record_max);
            break;
        }
        struct json_t *member = document_add_object(array);
        ecs_set_text(ecs, member, "path", part->path);
        document_set_uint(member, "depth", part->depth);
        document_set_bool(member, "encrypted", part->is_encrypted);
        put_file(ecs, member, part);
    }
    document_prune(mailtap, "members");
}

void ecs_put_email(struct ecs *ecs)
{
    const struct message *message = ecs->record->message;
    struct json_t *email = document_set_object(ecs->root, "email");
    put_addresses(ecs, email, "from", &message->from);
    put_sender(ecs, email, &message->sender);
    put_addresses(ecs, email, "reply_to", &message->reply_to);
    put_addresses(ecs, email, "to", &message->to);
    put_addresses(ecs, email, "cc", &message->cc);
    put_addresses(ecs, email, "bcc", &message->bcc);
    ecs_set_text(ecs, email, "subject", message->subject);
    ecs_set_text(ecs, email, "message_id", message->message_id);
    if (message->has_date) {
        char text[RECORD_TIME_SIZE];
        record_format_time(message->date_s, 0, 0, text);
        document_set_cstr(email, "origination_timestamp", text);
    }
    ecs_set_text(ecs, email, "x_mailer", message->x_mailer);
    put_attachments(ecs, email);
    document_prune(ecs->root, "email");
}
