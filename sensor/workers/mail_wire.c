/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every field of struct mail, once, for both directions; see mail_wire.h. A field added to reassembly/mail.h
 * or reassembly/tls/facts.h is added here too.
 */
#include "sensor/workers/mail_wire.h"

#include "sensor/workers/wire.h"

enum { U64_BYTES = 8 };

/* An array in the mail: `items` of `count` elements, each described by `each`. */
#define WIRE_ARRAY(w, items, count, each)                                                                    \
    do {                                                                                                     \
        (count) = wire_count(w, count, U64_BYTES);                                                           \
        if (wire_is_reading(w) && (count) > 0) (items) = arena_zalloc((w)->arena, count, sizeof *(items));   \
        for (size_t wire_i_ = 0; wire_i_ < (count); wire_i_++) each(w, &(items)[wire_i_]);                   \
    } while (0)

static void wire_endpoint(struct wire *w, struct endpoint *end)
{
    wire_raw(w, end->addr, sizeof end->addr);
    WIRE_NUMBER(w, end->port);
}

static void wire_flow(struct wire *w, struct flow *flow)
{
    wire_endpoint(w, &flow->client);
    wire_endpoint(w, &flow->server);
    WIRE_VALUE(w, flow->family, FAMILY_IPV6 + 1);
    for (size_t i = 0; i < FLOW_MAX_VLANS; i++) WIRE_NUMBER(w, flow->vlan_ids[i]);
    WIRE_VALUE(w, flow->vlan_count, FLOW_MAX_VLANS + 1);
}

static void wire_gap(struct wire *w, struct mail_gap *gap)
{
    wire_u64(w, &gap->offset);
    wire_u64(w, &gap->len);
}

static void wire_damage(struct wire *w, struct mail_damage *damage)
{
    WIRE_ARRAY(w, damage->gaps, damage->gap_count, wire_gap);
    wire_u64(w, &damage->missing_bytes);
    wire_u64(w, &damage->conflicts);
    WIRE_FLAG(w, damage->truncated);
    WIRE_FLAG(w, damage->midstream);
}

static void wire_reply(struct wire *w, struct mail_reply *reply)
{
    wire_slice(w, &reply->command);
    WIRE_NUMBER(w, reply->code);
    wire_text(w, reply->status.text, sizeof reply->status.text);
}

static void wire_anomaly(struct wire *w, struct mail_anomaly *anomaly)
{
    WIRE_VALUE(w, anomaly->anomaly, ANOMALY_COUNT);
    WIRE_NUMBER(w, anomaly->count);
    wire_slice(w, &anomaly->evidence);
}

static void wire_recipient(struct wire *w, struct mail_recipient *recipient)
{
    wire_slice(w, &recipient->address);
    wire_slice(w, &recipient->parameters);
    WIRE_VALUE(w, recipient->outcome, MAIL_REFUSED + 1);
    WIRE_NUMBER(w, recipient->code);
    wire_text(w, recipient->status.text, sizeof recipient->status.text);
}

static void wire_certificate(struct wire *w, struct tls_certificate *certificate)
{
    wire_slice(w, &certificate->subject);
    wire_slice(w, &certificate->issuer);
    wire_slice(w, &certificate->serial);
    WIRE_VALUE(w, certificate->name_count, TLS_NAMES_MAX + 1);
    for (size_t i = 0; i < certificate->name_count; i++) wire_slice(w, &certificate->names[i]);
    WIRE_NUMBER(w, certificate->names_dropped);
    WIRE_NUMBER(w, certificate->not_before_s);
    WIRE_NUMBER(w, certificate->not_after_s);
    wire_text(w, certificate->sha256, sizeof certificate->sha256);
    WIRE_FLAG(w, certificate->is_self_signed);
}

static void wire_tls(struct wire *w, struct tls_facts *tls)
{
    WIRE_NUMBER(w, tls->version);
    WIRE_NUMBER(w, tls->cipher);
    wire_slice(w, &tls->sni);
    wire_slice(w, &tls->alpn);
    wire_text(w, tls->ja3, sizeof tls->ja3);
    wire_text(w, tls->ja3s, sizeof tls->ja3s);
    wire_text(w, tls->ja4, sizeof tls->ja4);
    wire_certificate(w, &tls->certificate);
    WIRE_FLAG(w, tls->client_hello_seen);
    WIRE_FLAG(w, tls->server_hello_seen);
    WIRE_FLAG(w, tls->is_resumed);
    WIRE_FLAG(w, tls->is_established);
    WIRE_FLAG(w, tls->is_decrypted);
    WIRE_FLAG(w, tls->is_broken);
    WIRE_NUMBER(w, tls->alert);
}

static void wire_session(struct wire *w, struct mail_session *session)
{
    bool has_tls = session->tls != NULL;
    wire_slice(w, &session->banner);
    wire_slice(w, &session->helo);
    wire_slice(w, &session->user);
    wire_slice(w, &session->auth_mechanism);
    WIRE_VALUE(w, session->auth_result, AUTH_FAILED + 1);
    wire_slice(w, &session->origin);
    WIRE_FLAG(w, has_tls);
    if (has_tls && wire_is_reading(w)) session->tls = arena_zalloc(w->arena, 1, sizeof *session->tls);
    if (has_tls) wire_tls(w, session->tls);
    WIRE_ARRAY(w, session->anomalies, session->anomaly_count, wire_anomaly);
    WIRE_ARRAY(w, session->replies, session->reply_count, wire_reply);
    wire_u64(w, &session->first_ns);
    wire_u64(w, &session->bytes);
    WIRE_NUMBER(w, session->sender_rcpts);
    WIRE_FLAG(w, session->starttls);
}

static void wire_envelope(struct wire *w, struct mail_envelope *envelope)
{
    wire_slice(w, &envelope->mail_from);
    wire_slice(w, &envelope->mail_from_parameters);
    WIRE_ARRAY(w, envelope->recipients, envelope->recipient_count, wire_recipient);
    WIRE_ARRAY(w, envelope->rcpt_to, envelope->rcpt_count, wire_slice);
    WIRE_NUMBER(w, envelope->rcpt_dropped);
    WIRE_FLAG(w, envelope->mail_from_seen);
}

static void wire_source_path(struct wire *w, struct mail *mail)
{
    bool has_path = mail->source_path != NULL;
    struct slice path = slice_from_cstr(mail->source_path);
    WIRE_FLAG(w, has_path);
    wire_slice(w, &path);
    if (wire_is_reading(w)) mail->source_path = has_path ? arena_cstr(w->arena, path) : NULL;
}

static void wire_mail(struct wire *w, struct mail *mail)
{
    struct slice bytes = buffer_slice(&mail->bytes);
    wire_flow(w, &mail->flow);
    WIRE_VALUE(w, mail->protocol, MAIL_FILE + 1);
    WIRE_VALUE(w, mail->via, MAIL_VIA_FILE + 1);
    WIRE_VALUE(w, mail->accepted, MAIL_REFUSED + 1);
    WIRE_VALUE(w, mail->reading, MAIL_READING_LENIENT + 1);
    wire_envelope(w, &mail->envelope);
    wire_session(w, &mail->session);
    wire_damage(w, &mail->damage);
    WIRE_FLAG(w, mail->partial);
    WIRE_FLAG(w, mail->bytes.overflowed);
    wire_u64(w, &mail->first_ns);
    wire_u64(w, &mail->last_ns);
    WIRE_NUMBER(w, mail->index);
    wire_source_path(w, mail);
    if (wire_is_reading(w)) w->arena = NULL; /* the bytes go to the mail's buffer */
    wire_slice(w, &bytes);
    if (!wire_is_reading(w)) return;
    mail->bytes.max = bytes.len;
    (void)buffer_append(&mail->bytes, bytes);
}

void mail_wire_write(struct buffer *out, const struct mail *mail)
{
    struct wire w = wire_writer(out);
    struct mail copy = *mail; /* of the pointers: a writer changes nothing they point to */
    wire_mail(&w, &copy);
}

struct mail *mail_wire_read(struct slice bytes)
{
    struct mail *mail = mail_new(0);
    struct wire w = wire_reader(bytes, &mail->arena);
    wire_mail(&w, mail);
    if (w.in.bad || cursor_left(&w.in) > 0) mail_free(&mail);
    return mail;
}
