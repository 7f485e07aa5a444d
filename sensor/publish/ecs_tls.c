/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is known of a session's TLS, in two spellings: tls.* of ECS for session records, and
 * mailtap.session.tls, which mails and sessions share and which holds what ECS has no field for. Names and
 * certificates are the wire's and go through ecs_text().
 */
#include <stdio.h>

#include "sensor/publish/ecs.h"

enum { SSL_3_0 = 0x0300, CODE_SIZE = 8 };

/* The name, or the number as "0x1301" when the table does not hold it; nothing for 0. */
static void set_code(struct json_t *object, const char *key, const char *name, uint16_t code)
{
    char hex[CODE_SIZE];
    (void)snprintf(hex, sizeof hex, "0x%04x", (unsigned)code);
    if (code != 0) document_set_cstr(object, key, name ? name : hex);
}

static void set_day(struct json_t *object, const char *key, int64_t seconds)
{
    char time[RECORD_TIME_SIZE];
    record_format_time(seconds, 0, 0, time);
    document_set_cstr(object, key, time);
}

static void put_names(struct ecs *ecs, struct json_t *object, const char *key,
                      const struct tls_certificate *certificate)
{
    struct json_t *array = document_set_array(object, key);
    for (size_t i = 0; i < certificate->name_count; i++)
        document_add_text(array, ecs_text(ecs, certificate->names[i]));
    document_prune(object, key);
}

static void put_certificate(struct ecs *ecs, struct json_t *tls, const struct tls_certificate *certificate)
{
    if (certificate->sha256[0] == '\0') return;
    struct json_t *object = document_set_object(tls, "certificate");
    ecs_set_text(ecs, object, "subject", certificate->subject);
    ecs_set_text(ecs, object, "issuer", certificate->issuer);
    ecs_set_text(ecs, object, "serial", certificate->serial);
    put_names(ecs, object, "names", certificate);
    if (certificate->names_dropped > 0)
        document_set_uint(object, "names_dropped", certificate->names_dropped);
    set_day(object, "not_before", certificate->not_before_s);
    set_day(object, "not_after", certificate->not_after_s);
    document_set_cstr(object, "sha256", certificate->sha256);
    document_set_bool(object, "self_signed", certificate->is_self_signed);
}

void ecs_put_session_tls(struct ecs *ecs, struct json_t *session, const struct tls_facts *facts)
{
    struct json_t *tls = document_set_object(session, "tls");
    set_code(tls, "version", tls_version_name(facts->version), facts->version);
    set_code(tls, "cipher", tls_cipher_name(facts->cipher), facts->cipher);
    ecs_set_text(ecs, tls, "sni", facts->sni);
    ecs_set_text(ecs, tls, "alpn", facts->alpn);
    document_set_cstr(tls, "ja3", facts->ja3);
    document_set_cstr(tls, "ja3s", facts->ja3s);
    document_set_cstr(tls, "ja4", facts->ja4);
    document_set_bool(tls, "established", facts->is_established);
    document_set_bool(tls, "resumed", facts->is_resumed);
    document_set_bool(tls, "decrypted", facts->is_decrypted);
    if (facts->is_broken) document_set_bool(tls, "broken", true);
    if (facts->alert > 0) document_set_uint(tls, "alert", facts->alert - 1U);
    put_certificate(ecs, tls, &facts->certificate);
}

/* ECS: "1.2" and "tls", from "TLS 1.2". */
static void put_version(struct json_t *tls, uint16_t version)
{
    const char *name = tls_version_name(version);
    const char *number = name ? strchr(name, ' ') : NULL;
    if (!number) return;
    document_set_cstr(tls, "version", number + 1);
    document_set_cstr(tls, "version_protocol", version <= SSL_3_0 ? "ssl" : "tls");
}

static void put_client(struct ecs *ecs, struct json_t *tls, const struct tls_facts *facts)
{
    struct json_t *client = document_set_object(tls, "client");
    ecs_set_text(ecs, client, "server_name", facts->sni);
    document_set_cstr(client, "ja3", facts->ja3);
    document_prune(tls, "client");
}

/* Hex digits as ECS wants those of certificates: in upper case. */
static void set_upper(struct json_t *object, const char *key, struct slice hex)
{
    struct buffer upper = buffer_make(hex.len);
    for (size_t i = 0; i < hex.len; i++) {
        bool is_lower = hex.ptr[i] >= 'a' && hex.ptr[i] <= 'z';
        (void)buffer_append_byte(&upper, (uint8_t)(is_lower ? hex.ptr[i] - 'a' + 'A' : hex.ptr[i]));
    }
    document_set_text(object, key, buffer_slice(&upper));
    buffer_free(&upper);
}

static void put_server(struct ecs *ecs, struct json_t *tls, const struct tls_facts *facts)
{
    const struct tls_certificate *certificate = &facts->certificate;
    struct json_t *server = document_set_object(tls, "server");
    document_set_cstr(server, "ja3s", facts->ja3s);
    if (certificate->sha256[0] != '\0') {
        ecs_set_text(ecs, server, "subject", certificate->subject);
        ecs_set_text(ecs, server, "issuer", certificate->issuer);
        set_day(server, "not_before", certificate->not_before_s);
        set_day(server, "not_after", certificate->not_after_s);
        set_upper(document_set_object(server, "hash"), "sha256", slice_from_cstr(certificate->sha256));
        struct json_t *x509 = document_set_object(server, "x509");
        put_names(ecs, x509, "alternative_names", certificate);
        set_upper(x509, "serial_number", ecs_text(ecs, certificate->serial));
        document_prune(server, "x509");
    }
    document_prune(tls, "server");
}

void ecs_put_tls(struct ecs *ecs, const struct tls_facts *facts)
{
    struct json_t *tls = document_set_object(ecs->root, "tls");
    put_version(tls, facts->version);
    set_code(tls, "cipher", tls_cipher_name(facts->cipher), facts->cipher);
    document_set_bool(tls, "established", facts->is_established);
    document_set_bool(tls, "resumed", facts->is_resumed);
    ecs_set_text(ecs, tls, "next_protocol", facts->alpn);
    put_client(ecs, tls, facts);
    put_server(ecs, tls, facts);
}
