/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AUTH (RFC 4954): that credentials were sent, and what the server said to them. Neither the initial response
 * on the command's line nor any line of the exchange is kept.
 */
#include "reassembly/session/smtp.h"

static void note_sent(struct smtp *smtp)
{
    if (!smtp->auth_sent) session_auth_begin(smtp->session, buffer_slice(&smtp->auth_mechanism));
    smtp->auth_sent = true;
}

/* Names of mechanisms (RFC 4422 3.1); anything else may be a misplaced secret. */
static bool is_mechanism(struct slice word)
{
    enum { MECHANISM_MAX_BYTES = 20 };
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') return false;
    }
    return word.len > 0 && word.len <= MECHANISM_MAX_BYTES;
}

void smtp_command_auth(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct slice rest = slice_trim(argument), mechanism = slice_next_token(&rest, ' ');
    buffer_clear(&smtp->auth_mechanism);
    if (is_mechanism(mechanism)) (void)buffer_append(&smtp->auth_mechanism, mechanism);
    smtp->auth_seen = true;
    smtp->auth_sent = smtp->auth_cancelled = false;
    smtp->phase = SMTP_SECRET;
    if (slice_trim(rest).len > 0) note_sent(smtp);
    smtp_push_verb(smtp, verb);
}

void smtp_take_secret(struct smtp *smtp, struct slice line)
{
    if (slice_equal(line, SLICE("*"))) {
        smtp->auth_cancelled = true;
    } else {
        note_sent(smtp);
    }
}

/* The lines between AUTH and its reply may have been lost: success tells that there were some. */
void smtp_apply_auth(struct smtp *smtp, uint16_t code)
{
    if (code == 334) return;
    if (smtp->phase == SMTP_SECRET) smtp->phase = SMTP_COMMANDS;
    if (code == 235) note_sent(smtp);
    if (code != 0 && smtp->auth_sent && !smtp->auth_cancelled) session_auth_end(smtp->session, code == 235);
    smtp->auth_sent = false;
}
