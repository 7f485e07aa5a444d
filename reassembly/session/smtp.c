/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP (RFC 5321) as seen from beside: the client's bytes, and the protocol's door. A DATA that got no 354
 * carries no mail. Secrets of AUTH are dropped as they are read.
 */
#include "reassembly/session/smtp.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PORT_LMTP = 24 };
enum { FACT_MAX_BYTES = 1024, END_OF_DATA_BYTES = 3 };

static void take_bytes(struct smtp *smtp, struct slice bytes)
{
    smtp_take_client(smtp, &bytes, false);
}

void smtp_begin_content(struct smtp *smtp)
{
    bool reply_will_tell = smtp->in_step && smtp->server_seen;
    (void)smtp_present_mail(smtp);
    dotted_start(&smtp->dotted, smtp->client_lines.bare_lf && !reply_will_tell);
    smtp_watch_content(smtp);
    smtp->content_gap = smtp->after_gap = false;
    smtp->phase = SMTP_CONTENT;
}

bool smtp_end_loosely(struct smtp *smtp, bool commands_may_follow)
{
    const struct dotted_loose *loose = &smtp->dotted.loose;
    if (!loose->seen) return false;
    struct buffer *bytes = &smtp->mail->bytes;
    struct slice rest = slice_skip(buffer_slice(bytes), loose->next);
    while (rest.len > 0 && (rest.ptr[0] == 0 || ascii_is_space(rest.ptr[0]))) rest = slice_skip(rest, 1);
    if (rest.len > 0 && !commands_may_follow) return false;
    struct slice line = slice_trim(slice_head(rest, slice_index(rest, '\n')));
    if (rest.len > 0 && !smtp_is_sure_command(line)) return false;
    struct buffer commands = buffer_make(rest.len);
    wiped_append(&commands, rest);
    bytes->len = loose->end;
    smtp_finish_mail(smtp, MAIL_VIA_DATA);
    take_bytes(smtp, buffer_slice(&commands));
    wiped_free(&commands);
    return true;
}

/* ---- bytes that are known ---- */

/* The first line after a loss inside the content, when the server has answered already: a command tells that
 * the end of the mail was in the hole. It is held until it is whole; `final`: no more of it will come. */
static void take_after_gap(struct smtp *smtp, struct slice *bytes, bool final)
{
    size_t room = SMTP_COMMAND_MAX_BYTES - smtp->held.len;
    struct slice part = slice_head(slice_head(*bytes, slice_index(*bytes, '\n') + 1), room);
    *bytes = slice_skip(*bytes, part.len);
    size_t part_len = part.len;
    smtp_hold(smtp, &part);
    struct slice line = smtp_held(smtp);
    if (!final && part_len < room && slice_index(line, '\n') == line.len) return;
    smtp->after_gap = false;
    if (smtp_is_sure_command(slice_trim(line))) {
        mail_shrink_gap(smtp->mail, END_OF_DATA_BYTES);
        smtp_finish_mail(smtp, MAIL_VIA_DATA);
    }
    smtp_release_held(smtp, 0);
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
    if (dotted_read(&smtp->dotted, bytes, &smtp->mail->bytes) != DOTTED_END) return;
    dotted_settle(&smtp->dotted, &smtp->mail->bytes);
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

/* One command line, or one line of an AUTH exchange. */
static void take_line(struct smtp *smtp, struct slice *bytes)
{
    struct slice line;
    bool cut = false;
    if (line_reader_at_start(&smtp->client_lines) && smtp_looks_like_tls(smtp, *bytes)) {
        smtp->phase = SMTP_TLS_BEGINS;
        return;
    }
    if (line_next(&smtp->client_lines, bytes, &line, &cut) != LINE_READY) return;
    if (cut) smtp->session->owner->counters->limit_line_max_bytes++;
    if (smtp->phase == SMTP_SECRET && !smtp_is_sure_command(line)) {
        if (cut) session_note(smtp->session, ANOMALY_LINE_TOO_LONG, slice_make(NULL, 0));
        smtp_take_secret(smtp, line);
        return;
    }
    smtp->phase = SMTP_COMMANDS;
    smtp_take_command(smtp, line, smtp->client_lines.bare_lf, cut);
}

void smtp_take_client(struct smtp *smtp, struct slice *bytes, bool again)
{
    while (bytes->len > 0 || (smtp->phase == SMTP_CHUNK && smtp->chunk_left == 0)) {
        if (again && smtp_is_holding(smtp)) return;
        switch (smtp->phase) {
        case SMTP_COMMANDS:
        case SMTP_SECRET: take_line(smtp, bytes); break;
        case SMTP_CONTENT: take_content(smtp, bytes); break;
        case SMTP_CHUNK: take_chunk(smtp, bytes); break;
        case SMTP_UNDECIDED:
        case SMTP_TLS_ASKED: smtp_take_held(smtp, bytes); break;
        case SMTP_TLS_BEGINS: return;
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
    take_bytes(smtp, slice_make(NULL, 0));
    if (len > in_chunk) smtp->lost_bytes = len - in_chunk;
    if (len > in_chunk) smtp->phase = SMTP_UNDECIDED;
}

static void client_gap(struct smtp *smtp, uint64_t len)
{
    smtp->in_step = false;
    smtp_decide_finally(smtp);
    if (awaits_line(smtp)) take_after_gap(smtp, &(struct slice){0}, true);
    switch (smtp->phase) {
    case SMTP_CONTENT: content_gap(smtp, len); break;
    case SMTP_CHUNK: chunk_gap(smtp, len); break;
    case SMTP_TLS_ASKED:
    case SMTP_TLS_BEGINS: break;
    default:
        line_reader_free(&smtp->client_lines);
        smtp->phase = SMTP_UNDECIDED;
        smtp->lost_bytes = len;
    }
}

static void server_gap(struct smtp *smtp)
{
    smtp->in_step = false;
    smtp->reply.is_torn = true;
    line_reader_gap(&smtp->server_lines);
    if (smtp_is_holding(smtp)) smtp_decide(smtp, false);
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
    smtp->early = fifo_make(sizeof(struct smtp_reply), settings->pipeline_max);
    smtp->banner = smtp->helo = smtp->auth_mechanism = buffer_make(FACT_MAX_BYTES);
    smtp->ends = buffer_make(settings->lenient_mails_max * sizeof(struct smtp_end));
    smtp->answered_transaction = UINT32_MAX;
    line_reader_init(&smtp->client_lines, settings->line_max_bytes);
    line_reader_init(&smtp->server_lines, settings->line_max_bytes);
    return smtp;
}

static enum stream_interest smtp_data(struct session *session, enum direction dir, struct slice bytes)
{
    struct smtp *smtp = session->state;
    if (dir == DIR_TO_SERVER) {
        smtp_take_client(smtp, &bytes, false);
    } else {
        smtp_take_replies(smtp, &bytes);
    }
    if (smtp->phase == SMTP_TLS_BEGINS) smtp_start_tls(smtp, dir, bytes);
    line_reader_settle(&smtp->client_lines);
    return STREAM_FOLLOW;
}

static enum stream_interest smtp_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct smtp *smtp = session->state;
    if (dir == DIR_TO_SERVER) {
        client_gap(smtp, len);
    } else {
        server_gap(smtp);
    }
    if (smtp->phase == SMTP_TLS_BEGINS) smtp_start_tls(smtp, dir, slice_make(NULL, 0));
    return STREAM_FOLLOW;
}

/* The mail that was cut off. */
static void hand_out_unfinished(struct smtp *smtp)
{
    struct mail *mail = smtp->mail;
    bool is_content = smtp->phase == SMTP_CONTENT;
    if (!mail || (!is_content && mail->bytes.len == 0)) return;
    if (is_content) dotted_settle(&smtp->dotted, &mail->bytes);
    mail->damage.truncated = true;
    mail->via = is_content ? MAIL_VIA_DATA : MAIL_VIA_BDAT;
    mail->last_ns = smtp->session->now_ns;
    smtp->mail = NULL;
    smtp_emit(smtp, mail, buffer_slice(&smtp->ends));
}

/* Mails whose reply never came, then the one that was cut off. */
static void hand_out_rest(struct smtp *smtp)
{
    smtp_decide_finally(smtp);
    if (awaits_line(smtp)) take_after_gap(smtp, &(struct slice){0}, true);
    if (smtp->phase == SMTP_CONTENT && smtp_end_loosely(smtp, smtp->client_lines.bare_lf))
        smtp_decide_finally(smtp);
    smtp_flush_pending(smtp);
    hand_out_unfinished(smtp);
}

static struct slice copy_fact(struct arena *arena, const struct buffer *fact)
{
    return fact->len > 0 ? arena_copy(arena, buffer_slice(fact)) : slice_make(NULL, 0);
}

/* What the report tells of the session as a whole. */
static void complete_report(const struct smtp *smtp)
{
    struct session_report *report = session_report_of(smtp->session);
    struct arena *arena = &report->arena;
    if (smtp->is_lmtp) report->protocol = MAIL_LMTP;
    report->banner = copy_fact(arena, &smtp->banner);
    report->helo = copy_fact(arena, &smtp->helo);
    report->auth_mechanism = copy_fact(arena, &smtp->auth_mechanism);
    if (smtp->origin && smtp->origin->text.len > 0) report->origin = copy_fact(arena, &smtp->origin->text);
}

static size_t smtp_memory(const struct session *session)
{
    const struct smtp *smtp = session->state;
    return smtp->waiting_bytes + buffer_capacity(&smtp->held) +
           (smtp->mail ? buffer_capacity(&smtp->mail->bytes) : 0) +
           (smtp->aside ? buffer_capacity(&smtp->aside->bytes) : 0);
}

static void smtp_close(struct session *session)
{
    struct smtp *smtp = session->state;
    hand_out_rest(smtp);
    if (session_is_reported(session)) complete_report(smtp);
    smtp_drop_mail(smtp);
    smtp_drop_held(smtp);
    fifo_free(&smtp->pending);
    fifo_free(&smtp->early);
    buffer_free(&smtp->ends);
    buffer_free(&smtp->banner);
    buffer_free(&smtp->helo);
    buffer_free(&smtp->auth_mechanism);
    smtp_origin_free(&smtp->origin);
    line_reader_free(&smtp->client_lines);
    line_reader_free(&smtp->server_lines);
    free(smtp);
    session->state = NULL;
}

const struct protocol protocol_smtp = {"smtp",   MAIL_SMTP,   smtp_open, smtp_data,
                                       smtp_gap, smtp_memory, smtp_close};
