/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * related.* of the `ecs` format: the values by which an analyst pivots from one record to others. Each value
 * once, in order of appearance; linear by a hash table per field.
 */
#include <arpa/inet.h>

#include "base/siphash.h"
#include "base/table.h"
#include "sensor/publish/ecs.h"

struct related_set {
    struct ecs *ecs;
    struct json_t *array;
    struct table seen; /* struct slice, in the arena */
    struct arena arena;
    struct siphash_key key;
};

static bool same_slice(const void *value, const void *key)
{
    return slice_equal(*(const struct slice *)value, *(const struct slice *)key);
}

static void related_add(struct related_set *set, struct slice value)
{
    value = ecs_text(set->ecs, value);
    if (value.len == 0) return;
    uint64_t hash = siphash(set->key, value);
    if (table_find(&set->seen, hash, &value)) return;
    if (document_count(set->array) >= set->ecs->context->limits->related_per_field_max) {
        format_limit_reached(set->ecs->context, PUBLISH_LIMIT_related_per_field_max);
        return;
    }
    struct slice *kept = arena_zalloc(&set->arena, 1, sizeof *kept);
    *kept = value;
    table_insert(&set->seen, hash, kept);
    document_add_text(set->array, value);
}

static void related_add_cstr(struct related_set *set, const char *text)
{
    related_add(set, slice_from_cstr(text));
}

/* True for an address as related.ip takes it: dotted IPv4 or IPv6. */
static bool is_plain_ip(struct slice host)
{
    char text[RECORD_IP_SIZE];
    uint8_t addr[16];
    if (host.len >= sizeof text) return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET, text, addr) == 1 || inet_pton(AF_INET6, text, addr) == 1;
}

static struct slice without_brackets(struct slice host)
{
    bool bracketed = host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    return bracketed ? slice_make(host.ptr + 1, host.len - 2) : host;
}

static void collect_flow_ips(struct related_set *set)
{
    related_add_cstr(set, set->ecs->record->source_ip);
    related_add_cstr(set, set->ecs->record->destination_ip);
}

static void collect_ips(struct related_set *set)
{
    const struct message *message = set->ecs->record->message;
    collect_flow_ips(set);
    for (size_t i = 0; i < message->link_count; i++) {
        struct slice host = without_brackets(message->links[i].host);
        if (message->links[i].host_is_ip && is_plain_ip(host)) related_add(set, host);
    }
}

static void add_domains(struct related_set *set, const struct mailbox_list *list)
{
    for (size_t i = 0; i < list->count; i++) related_add(set, list->items[i].domain);
}

static void collect_session_hosts(struct related_set *set)
{
    const struct session_report *report = set->ecs->record->session;
    related_add(set, report->helo);
    if (!report->tls) return;
    related_add(set, report->tls->sni);
    const struct tls_certificate *certificate = &report->tls->certificate;
    for (size_t i = 0; i < certificate->name_count; i++) related_add(set, certificate->names[i]);
}

static void collect_hosts(struct related_set *set)
{
    const struct message *message = set->ecs->record->message;
    const struct mail_session *session = &set->ecs->record->mail->session;
    related_add(set, session->helo);
    if (session->tls) related_add(set, session->tls->sni);
    add_domains(set, &message->from);
    add_domains(set, &message->sender);
    add_domains(set, &message->reply_to);
    for (size_t i = 0; i < message->link_count; i++) {
        struct slice host = without_brackets(message->links[i].host);
        if (!message->links[i].host_is_ip || !is_plain_ip(host)) related_add(set, host);
    }
}

static void add_addresses(struct related_set *set, const struct mailbox_list *list)
{
    for (size_t i = 0; i < list->count; i++) related_add(set, list->items[i].address);
}

static void collect_session_users(struct related_set *set)
{
    related_add(set, set->ecs->record->session->user);
}

static void collect_users(struct related_set *set)
{
    const struct message *message = set->ecs->record->message;
    const struct mail_envelope *envelope = &set->ecs->record->mail->envelope;
    add_addresses(set, &message->from);
    add_addresses(set, &message->sender);
    add_addresses(set, &message->reply_to);
    add_addresses(set, &message->to);
    add_addresses(set, &message->cc);
    add_addresses(set, &message->bcc);
    related_add(set, envelope->mail_from);
    for (size_t i = 0; i < envelope->rcpt_count; i++) related_add(set, envelope->rcpt_to[i]);
}

static void collect_session_hashes(struct related_set *set)
{
    const struct tls_facts *tls = set->ecs->record->session->tls;
    if (!tls) return;
    related_add_cstr(set, tls->ja3);
    related_add_cstr(set, tls->ja3s);
    related_add_cstr(set, tls->certificate.sha256);
}

static void collect_hashes(struct related_set *set)
{
    const struct message *message = set->ecs->record->message;
    related_add_cstr(set, set->ecs->record->mail_sha256);
    for (size_t i = 0; i < message->file_count; i++) {
        related_add_cstr(set, message->files[i].sha256);
        related_add_cstr(set, message->files[i].sha1);
        related_add_cstr(set, message->files[i].md5);
    }
}

void ecs_put_related(struct ecs *ecs)
{
    static const struct {
        const char *key;
        void (*collect)(struct related_set *set), (*collect_session)(struct related_set *set);
    } fields[] = {{"ip", collect_ips, collect_flow_ips},
                  {"hosts", collect_hosts, collect_session_hosts},
                  {"user", collect_users, collect_session_users},
                  {"hash", collect_hashes, collect_session_hashes}};
    struct json_t *related = document_set_object(ecs->root, "related");
    struct siphash_key key = siphash_random_key();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct related_set set = {.ecs = ecs, .seen = table_make(same_slice), .key = key};
        set.array = document_set_array(related, fields[i].key);
        (ecs->record->session ? fields[i].collect_session : fields[i].collect)(&set);
        document_prune(related, fields[i].key);
        table_free(&set.seen);
        arena_free(&set.arena);
    }
    document_prune(ecs->root, "related");
}
