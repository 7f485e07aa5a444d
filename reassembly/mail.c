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

/* Room for one element more in an arena array whose capacity is the power of two at or above `count`. */
static void *array_grow(struct arena *arena, void *old, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0) return old;
    void *grown = arena_zalloc(arena, count ? count * 2 : 1, size);
    if (count > 0) memcpy(grown, old, count * size);
    return grown;
}

struct slice *mail_add_rcpt(struct mail *mail)
{
    struct mail_envelope *e = &mail->envelope;
    e->rcpt_to = array_grow(&mail->arena, e->rcpt_to, e->rcpt_count, sizeof *e->rcpt_to);
    return &e->rcpt_to[e->rcpt_count++];
}

struct mail_reply *mail_add_reply(struct mail *mail)
{
    struct mail_session *s = &mail->session;
    s->replies = array_grow(&mail->arena, s->replies, s->reply_count, sizeof *s->replies);
    return &s->replies[s->reply_count++];
}

void mail_add_gap(struct mail *mail, uint64_t len, size_t max_gaps)
{
    struct mail_damage *d = &mail->damage;
    d->missing_bytes += len;
    if (d->gap_count >= max_gaps) return;
    d->gaps = array_grow(&mail->arena, d->gaps, d->gap_count, sizeof *d->gaps);
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
