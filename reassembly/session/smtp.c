/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP (RFC 5321) as seen from beside: the client's bytes. A DATA that got no 354 carries no mail; what
 * follows a DATA whose reply was not seen, or a loss, is held until a reply or its own first line tells
 * whether it is content. Secrets of AUTH are dropped as they are read.
 */
#include "reassembly/session/smtp.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PORT_LMTP = 24 };
enum { FACT_MAX_BYTES = 1024, END_OF_DATA_BYTES = 3, DATA_COMMAND_BYTES = 6, COMMAND_MAX_BYTES = 512 };

static void take_client(struct smtp *smtp, struct slice bytes);

static void begin_content(struct smtp *smtp)
{
    (void)smtp_present_mail(smtp);
    dotted_start(&smtp->dotted, smtp->client_lines.bare_lf);
    smtp->content_gap = smtp->after_gap = false;
    smtp->phase = SMTP_CONTENT;
}

/* ---- bytes that may be commands or content ---- */

/* Bytes that were held are read again, now that it is known what they are; the first `drop` are passed over.
 */
static void release_held(struct smtp *smtp, size_t drop)
{
    struct buffer held = smtp->held;
    smtp->held = buffer_make(held.max);
    smtp->lost_bytes = 0;
    take_client(smtp, slice_skip(buffer_slice(&held), drop));
    buffer_free(&held);
}

/* Offset of the first line that is certainly a command, or held.len. */
static size_t find_sure_command(struct slice held)
{
    size_t at = 0;
    while (at < held.len) {
        struct slice rest = slice_skip(held, at);
        size_t end = slice_index(rest, '\n');
        if (end < rest.len && smtp_is_sure_command(slice_trim(slice_head(rest, end)))) return at;
        at += end < rest.len ? end + 1 : end;
    }
    return held.len;
}

void smtp_resolve(struct smtp *smtp, bool is_content)
{
    if (is_content) {
        begin_content(smtp);
    } else {
        smtp->phase = SMTP_COMMANDS;
    }
    release_held(smtp, 0);
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
    begin_content(smtp);
    if (lost > 0) mail_add_gap(smtp->mail, lost, smtp->session->owner->settings->gaps_max);
    release_held(smtp, 0);
}

/* After a loss among commands: a command goes on with the dialogue, a 354 without its DATA says that this is
 * content; when no reply will tell, a header field does. */
static void decide_after_loss(struct smtp *smtp, struct slice line, bool final)
{
    size_t command = find_sure_command(buffer_slice(&smtp->held));
    bool looks_like_mail = is_header_field(line);
    bool must_guess = final || !smtp->server_seen;
    if (command > 0 && (smtp_take_go_ahead(smtp) || (looks_like_mail && must_guess))) {
        begin_content_after_loss(smtp);
    } else if (command == 0 || final || (command < smtp->held.len && !looks_like_mail)) {
        smtp->phase = SMTP_COMMANDS;
        release_held(smtp, command);
    }
}

void smtp_decide(struct smtp *smtp, bool final)
{
    struct slice held = buffer_slice(&smtp->held);
    size_t end = slice_index(held, '\n');
    bool reply_will_tell = smtp->in_step && smtp->server_seen && smtp->lost_bytes == 0;
    if (!final && (reply_will_tell || end == held.len)) return;
    struct slice line = slice_trim(slice_head(held, end));
    if (smtp->lost_bytes > 0) {
        decide_after_loss(smtp, line, final);
    } else {
        smtp_resolve(smtp, !smtp_is_sure_command(line)); /* after DATA, anything else is the mail */
    }
}

static void take_undecided(struct smtp *smtp, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, smtp->held.max - smtp->held.len);
    (void)buffer_append(&smtp->held, part);
    *bytes = slice_skip(*bytes, part.len);
    if (bytes->len > 0) smtp->session->owner->counters->limit_held_max_bytes++;
    smtp_decide(smtp, bytes->len > 0);
}

/* ---- bytes that are known ---- */

/* The first line after a loss inside the content, when the server has answered already: a command tells that
 * the end of the mail was in the hole. It is held until it is whole; `final`: no more of it will come. */
static void take_after_gap(struct smtp *smtp, struct slice *bytes, bool final)
{
    size_t room = COMMAND_MAX_BYTES - smtp->held.len;
    struct slice part = slice_head(slice_head(*bytes, slice_index(*bytes, '\n') + 1), room);
    (void)buffer_append(&smtp->held, part);
    *bytes = slice_skip(*bytes, part.len);
    struct slice line = buffer_slice(&smtp->held);
    if (!final && part.len < room && slice_index(line, '\n') == line.len) return;
    smtp->after_gap = false;
    if (smtp_is_sure_command(slice_trim(line))) {
        mail_shrink_gap(smtp->mail, END_OF_DATA_BYTES);
        smtp_finish_mail(smtp, MAIL_VIA_DATA);
    }
    release_held(smtp, 0);
}

static bool awaits_line(const struct smtp *smtp)
{
    return smtp->phase == SMTP_CONTENT && smtp->held.len > 0;
}

static void take_content(struct smtp *smtp, struct slice *bytes)
{
    if (smtp->after_gap && (smtp->held.len > 0 || !fifo_is_empty(&smtp->early))) {
        take_after_gap(smtp, bytes, false);
        return;
    }
    smtp->after_gap = false;
    if (dotted_read(&smtp->dotted, bytes, &smtp->mail->bytes) == DOTTED_END)
        smtp_finish_mail(smtp, MAIL_VIA_DATA);
}

static void take_chunk(struct smtp *smtp, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, smtp->chunk_left);
    (void)buffer_append(&smtp_present_mail(smtp)->bytes, part);
    *bytes = slice_skip(*bytes, part.len);
    smtp->chunk_left -= part.len;
    if (smtp->chunk_left > 0) return;
    smtp->phase = SMTP_COMMANDS;
    if (smtp->chunk_is_last) smtp_finish_mail(smtp, MAIL_VIA_BDAT);
}

/* A TLS handshake record (RFC 8446 5.1) where the reply to STARTTLS may have been missed. Elsewhere it is not
 * believed: anybody could hide the rest of a session by such a byte. */
static bool looks_like_tls(const struct smtp *smtp, struct slice bytes)
{
    enum { TLS_HANDSHAKE = 0x16 };
    bool missed = smtp->last_verb == SMTP_STARTTLS || !smtp->in_step || !smtp->server_seen;
    return missed && bytes.len > 0 && bytes.ptr[0] == TLS_HANDSHAKE;
}

/* One command line, or one line of an AUTH exchange. */
static void take_line(struct smtp *smtp, struct slice *bytes)
{
    struct slice line;
    bool cut = false;
    if (line_reader_at_start(&smtp->client_lines) && looks_like_tls(smtp, *bytes)) {
        smtp->phase = SMTP_ENCRYPTED;
        return;
    }
    if (line_next(&smtp->client_lines, bytes, &line, &cut) != LINE_READY) return;
    if (cut) smtp->session->owner->counters->limit_line_max_bytes++;
    if (smtp->phase == SMTP_SECRET && !smtp_is_sure_command(line)) return;
    smtp->phase = SMTP_COMMANDS;
    smtp_take_command(smtp, line);
}

static void take_client(struct smtp *smtp, struct slice bytes)
{
    while (bytes.len > 0 || (smtp->phase == SMTP_CHUNK && smtp->chunk_left == 0)) {
        switch (smtp->phase) {
        case SMTP_COMMANDS:
        case SMTP_SECRET: take_line(smtp, &bytes); break;
        case SMTP_UNDECIDED: take_undecided(smtp, &bytes); break;
        case SMTP_CONTENT: take_content(smtp, &bytes); break;
        case SMTP_CHUNK: take_chunk(smtp, &bytes); break;
        case SMTP_ENCRYPTED: return;
        }
    }
}

/* ---- losses ---- */

static void content_gap(struct smtp *smtp, uint64_t len)
{
    bool answered = !fifo_is_empty(&smtp->early);
    dotted_gap(&smtp->dotted, &smtp->mail->bytes, answered);
    mail_add_gap(smtp->mail, len, smtp->session->owner->settings->gaps_max);
    smtp->content_gap = smtp->after_gap = true;
}

static void chunk_gap(struct smtp *smtp, uint64_t len)
{
    uint64_t in_chunk = len < smtp->chunk_left ? len : smtp->chunk_left;
    mail_add_gap(smtp_present_mail(smtp), in_chunk, smtp->session->owner->settings->gaps_max);
    smtp->chunk_left -= in_chunk;
    take_client(smtp, slice_make(NULL, 0));
    if (len > in_chunk) smtp->lost_bytes = len - in_chunk;
    if (len > in_chunk) smtp->phase = SMTP_UNDECIDED;
}

static void client_gap(struct smtp *smtp, uint64_t len)
{
    smtp->in_step = false;
    if (smtp->phase == SMTP_UNDECIDED) smtp_decide(smtp, true);
    if (awaits_line(smtp)) take_after_gap(smtp, &(struct slice){0}, true);
    switch (smtp->phase) {
    case SMTP_CONTENT: content_gap(smtp, len); break;
    case SMTP_CHUNK: chunk_gap(smtp, len); break;
    case SMTP_ENCRYPTED: break;
    default:
        line_reader_free(&smtp->client_lines);
        smtp->phase = SMTP_UNDECIDED;
        smtp->lost_bytes = len;
    }
}

static void server_gap(struct smtp *smtp)
{
    smtp->in_step = false;
    line_reader_gap(&smtp->server_lines);
    if (smtp->phase == SMTP_UNDECIDED) smtp_decide(smtp, false);
}

/* ---- the protocol's door ---- */

static void *smtp_open(struct session *session)
{
    const struct reassembly_settings *settings = session->owner->settings;
    struct smtp *smtp = mem_zalloc(1, sizeof *smtp);
    smtp->session = session;
    smtp->is_lmtp = session->stream->flow.server.port == PORT_LMTP;
    smtp->in_step = !session->stream->midstream && !session->gap_before;
    smtp->held = buffer_make(settings->held_max_bytes);
    smtp->pending = fifo_make(sizeof(struct smtp_pending), settings->pipeline_max);
    smtp->early = fifo_make(sizeof(uint16_t), settings->pipeline_max);
    smtp->banner = smtp->helo = smtp->auth_mechanism = buffer_make(FACT_MAX_BYTES);
    line_reader_init(&smtp->client_lines, settings->line_max_bytes);
    line_reader_init(&smtp->server_lines, settings->line_max_bytes);
    return smtp;
}

/* Encrypted sessions carry nothing for us any more. */
static enum stream_interest interest_of(const struct smtp *smtp)
{
    if (smtp->phase != SMTP_ENCRYPTED) return STREAM_FOLLOW;
    smtp->session->owner->counters->sessions_encrypted++;
    return STREAM_IGNORE;
}

static enum stream_interest smtp_data(struct session *session, enum direction dir, struct slice bytes)
{
    struct smtp *smtp = session->state;
    if (dir == DIR_TO_SERVER) {
        take_client(smtp, bytes);
    } else {
        smtp_take_replies(smtp, bytes);
    }
    return interest_of(smtp);
}

static enum stream_interest smtp_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct smtp *smtp = session->state;
    if (dir == DIR_TO_SERVER) {
        client_gap(smtp, len);
    } else {
        server_gap(smtp);
    }
    return interest_of(smtp);
}

/* Content that ends with a dot on a line of its own, but not in the standard form: some servers take that for
 * the end. It is believed when nothing but blank lines or a command follows. */
static bool ends_loosely(struct smtp *smtp)
{
    struct buffer *bytes = &smtp->mail->bytes;
    size_t end = smtp->dotted.loose_end;
    if (end == 0) return false;
    struct slice rest = slice_trim(slice_skip(buffer_slice(bytes), end - 1 + smtp->dotted.loose_skip));
    if (rest.len > 0 && !smtp_is_sure_command(slice_head(rest, slice_index(rest, '\r')))) return false;
    bytes->len = end - 1;
    return true;
}

/* Mails whose reply never came, then the one that was cut off. */
static void hand_out_rest(struct smtp *smtp)
{
    if (smtp->phase == SMTP_UNDECIDED && smtp->held.len > 0) smtp_decide(smtp, true);
    if (awaits_line(smtp)) take_after_gap(smtp, &(struct slice){0}, true);
    if (smtp->phase == SMTP_CONTENT && ends_loosely(smtp)) smtp_finish_mail(smtp, MAIL_VIA_DATA);
    while (!fifo_is_empty(&smtp->pending)) {
        struct smtp_pending pending = *(struct smtp_pending *)fifo_front(&smtp->pending);
        fifo_pop(&smtp->pending);
        if (pending.mail) smtp_emit_waiting(smtp, pending.mail);
    }
    bool unfinished = smtp->mail && (smtp->phase == SMTP_CONTENT || smtp->mail->bytes.len > 0);
    if (!unfinished) return;
    smtp->mail->damage.truncated = true;
    smtp->mail->via = smtp->phase == SMTP_CONTENT ? MAIL_VIA_DATA : MAIL_VIA_BDAT;
    smtp->mail->last_ns = smtp->session->now_ns;
    smtp_emit(smtp, smtp->mail);
    smtp->mail = NULL;
}

static size_t smtp_memory(const struct session *session)
{
    const struct smtp *smtp = session->state;
    return smtp->waiting_bytes + smtp->held.cap + (smtp->mail ? smtp->mail->bytes.cap : 0);
}

static void smtp_close(struct session *session)
{
    struct smtp *smtp = session->state;
    hand_out_rest(smtp);
    mail_free(&smtp->mail);
    fifo_free(&smtp->pending);
    fifo_free(&smtp->early);
    buffer_free(&smtp->held);
    buffer_free(&smtp->banner);
    buffer_free(&smtp->helo);
    buffer_free(&smtp->auth_mechanism);
    line_reader_free(&smtp->client_lines);
    line_reader_free(&smtp->server_lines);
    free(smtp);
    session->state = NULL;
}

const struct protocol protocol_smtp = {"smtp",   MAIL_SMTP,   smtp_open, smtp_data,
                                       smtp_gap, smtp_memory, smtp_close};
