/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The `ecs` format: Elastic Common Schema 8, one JSON document. This file holds the frame (event, observer,
 * flow); see ecs.h for the other sections.
 */
#include "sensor/publish/ecs.h"

#include <stdio.h>

#include "base/utf8.h"

enum { TIME_DIGITS = 9 };

struct slice ecs_text(struct ecs *ecs, struct slice text)
{
    uint64_t max = ecs->context->limits->text_field_max_bytes;
    if (text.len <= max) return text;
    format_limit_reached(ecs->context, PUBLISH_LIMIT_text_field_max_bytes);
    return utf8_head(text, (size_t)max);
}

void ecs_set_text(struct ecs *ecs, struct json_t *object, const char *key, struct slice text)
{
    document_set_text(object, key, ecs_text(ecs, text));
}

size_t ecs_cut(struct ecs *ecs, size_t count, uint64_t max, enum publish_limit limit)
{
    if (count <= max) return count;
    format_limit_reached(ecs->context, limit);
    return (size_t)max;
}

static void set_list(struct json_t *object, const char *key, const char *const *texts)
{
    struct json_t *array = document_set_array(object, key);
    for (; *texts; texts++) document_add_text(array, slice_from_cstr(*texts));
}

/* ECS allows certain pairs only: threat goes with indicator, email and malware with info. */
static void put_event_category(struct json_t *event, const struct record *record)
{
    static const char *const mail[] = {"email", NULL}, *const malware[] = {"email", "malware", NULL},
                             *const threat[] = {"email", "threat", NULL}, *const info[] = {"info", NULL},
                             *const indicator[] = {"info", "indicator", NULL};
    static const struct {
        const char *const *category, *const *type;
    } rows[] = {
        [CATEGORY_CLEAN] = {mail, info},      [CATEGORY_SUSPICIOUS] = {threat, indicator},
        [CATEGORY_SPAM] = {mail, info},       [CATEGORY_PHISHING] = {threat, indicator},
        [CATEGORY_MALWARE] = {malware, info}, [CATEGORY_TARGETED] = {threat, indicator},
    };
    set_list(event, "category", rows[record->verdict->category].category);
    set_list(event, "type", rows[record->verdict->category].type);
}

static void put_event(struct ecs *ecs)
{
    const struct record *record = ecs->record;
    struct json_t *event = document_set_object(ecs->root, "event");
    document_set_cstr(event, "id", record->id);
    document_set_cstr(event, "kind", record_kind_event(record->kind));
    document_set_cstr(event, "module", "mailtap");
    document_set_cstr(event, "dataset", record_kind_dataset(record->kind));
    put_event_category(event, record);
    document_set_cstr(event, "action", record->kind == RECORD_ALERT ? "mail-alert" : "mail-seen");
    document_set_uint(event, "severity", format_severity_number(record->verdict->severity));
    document_set_uint(event, "risk_score", record->verdict->score);
    ecs_set_text(ecs, event, "reason", record->verdict->reason);
}

void ecs_put_observer(struct json_t *root, const struct record *record)
{
    struct json_t *observer = document_set_object(root, "observer");
    document_set_cstr(observer, "name", record->observer_name);
    document_set_cstr(observer, "type", "sensor");
    document_set_cstr(observer, "product", "mailtap");
    document_set_cstr(observer, "version", MAILTAP_VERSION);
    const char *ingress = record->interface;
    if (!ingress && record->protocol != MAIL_FILE) ingress = record->source_path;
    if (!ingress) return;
    struct json_t *interface = document_set_object(document_set_object(observer, "ingress"), "interface");
    document_set_cstr(interface, "name", ingress);
}

static void put_endpoint(struct json_t *root, const char *key, const char *ip, uint16_t port,
                         const uint64_t *bytes)
{
    struct json_t *end = document_set_object(root, key);
    document_set_cstr(end, "ip", ip);
    document_set_uint(end, "port", port);
    if (bytes) document_set_uint(end, "bytes", *bytes);
}

static void put_vlan(struct json_t *object, uint16_t id)
{
    char text[8];
    (void)snprintf(text, sizeof text, "%u", (unsigned)id);
    document_set_cstr(document_set_object(object, "vlan"), "id", text);
}

/* ECS counts as source.bytes what the source sent. */
void ecs_put_flow(struct ecs *ecs, const uint64_t *bytes)
{
    const struct record *record = ecs->record;
    const struct flow *flow = record->flow;
    if (record->community_id[0] == '\0') return;
    put_endpoint(ecs->root, "source", record->source_ip, flow->client.port,
                 bytes ? &bytes[DIR_TO_SERVER] : NULL);
    put_endpoint(ecs->root, "destination", record->destination_ip, flow->server.port,
                 bytes ? &bytes[DIR_TO_CLIENT] : NULL);
    struct json_t *network = document_set_object(ecs->root, "network");
    document_set_cstr(network, "transport", "tcp");
    document_set_cstr(network, "protocol", mail_protocol_name(record->protocol));
    if (bytes) document_set_uint(network, "bytes", bytes[DIR_TO_SERVER] + bytes[DIR_TO_CLIENT]);
    document_set_cstr(network, "type", flow->family == FAMILY_IPV4 ? "ipv4" : "ipv6");
    document_set_cstr(network, "community_id", record->community_id);
    if (flow->vlan_count > 0) put_vlan(network, flow->vlan_ids[0]);
    if (flow->vlan_count > 1) put_vlan(document_set_object(network, "inner"), flow->vlan_ids[1]);
}

struct ecs ecs_begin(const struct record *record, struct format_context *context)
{
    char text[RECORD_TIME_SIZE];
    struct ecs ecs = {.root = document_new(), .record = record, .context = context};
    memset(context->reached, 0, sizeof context->reached);
    record_format_time(record->time_s, record->time_ns, TIME_DIGITS, text);
    document_set_cstr(ecs.root, "@timestamp", text);
    document_set_cstr(document_set_object(ecs.root, "ecs"), "version", ECS_VERSION);
    return ecs;
}

void ecs_put_file(struct ecs *ecs)
{
    if (!ecs->record->source_path) return;
    document_set_cstr(document_set_object(ecs->root, "file"), "path", ecs->record->source_path);
}

void ecs_end(struct ecs *ecs, struct buffer *out)
{
    size_t from = out->len;
    document_write(ecs->root, out);
    ecs->context->seq_at = rendering_find_seq(out, from);
    document_free(&ecs->root);
}

void format_ecs(struct buffer *out, const struct record *record, struct format_context *context)
{
    struct ecs ecs = ecs_begin(record, context);
    put_event(&ecs);
    ecs_put_observer(ecs.root, record);
    ecs_put_flow(&ecs, NULL);
    ecs_put_email(&ecs);
    ecs_put_rule(&ecs);
    ecs_put_related(&ecs);
    ecs_put_file(&ecs);
    ecs_put_mailtap(&ecs);
    ecs_end(&ecs, out);
}
