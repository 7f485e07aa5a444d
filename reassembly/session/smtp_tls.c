/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * STARTTLS (RFC 3207): that it was offered, asked for, refused or overwritten on the way, and the hand-over
 * to the TLS reader.
 */
#include "reassembly/session/smtp.h"
#include "reassembly/tls/tls.h"

enum { STARTTLS_LEN = 8 };

bool smtp_is_mangled(struct slice text)
{
    if (text.len != STARTTLS_LEN) return false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != 'X') return false;
    }
    return ascii_is_alpha(text.ptr[text.len - 1]);
}

void smtp_note_offer(struct smtp *smtp, uint16_t code, struct slice line, struct slice text)
{
    bool may_be = text.len == STARTTLS_LEN || (text.len > STARTTLS_LEN && text.ptr[STARTTLS_LEN] == ' ');
    struct slice keyword = slice_head(text, STARTTLS_LEN);
    if (code != 250 || !may_be) return;
    if (slice_equal_nocase(keyword, SLICE("STARTTLS"))) smtp->reply.offers_tls = true;
    if (smtp_is_mangled(keyword) && !session_is_secure(smtp->session))
        session_note(smtp->session, ANOMALY_STARTTLS_MANGLED, line);
}

void smtp_apply_hello(struct smtp *smtp, enum smtp_verb verb, const struct smtp_reply *reply)
{
    bool is_whole = smtp->in_step && !reply->is_torn;
    if (verb == SMTP_HELO || reply->code != 250 || !is_whole || session_is_secure(smtp->session)) return;
    smtp->offers_tls = reply->offers_tls;
    session_note_tls_offer(smtp->session, reply->offers_tls);
}

void smtp_command_starttls(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    if (!session_is_secure(smtp->session)) smtp->phase = SMTP_TLS_ASKED;
    smtp_push_verb(smtp, verb);
}

void smtp_apply_starttls(struct smtp *smtp, uint16_t code)
{
    if (session_is_secure(smtp->session)) return;
    if (code >= 400 && smtp->offers_tls)
        session_note(smtp->session, ANOMALY_STARTTLS_REFUSED, slice_make(NULL, 0));
    if (smtp->phase != SMTP_TLS_ASKED) return;
    if (code == 220) {
        smtp->phase = SMTP_TLS_BEGINS;
    } else if (code >= 400) {
        smtp->phase = SMTP_COMMANDS;
        smtp_release_held(smtp, 0);
    } else {
        smtp_decide(smtp, false);
    }
}

bool smtp_looks_like_tls(const struct smtp *smtp, struct slice bytes)
{
    bool missed = !smtp->in_step || !smtp->server_seen;
    return missed && !session_is_secure(smtp->session) && bytes.len > 0 && tls_may_begin(bytes);
}

/* What of the server's bytes was read already: replies for which there is no command any more. */
static void note_injected(struct smtp *smtp)
{
    if (fifo_is_empty(&smtp->early)) return;
    session_note(smtp->session, ANOMALY_PLAINTEXT_BEFORE_TLS, slice_make(NULL, 0));
}

/* The dialogue inside begins with EHLO, in step. */
static void forget(struct smtp *smtp)
{
    smtp_drop_mail(smtp);
    smtp_flush_pending(smtp);
    while (!fifo_is_empty(&smtp->early)) fifo_pop(&smtp->early);
    buffer_clear(&smtp->helo);
    line_reader_free(&smtp->client_lines);
    line_reader_free(&smtp->server_lines);
    line_reader_resume(&smtp->client_lines);
    line_reader_resume(&smtp->server_lines);
    smtp_drop_held(smtp);
    smtp->lost_bytes = 0;
    smtp->reply = (struct smtp_reply){0};
    smtp->phase = SMTP_COMMANDS;
    smtp->hello_seen = smtp->offers_tls = smtp->data_refused = false;
    smtp->starttls = smtp->greeted = smtp->in_step = true;
}

void smtp_start_tls(struct smtp *smtp, enum direction dir, struct slice rest)
{
    if (dir == DIR_TO_SERVER) smtp_hold(smtp, &rest);
    struct slice to_client = dir == DIR_TO_CLIENT ? rest : slice_make(NULL, 0);
    note_injected(smtp);
    session_start_tls(smtp->session, smtp_held(smtp), to_client);
    forget(smtp);
}
