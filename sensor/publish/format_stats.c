/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statistics in the formats `ecs` (mailtap.stats.<section>.<counter>) and `text` (one line, and a line for
 * each counter that is not 0).
 */
#include <inttypes.h>

#include "sensor/publish/ecs.h"

enum { TIME_DIGITS = 9, NAME_COLUMN = 44 };

static void put_event(struct json_t *root)
{
    struct json_t *event = document_set_object(root, "event");
    document_set_cstr(event, "kind", record_kind_event(RECORD_STATS));
    document_set_cstr(event, "module", "mailtap");
    document_set_cstr(event, "dataset", record_kind_dataset(RECORD_STATS));
    document_add_text(document_set_array(event, "category"), SLICE("network"));
    document_add_text(document_set_array(event, "type"), SLICE("info"));
    document_set_cstr(event, "action", "stats");
}

/* Values of one section stand together. */
static void put_values(struct json_t *stats, const struct publish_stats *values)
{
    struct json_t *section = NULL;
    const char *name = "";
    for (size_t i = 0; i < values->count; i++) {
        const struct publish_value *value = &values->values[i];
        if (strcmp(name, value->section) != 0) section = document_set_object(stats, value->section);
        name = value->section;
        document_set_uint(section, value->name, value->value);
    }
}

void format_ecs_stats(struct buffer *out, const struct record *record, struct format_context *context)
{
    char time[RECORD_TIME_SIZE];
    struct json_t *root = document_new();
    size_t from = out->len;
    record_format_time(record->time_s, record->time_ns, TIME_DIGITS, time);
    document_set_cstr(root, "@timestamp", time);
    document_set_cstr(document_set_object(root, "ecs"), "version", ECS_VERSION);
    put_event(root);
    ecs_put_observer(root, record);
    struct json_t *mailtap = document_set_object(root, "mailtap");
    document_set_uint(mailtap, "seq", record->seq);
    struct json_t *stats = document_set_object(mailtap, "stats");
    document_set_real(stats, "capture_loss", record->stats->capture_loss);
    put_values(stats, record->stats);
    document_write(root, out);
    context->seq_at = rendering_find_seq(out, from);
    document_free(&root);
}

void format_text_stats(struct buffer *out, const struct record *record, struct format_context *context)
{
    char time[RECORD_TIME_SIZE];
    (void)context;
    record_format_time(record->time_s, 0, 0, time);
    (void)buffer_printf(out, "STATS  %.19s UTC  %.3f %% of the payload was not captured", time,
                        100 * record->stats->capture_loss);
    for (size_t i = 0; i < record->stats->count; i++) {
        const struct publish_value *value = &record->stats->values[i];
        if (value->value == 0) continue;
        int width = NAME_COLUMN - (int)strlen(value->section);
        (void)buffer_printf(out, "\n  %s.%-*s %20" PRIu64, value->section, width, value->name, value->value);
    }
}
