/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all formats share of a record: ids, hashes, times; see record.h.
 */
#include "sensor/publish/record.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

enum { NS_PER_S = 1000000000, ID_TAIL_MAX = 8 };

static const struct record_row {
    const char *name, *dataset, *event;
    bool offered;
} record_rows[RECORD_KIND_COUNT] = {
#define RECORD(id, name, dataset, kind, offered) [RECORD_##id] = {name, dataset, kind, offered},
#include "sensor/publish/records.def"
#undef RECORD
};

const char *record_kind_dataset(enum record_kind kind)
{
    return record_rows[kind].dataset;
}

const char *record_kind_event(enum record_kind kind)
{
    return record_rows[kind].event;
}

static enum status parse_record_name(struct slice name, unsigned *records, struct error *error)
{
    bool all = slice_equal(name, SLICE("all"));
    for (unsigned kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const struct record_row *row = &record_rows[kind];
        if (all && row->offered) *records |= RECORD_BIT(kind);
        if (all || !slice_equal(name, slice_from_cstr(row->name))) continue;
        if (!row->offered) {
            return error_set(error, STATUS_UNSUPPORTED, "records \"%s\" are not offered by this version",
                             row->name);
        }
        *records |= RECORD_BIT(kind);
        return STATUS_OK;
    }
    if (all) return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "\"%.*s\" is no kind of record; there are alerts, messages, sessions, stats and all",
                     (int)slice_head(name, 80).len, (const char *)name.ptr);
}

enum status publish_parse_records(struct slice list, unsigned *records, struct error *error)
{
    struct slice name;
    unsigned found = 0;
    if (list.len == 0) return error_set(error, STATUS_USAGE, "the list of records is empty");
    while ((name = slice_next_token(&list, ',')).ptr) {
        enum status status = parse_record_name(slice_trim(name), &found, error);
        if (status) return status;
    }
    *records = found;
    return STATUS_OK;
}

static void put_be(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static void copy_id(const char hex[static DIGEST_SHA256_HEX_SIZE], char id[static EVENT_ID_SIZE])
{
    memcpy(id, hex, EVENT_ID_SIZE - 1);
    id[EVENT_ID_SIZE - 1] = '\0';
}

/* Hash of what tells one connection from all others, and of what tells things of it apart. */
static void digest_flow(const struct flow *flow, uint64_t first_ns, struct slice tail,
                        char hex[static DIGEST_SHA256_HEX_SIZE])
{
    const struct endpoint *ends[] = {&flow->client, &flow->server};
    uint8_t key[1 + 2 * (16 + 2) + 8 + ID_TAIL_MAX], *at = key;
    *at++ = (uint8_t)flow->family;
    for (size_t i = 0; i < 2; i++) {
        memcpy(at, ends[i]->addr, 16);
        put_be(at + 16, ends[i]->port, 2);
        at += 18;
    }
    put_be(at, first_ns, 8);
    memcpy(at + 8, tail.ptr, tail.len);
    digest_sha256_hex(slice_make(key, sizeof key - ID_TAIL_MAX + tail.len), hex);
}

void publish_event_id(const struct mail *mail, char id[static EVENT_ID_SIZE])
{
    char hex[DIGEST_SHA256_HEX_SIZE];
    uint8_t index[4];
    put_be(index, mail->index, sizeof index);
    if (mail->protocol == MAIL_FILE) {
        digest_sha256_hex(buffer_slice(&mail->bytes), hex);
    } else {
        digest_flow(&mail->flow, mail->session.first_ns, slice_make(index, sizeof index), hex);
    }
    copy_id(hex, id);
}

static void set_session_id(struct record *record, uint64_t first_ns)
{
    char hex[DIGEST_SHA256_HEX_SIZE];
    digest_flow(record->flow, first_ns, SLICE("session"), hex);
    copy_id(hex, record->session_id);
}

void record_format_time(int64_t seconds, uint32_t ns, int digits, char out[static RECORD_TIME_SIZE])
{
    struct tm tm;
    time_t when = (time_t)seconds;
    out[0] = '\0';
    if (!gmtime_r(&when, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900) return;
    char fraction[16];
    (void)snprintf(fraction, sizeof fraction, ".%09u", ns % NS_PER_S);
    (void)snprintf(out, RECORD_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%.*sZ", tm.tm_year + 1900,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, digits > 0 ? digits + 1 : 0,
                   fraction);
}

static void set_time(struct record *record)
{
    char text[RECORD_TIME_SIZE] = "";
    const struct message *message = record->message;
    if (record->mail->protocol == MAIL_FILE && message->has_date) {
        record_format_time(message->date_s, 0, 0, text);
    }
    bool from_header = text[0] != '\0';
    record->time_s = from_header ? message->date_s : (int64_t)(record->mail->last_ns / NS_PER_S);
    record->time_ns = from_header ? 0 : (uint32_t)(record->mail->last_ns % NS_PER_S);
}

static void set_addresses(struct record *record)
{
    const struct flow *flow = record->flow;
    if (flow->family == FAMILY_NONE) return;
    int family = flow->family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    (void)inet_ntop(family, flow->client.addr, record->source_ip, sizeof record->source_ip);
    (void)inet_ntop(family, flow->server.addr, record->destination_ip, sizeof record->destination_ip);
    community_id_format(flow, record->community_id);
}

void record_init(struct record *record, const struct mail *mail, const struct judgement *judgement)
{
    *record = (struct record){.mail = mail,
                              .message = judgement->message,
                              .verdict = &judgement->verdict,
                              .flow = &mail->flow,
                              .protocol = mail->protocol,
                              .source_path = mail->source_path};
    set_time(record);
    digest_sha256_hex(buffer_slice(&mail->bytes), record->mail_sha256);
    if (mail->protocol == MAIL_FILE) {
        copy_id(record->mail_sha256, record->id);
    } else {
        publish_event_id(mail, record->id);
    }
    if (mail->protocol == MAIL_FILE) return;
    set_session_id(record, mail->session.first_ns);
    set_addresses(record);
}

void record_init_session(struct record *record, const struct session_report *report)
{
    *record = (struct record){.kind = RECORD_SESSION,
                              .session = report,
                              .flow = &report->flow,
                              .protocol = report->protocol,
                              .source_path = report->source_path,
                              .time_s = (int64_t)(report->last_ns / NS_PER_S),
                              .time_ns = (uint32_t)(report->last_ns % NS_PER_S)};
    set_session_id(record, report->first_ns);
    memcpy(record->id, record->session_id, sizeof record->id);
    set_addresses(record);
}

const char *record_uninspected_reason(const struct session_report *report)
{
    if (!report->is_encrypted) return NULL;
    if (report->tls && report->tls->is_decrypted)
        return "encrypted with TLS, from some point on it could not be read";
    if (report->tls && report->tls->is_broken) return "TLS was begun, what followed could not be read";
    return "encrypted with TLS, its keys are not known";
}
