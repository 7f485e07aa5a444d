/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rule.*, threat.* and mailtap.* of the `ecs` format: the verdict with its reasons, the damage.
 */
#include "sensor/publish/ecs.h"

#define TECHNIQUE_FRAMEWORK "MITRE ATT&CK"

static void put_threat(struct ecs *ecs)
{
    const struct finding_list *findings = &ecs->record->verdict->findings;
    const char *ids[64];
    size_t count = 0;
    for (size_t i = 0; i < findings->count && count < sizeof ids / sizeof *ids; i++) {
        const char *id = findings->items[i].rule->technique;
        bool known = !id;
        for (size_t k = 0; k < count && !known; k++) known = strcmp(ids[k], id) == 0;
        if (!known) ids[count++] = id;
    }
    if (count == 0) return;
    struct json_t *threat = document_set_object(ecs->root, "threat");
    document_set_cstr(threat, "framework", TECHNIQUE_FRAMEWORK);
    struct json_t *technique = document_set_object(threat, "technique");
    struct json_t *id_array = document_set_array(technique, "id");
    struct json_t *name_array = document_set_array(technique, "name");
    for (size_t i = 0; i < count; i++) {
        const char *name = technique_name(ids[i]);
        document_add_text(id_array, slice_from_cstr(ids[i]));
        document_add_text(name_array, slice_from_cstr(name ? name : ids[i]));
    }
}

void ecs_put_rule(struct ecs *ecs)
{
    const struct finding_list *findings = &ecs->record->verdict->findings;
    if (findings->count == 0) return;
    struct json_t *rule = document_set_object(ecs->root, "rule");
    document_set_cstr(rule, "id", findings->items[0].rule->id);
    document_set_cstr(rule, "name", findings->items[0].rule->title);
    put_threat(ecs);
}

static void put_seed_rows(struct json_t *finding, const char *rows)
{
    struct slice rest = slice_from_cstr(rows), row;
    struct json_t *array = document_set_array(finding, "seed");
    while ((row = slice_next_token(&rest, ' ')).ptr) {
        if (row.len > 0) document_add_text(array, row);
    }
    document_prune(finding, "seed");
}

static void put_findings(struct ecs *ecs, struct json_t *mailtap)
{
    const struct finding_list *findings = &ecs->record->verdict->findings;
    struct json_t *array = document_set_array(mailtap, "findings");
    size_t count = ecs_cut(ecs, findings->count, ecs->context->limits->findings_per_record_max,
                           PUBLISH_LIMIT_findings_per_record_max);
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = &findings->items[i];
        struct json_t *object = document_add_object(array);
        document_set_cstr(object, "id", finding->rule->id);
        document_set_cstr(object, "title", finding->rule->title);
        document_set_cstr(object, "title_ja", finding->rule->title_ja);
        document_set_real(object, "weight", finding->weight);
        ecs_set_text(ecs, object, "evidence", finding->evidence);
        ecs_set_text(ecs, object, "where", finding->where);
        put_seed_rows(object, finding->rule->seed);
        document_set_cstr(object, "technique", finding->rule->technique);
    }
}

static void put_urls(struct ecs *ecs, struct json_t *mailtap)
{
    static const char *const sources[] = {[LINK_TEXT] = "text",     [LINK_HTML] = "html",
                                          [LINK_FORM] = "form",     [LINK_ATTACHMENT] = "attachment",
                                          [LINK_SCRIPT] = "script", [LINK_CODE] = "code"};
    const struct message *message = ecs->record->message;
    size_t count = ecs_cut(ecs, message->link_count, ecs->context->limits->urls_per_record_max,
                           PUBLISH_LIMIT_urls_per_record_max);
    struct json_t *array = document_set_array(mailtap, "urls");
    for (size_t i = 0; i < count; i++) {
        const struct link *link = &message->links[i];
        struct json_t *object = document_add_object(array);
        ecs_set_text(ecs, object, "url", link->url);
        ecs_set_text(ecs, object, "host", link->host);
        ecs_set_text(ecs, object, "domain", link->registrable);
        ecs_set_text(ecs, object, "text", link->text);
        document_set_cstr(object, "source", sources[link->source]);
        ecs_set_text(ecs, object, "where", link->where);
    }
    document_prune(mailtap, "urls");
}

static void put_damage(struct ecs *ecs, struct json_t *mailtap)
{
    const struct mail_damage *damage = &ecs->record->mail->damage;
    struct json_t *object = document_set_object(mailtap, "damage");
    document_set_bool(object, "complete", mail_is_complete(ecs->record->mail));
    document_set_uint(object, "missing_bytes", damage->missing_bytes);
    struct json_t *array = document_set_array(object, "gaps");
    for (size_t i = 0; i < damage->gap_count; i++) {
        struct json_t *gap = document_add_object(array);
        document_set_uint(gap, "offset", damage->gaps[i].offset);
        document_set_uint(gap, "length", damage->gaps[i].len);
    }
    document_set_bool(object, "truncated", damage->truncated);
    document_set_bool(object, "midstream", damage->midstream);
    if (damage->conflicts > 0) document_set_uint(object, "conflicts", damage->conflicts);
    const struct message *message = ecs->record->message;
    struct json_t *files = document_set_array(object, "files");
    for (size_t i = 0; i < message->file_count; i++) {
        if (message->files[i].is_damaged) document_add_text(files, message->files[i].path);
    }
    document_prune(object, "files");
}

void ecs_put_limits(struct ecs *ecs, struct json_t *mailtap)
{
    const struct message *message = ecs->record->message;
    struct json_t *array = document_set_array(mailtap, "limits");
    for (size_t i = 0; message && i < message->limit_count; i++) {
        struct json_t *limit = document_add_object(array);
        document_set_cstr(limit, "key", message->limits[i].key);
        document_set_text(limit, "where", message->limits[i].where);
    }
    for (unsigned i = 0; i < PUBLISH_LIMIT_COUNT; i++) {
        if (!ecs->context->reached[i]) continue;
        document_set_cstr(document_add_object(array), "key", format_limit_key(i));
    }
    document_prune(mailtap, "limits");
}

void ecs_put_mailtap(struct ecs *ecs)
{
    static const char *const readings[] = {
        [MAIL_READING_STANDARD] = "standard", [MAIL_READING_LENIENT] = "lenient"};
    const struct record *record = ecs->record;
    const struct verdict *verdict = record->verdict;
    struct json_t *mailtap = document_set_object(ecs->root, "mailtap");
    document_set_uint(mailtap, "seq", record->seq);
    document_set_cstr(mailtap, "category", category_name(verdict->category));
    document_set_cstr(mailtap, "severity", severity_name(verdict->severity));
    document_set_uint(mailtap, "score", verdict->score);
    ecs_set_text(ecs, mailtap, "reason_ja", verdict->reason_ja);
    ecs_set_text(ecs, mailtap, "advice", verdict->advice);
    ecs_set_text(ecs, mailtap, "advice_ja", verdict->advice_ja);
    put_findings(ecs, mailtap);
    put_urls(ecs, mailtap);
    ecs_put_members(ecs, mailtap);
    struct json_t *mail = document_set_object(mailtap, "mail");
    document_set_cstr(mail, "sha256", record->mail_sha256);
    document_set_uint(mail, "bytes", record->mail->bytes.len);
    document_set_cstr(mail, "via", mail_via_name(record->mail->via));
    document_set_cstr(mail, "reading", readings[record->mail->reading]);
    if (record->mail->partial) document_set_bool(mail, "partial", true);
    ecs_put_mail_session(ecs, mailtap);
    put_damage(ecs, mailtap);
    ecs_put_limits(ecs, mailtap);
}
