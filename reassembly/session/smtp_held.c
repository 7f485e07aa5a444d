/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Client bytes of which it is not known yet what they are: what follows a DATA or STARTTLS whose reply was
 * not seen, or a loss. They are held until a reply or their own first line tells. Held bytes are read again
 * in place, so that the work stays linear however often they are held anew; they are wiped, because they may
 * be secrets.
 */
#include "base/mem.h"
#include "reassembly/session/smtp.h"

enum { END_OF_DATA_BYTES = 3, DATA_COMMAND_BYTES = 6 };

struct slice smtp_held(const struct smtp *smtp)
{
    return slice_skip(buffer_slice(&smtp->held), smtp->held_at);
}

void smtp_hold(struct smtp *smtp, struct slice *bytes)
{
    if (smtp->held_at > smtp->held.len / 2) {
        buffer_consume(&smtp->held, smtp->held_at);
        smtp->held_at = 0;
    }
    struct slice part = slice_head(*bytes, smtp->held.max - smtp->held.len);
    wiped_append(&smtp->held, part);
    *bytes = slice_skip(*bytes, part.len);
}

void smtp_drop_held(struct smtp *smtp)
{
    wiped_free(&smtp->held);
    smtp->held_at = smtp->held_scanned = 0;
}

bool smtp_is_holding(const struct smtp *smtp)
{
    return smtp->phase == SMTP_UNDECIDED || smtp->phase == SMTP_TLS_ASKED || smtp->phase == SMTP_TLS_BEGINS;
}

/* Reads held bytes up to where they are to be held anew; false: they are used up. */
static bool read_held(struct smtp *smtp)
{
    struct buffer held = smtp->held;
    struct slice rest = smtp_held(smtp);
    smtp->held = buffer_make(held.max);
    smtp->held_at = smtp->held_scanned = 0;
    smtp_take_client(smtp, &rest, true);
    if (rest.len == 0) {
        wiped_free(&held);
        return false;
    }
    smtp->held = held;
    smtp->held_at = held.len - rest.len;
    smtp_decide(smtp, false);
    return !smtp_is_holding(smtp);
}

void smtp_release_held(struct smtp *smtp, size_t drop)
{
    smtp->held_at += drop;
    smtp->lost_bytes = 0;
    if (smtp->releasing) return; /* called from within the loop, which goes on */
    smtp->releasing = true;
    while (read_held(smtp)) continue;
    smtp->releasing = false;
}

void smtp_decide_finally(struct smtp *smtp)
{
    while (smtp_is_holding(smtp) && smtp->phase != SMTP_TLS_BEGINS && smtp_held(smtp).len > 0)
        smtp_decide(smtp, true);
}

/* Offset of the first line that is certainly a command, or held.len. Lines are looked at once. */
static size_t find_sure_command(struct smtp *smtp, struct slice held)
{
    for (;;) {
        struct slice rest = slice_skip(held, smtp->held_scanned);
        size_t end = slice_index(rest, '\n');
        if (end == rest.len) return held.len;
        if (smtp_is_sure_command(slice_trim(slice_head(rest, end)))) return smtp->held_scanned;
        smtp->held_scanned += end + 1;
    }
}

void smtp_resolve(struct smtp *smtp, bool is_content)
{
    if (is_content) {
        smtp_begin_content(smtp);
    } else {
        smtp->phase = SMTP_COMMANDS;
    }
    smtp_release_held(smtp, 0);
}

/* A name and a colon at the start of a line (RFC 5322 2.2). */
static bool is_header_field(struct slice line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] > ' ' && line.ptr[len] < 0x7f && line.ptr[len] != ':') len++;
    return len > 0 && len < line.len && line.ptr[len] == ':';
}

/* The DATA was lost: its mail begins somewhere in the hole or right after it. */
static void begin_content_after_loss(struct smtp *smtp)
{
    uint64_t lost = smtp->lost_bytes > DATA_COMMAND_BYTES ? smtp->lost_bytes - DATA_COMMAND_BYTES : 0;
    smtp->client_lines.bare_lf = false;
    smtp_begin_content(smtp);
    if (lost > 0) mail_add_gap(smtp->mail, lost, smtp->session->owner->settings->gaps_max);
    smtp_release_held(smtp, 0);
}

/* After a loss among commands: a command goes on with the dialogue, a 354 without its DATA says that this is
 * content; when no reply will tell, a header field does. */
static void decide_after_loss(struct smtp *smtp, struct slice line, bool final)
{
    struct slice held = smtp_held(smtp);
    size_t command = find_sure_command(smtp, held);
    bool looks_like_mail = is_header_field(line);
    bool must_guess = final || !smtp->server_seen;
    if (command > 0 && (smtp_take_go_ahead(smtp) || (looks_like_mail && must_guess))) {
        begin_content_after_loss(smtp);
    } else if (command == 0 || final || (command < held.len && !looks_like_mail)) {
        smtp->phase = SMTP_COMMANDS;
        smtp_release_held(smtp, command);
    }
}

/* After STARTTLS without its reply: TLS tells itself. */
static void decide_tls(struct smtp *smtp, struct slice held, bool final)
{
    if (held.len == 0) return;
    smtp->phase = SMTP_COMMANDS;
    if (!final && smtp_looks_like_tls(smtp, held)) {
        smtp->phase = SMTP_TLS_BEGINS;
    } else {
        smtp_release_held(smtp, 0);
    }
}

void smtp_decide(struct smtp *smtp, bool final)
{
    struct slice held = smtp_held(smtp);
    size_t end = slice_index(held, '\n');
    bool reply_will_tell = smtp->in_step && smtp->server_seen && smtp->lost_bytes == 0;
    if (!final && (reply_will_tell || (end == held.len && smtp->phase == SMTP_UNDECIDED))) return;
    struct slice line = slice_trim(slice_head(held, end));
    if (smtp->phase == SMTP_TLS_ASKED) {
        decide_tls(smtp, held, final);
    } else if (smtp->lost_bytes > 0) {
        decide_after_loss(smtp, line, final);
    } else {
        smtp_resolve(smtp, !smtp_is_sure_command(line)); /* after DATA, anything else is the mail */
    }
}

void smtp_take_held(struct smtp *smtp, struct slice *bytes)
{
    smtp_hold(smtp, bytes);
    if (bytes->len > 0) {
        smtp->session->owner->counters->limit_held_max_bytes++;
        smtp_note_limit(smtp, "held_max_bytes");
    }
    smtp_decide(smtp, bytes->len > 0);
}
