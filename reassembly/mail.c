/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Construction and release of mails; see mail.h.
 */
#include "reassembly/mail.h"

#include <stdlib.h>

#include "base/mem.h"

struct mail *mail_new(size_t max_bytes)
{
    struct mail *mail = mem_zalloc(1, sizeof *mail);
    mail->bytes = buffer_make(max_bytes);
    return mail;
}

void mail_free(struct mail **mail)
{
    if (!*mail) return;
    buffer_free(&(*mail)->bytes);
    arena_free(&(*mail)->arena);
    free(*mail);
    *mail = NULL;
}

struct slice *mail_add_rcpt(struct mail *mail)
{
    struct mail_envelope *e = &mail->envelope;
    e->rcpt_to = arena_grow(&mail->arena, e->rcpt_to, e->rcpt_count, sizeof *e->rcpt_to);
    return &e->rcpt_to[e->rcpt_count++];
}

struct mail_recipient *mail_add_recipient(struct mail *mail)
{
    struct mail_envelope *e = &mail->envelope;
    e->recipients = arena_grow(&mail->arena, e->recipients, e->recipient_count, sizeof *e->recipients);
    return &e->recipients[e->recipient_count++];
}

struct mail_reply *mail_add_reply(struct mail *mail)
{
    struct mail_session *s = &mail->session;
    s->replies = arena_grow(&mail->arena, s->replies, s->reply_count, sizeof *s->replies);
    return &s->replies[s->reply_count++];
}

void mail_add_gap(struct mail *mail, uint64_t len, size_t max_gaps)
{
    struct mail_damage *d = &mail->damage;
    d->missing_bytes += len;
    if (d->gap_count >= max_gaps) return;
    d->gaps = arena_grow(&mail->arena, d->gaps, d->gap_count, sizeof *d->gaps);
    d->gaps[d->gap_count++] = (struct mail_gap){mail->bytes.len, len};
}

void mail_shrink_gap(struct mail *mail, uint64_t len)
{
    struct mail_damage *d = &mail->damage;
    if (len > d->missing_bytes) len = d->missing_bytes;
    d->missing_bytes -= len;
    if (d->gap_count == 0) return;
    struct mail_gap *last = &d->gaps[d->gap_count - 1];
    last->len -= len < last->len ? len : last->len;
    if (last->len == 0) d->gap_count--;
}

const char *mail_protocol_name(enum mail_protocol protocol)
{
    static const char *const names[] = {"smtp", "lmtp", "pop3", "imap", "file"};
    return names[protocol];
}

const char *mail_via_name(enum mail_via via)
{
    static const char *const names[] = {"DATA", "BDAT", "RETR", "TOP", "FETCH", "APPEND", "file"};
    return names[via];
}

static const struct anomaly_row {
    const char *name, *text;
} anomaly_rows[ANOMALY_COUNT] = {
#define ANOMALY(id, name, text, advice) [ANOMALY_##id] = {name, text},
#include "reassembly/anomalies.def"
#undef ANOMALY
};

const char *anomaly_name(enum anomaly anomaly)
{
    return anomaly_rows[anomaly].name;
}

const char *anomaly_text(enum anomaly anomaly)
{
    return anomaly_rows[anomaly].text;
}

const struct mail_anomaly *mail_find_anomaly(const struct mail *mail, enum anomaly anomaly)
{
    for (size_t i = 0; i < mail->session.anomaly_count; i++) {
        if (mail->session.anomalies[i].anomaly == anomaly) return &mail->session.anomalies[i];
    }
    return NULL;
}
