/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP (RFC 5321) as seen from beside: the client's side. Commands are a table; verbs match whole words in any case.
 * A DATA that got no 354 carries no mail; content whose go-ahead was not seen is told from commands by its first line.
 * Secrets of AUTH are dropped as they are read.
 */
#include "reassembly/session/smtp.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FACT_MAX_BYTES = 1024 };

typedef void (*command_fn)(struct smtp *smtp, enum smtp_verb verb, struct slice argument);

static void take_client(struct smtp *smtp, struct slice bytes);

/* ---- transactions ---- */

static void drop_mail(struct smtp *smtp)
{
    mail_free(&smtp->mail);
    smtp->transaction++;
}

static struct mail *present_mail(struct smtp *smtp)
{
    if (!smtp->mail) {
        smtp->mail = session_begin_mail(smtp->session);
        smtp->transaction++;
    }
    return smtp->mail;
}

/* Takes refused recipients (marked by a NULL pointer) out of the list. */
static void compact_rcpts(struct mail_envelope *envelope)
{
    size_t kept = 0;
    for (size_t i = 0; i < envelope->rcpt_count; i++) {
        if (envelope->rcpt_to[i].ptr) envelope->rcpt_to[kept++] = envelope->rcpt_to[i];
    }
    envelope->rcpt_count = kept;
}

static void emit(struct smtp *smtp, struct mail *mail)
{
    compact_rcpts(&mail->envelope);
    mail->session.banner = arena_copy(&mail->arena, buffer_slice(&smtp->banner));
    mail->session.helo = arena_copy(&mail->arena, buffer_slice(&smtp->helo));
    mail->session.auth_mechanism = arena_copy(&mail->arena, buffer_slice(&smtp->auth_mechanism));
    mail->session.starttls = smtp->starttls;
    session_emit_mail(smtp->session, mail);
}

/* The content has ended: the mail waits for its reply. */
static void finish_mail(struct smtp *smtp, enum mail_via via)
{
    struct mail *mail = present_mail(smtp);
    struct smtp_pending end = {.verb = SMTP_END_OF_DATA, .mail = mail};
    mail->via = via;
    mail->last_ns = smtp->session->now_ns;
    session_note_overflow(smtp->session, mail);
    smtp->mail = NULL;
    smtp->content_gap = false;
    smtp->phase = SMTP_COMMANDS;
    smtp_push_pending(smtp, end);
    smtp->transaction++;
}

static void begin_content(struct smtp *smtp)
{
    (void)present_mail(smtp);
    dotted_start(&smtp->dotted);
    smtp->phase = SMTP_CONTENT;
}

/* ---- commands ---- */

static void keep_fact(struct buffer *fact, struct slice value)
{
    buffer_clear(fact);
    (void)buffer_append(fact, slice_trim(value));
}

static void push_verb(struct smtp *smtp, enum smtp_verb verb)
{
    smtp_push_pending(smtp, (struct smtp_pending){.verb = verb});
}

static void command_none(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    push_verb(smtp, verb);
}

static void command_hello(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    drop_mail(smtp);
    keep_fact(&smtp->helo, argument);
    push_verb(smtp, verb);
}

static void command_reset(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    drop_mail(smtp);
    push_verb(smtp, verb);
}

/* The path of "FROM:<path> parameters" or "TO:<path>", without brackets; also written without them by some. */
static struct slice path_of(struct slice argument, struct slice keyword)
{
    argument = slice_trim(argument);
    if (!slice_starts_nocase(argument, keyword)) return argument;
    argument = slice_trim(slice_skip(argument, keyword.len));
    if (argument.len > 0 && argument.ptr[0] == '<') {
        struct slice inner = slice_skip(argument, 1);
        return slice_trim(slice_head(inner, slice_index(inner, '>')));
    }
    return slice_head(argument, slice_index(argument, ' '));
}

static void command_mail(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    drop_mail(smtp);
    struct mail *mail = present_mail(smtp);
    mail->envelope.mail_from = arena_copy(&mail->arena, path_of(argument, SLICE("FROM:")));
    mail->envelope.mail_from_seen = true;
    push_verb(smtp, verb);
}

static void command_rcpt(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct mail *mail = present_mail(smtp);
    struct mail_envelope *envelope = &mail->envelope;
    struct smtp_pending pending = {.verb = verb, .rcpt = envelope->rcpt_count};
    if (envelope->rcpt_count < smtp->session->owner->settings->rcpts_max) {
        *mail_add_rcpt(mail) = arena_copy(&mail->arena, path_of(argument, SLICE("TO:")));
    } else {
        envelope->rcpt_dropped++;
        smtp->session->owner->counters->limit_rcpts_max++;
    }
    smtp_push_pending(smtp, pending);
}

static void command_data(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    smtp->phase = SMTP_DATA_SENT;
    push_verb(smtp, verb);
    if (smtp->phase == SMTP_DATA_SENT && !smtp->server_seen) begin_content(smtp);
}

static void command_bdat(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct slice rest = slice_trim(argument), size = slice_next_token(&rest, ' ');
    if (!slice_parse_u64(size, &smtp->chunk_left)) {
        push_verb(smtp, SMTP_UNKNOWN_VERB);
        return;
    }
    smtp->chunk_is_last = slice_equal_nocase(slice_trim(rest), SLICE("LAST"));
    smtp->phase = SMTP_CHUNK;
    (void)present_mail(smtp);
    if (!smtp->chunk_is_last) push_verb(smtp, verb);
    if (smtp->chunk_left == 0) take_client(smtp, slice_make(NULL, 0));
}

static void command_auth(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct slice rest = slice_trim(argument);
    keep_fact(&smtp->auth_mechanism, slice_next_token(&rest, ' '));
    smtp->phase = SMTP_SECRET;
    push_verb(smtp, verb);
}

/* ---- which replies can answer which commands ---- */

static bool fits_any(uint16_t code)
{
    (void)code;
    return true;
}

static bool fits_done(uint16_t code)
{
    return code >= 400 || (code >= 200 && code < 300 && code != 220 && code != 221 && code != 235);
}

static bool fits_data(uint16_t code)
{
    return code == 354 || code >= 400;
}

static bool fits_quit(uint16_t code)
{
    return code == 221 || code >= 400;
}

static bool fits_auth(uint16_t code)
{
    return code == 334 || code == 235 || code >= 400;
}

static bool fits_starttls(uint16_t code)
{
    return code == 220 || code >= 400;
}

static const struct verb_row {
    struct slice word;
    command_fn command;
    bool (*fits)(uint16_t code);
} verbs[] = {
#define VERB(word, command, fits) {SLICE_INIT(#word), command, fits},
#include "reassembly/session/smtp_verbs.def"
#undef VERB
    {SLICE_INIT("?"), command_none, fits_any},
    {SLICE_INIT("."), command_none, fits_done},
};

const char *smtp_verb_name(enum smtp_verb verb)
{
    return (const char *)verbs[verb].word.ptr;
}

bool smtp_reply_fits(enum smtp_verb verb, uint16_t code)
{
    return verbs[verb].fits(code);
}

static enum smtp_verb find_verb(struct slice line, struct slice *argument)
{
    size_t len = 0;
    while (len < line.len && ascii_is_alpha(line.ptr[len])) len++;
    *argument = slice_skip(line, len);
    if (argument->len > 0 && argument->ptr[0] != ' ' && argument->ptr[0] != '\t') return SMTP_UNKNOWN_VERB;
    for (int i = 0; i < SMTP_UNKNOWN_VERB; i++) {
        if (slice_equal_nocase(slice_head(line, len), verbs[i].word)) return (enum smtp_verb)i;
    }
    return SMTP_UNKNOWN_VERB;
}

/* A line that is certainly a command and not the first line of a mail or of an AUTH exchange. */
static bool is_sure_command(struct slice line)
{
    struct slice argument;
    switch (find_verb(line, &argument)) {
    case SMTP_MAIL: return slice_starts_nocase(slice_trim(argument), SLICE("FROM:"));
    case SMTP_RCPT: return slice_starts_nocase(slice_trim(argument), SLICE("TO:"));
    case SMTP_HELO:
    case SMTP_EHLO: return slice_trim(argument).len > 0;
    case SMTP_RSET:
    case SMTP_QUIT:
    case SMTP_DATA: return slice_trim(argument).len == 0;
    default: return false;
    }
}

static void take_command_line(struct smtp *smtp, struct slice line)
{
    struct slice argument;
    enum smtp_verb verb = find_verb(line, &argument);
    if (verb == SMTP_UNKNOWN_VERB && (!smtp->in_step || line.len == 0)) return;
    verbs[verb].command(smtp, verb, argument);
}

/* ---- replies ---- */

static void keep_reply(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    struct mail *mail = pending->mail;
    if (!mail && pending->transaction == smtp->transaction) mail = smtp->mail;
    if (!mail || code == 0 || mail->session.reply_count >= smtp->session->owner->settings->replies_max) return;
    *mail_add_reply(mail) = (struct mail_reply){verbs[pending->verb].word, code};
}

static void apply_rcpt(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    bool ours = smtp->mail && pending->transaction == smtp->transaction;
    if (code < 400 || !ours || pending->rcpt >= smtp->mail->envelope.rcpt_count) return;
    smtp->mail->envelope.rcpt_to[pending->rcpt] = slice_make(NULL, 0);
}

/* Bytes that were held are read again, now that it is known what they are. */
static void release_held(struct smtp *smtp)
{
    struct buffer held = smtp->held;
    smtp->held = buffer_make(held.max);
    take_client(smtp, buffer_slice(&held));
    buffer_free(&held);
}

static void apply_data(struct smtp *smtp, uint16_t code)
{
    if (smtp->phase != SMTP_DATA_SENT || code == 0) return;
    if (code == 354) {
        begin_content(smtp);
    } else {
        smtp->phase = SMTP_COMMANDS;
    }
    release_held(smtp);
}

static void apply_end(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    if (code != 0) pending->mail->accepted = code < 400 ? MAIL_ACCEPTED : MAIL_REFUSED;
    emit(smtp, pending->mail);
}

static void apply_mail_or_chunk(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    if (code >= 400 && smtp->mail && pending->transaction == smtp->transaction && smtp->phase != SMTP_CHUNK)
        drop_mail(smtp);
}

void smtp_apply_reply(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    keep_reply(smtp, pending, code);
    switch (pending->verb) {
    case SMTP_RCPT: apply_rcpt(smtp, pending, code); break;
    case SMTP_DATA: apply_data(smtp, code); break;
    case SMTP_END_OF_DATA: apply_end(smtp, pending, code); break;
    case SMTP_MAIL:
    case SMTP_BDAT: apply_mail_or_chunk(smtp, pending, code); break;
    case SMTP_AUTH:
        if (code != 334 && smtp->phase == SMTP_SECRET) smtp->phase = SMTP_COMMANDS;
        break;
    case SMTP_STARTTLS:
        if (code == 220) {
            smtp->starttls = true;
            smtp->phase = SMTP_ENCRYPTED;
        }
        break;
    default: break;
    }
}

/* ---- the client's bytes ---- */

/* The reply to DATA will not tell any more what the client's bytes are: their first line decides. */
static void decide_by_first_line(struct smtp *smtp)
{
    struct slice line = buffer_slice(&smtp->held);
    line = slice_head(line, slice_index(line, '\n'));
    smtp->in_step = false;
    if (is_sure_command(line)) {
        smtp->phase = SMTP_COMMANDS;
    } else {
        begin_content(smtp);
    }
    release_held(smtp);
}

/* Holds bytes until the reply to DATA tells what they are, or until too many are held. */
static void take_undecided(struct smtp *smtp, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, smtp->held.max - smtp->held.len);
    (void)buffer_append(&smtp->held, part);
    *bytes = slice_skip(*bytes, part.len);
    if (bytes->len == 0) return;
    smtp->session->owner->counters->limit_held_max_bytes++;
    decide_by_first_line(smtp);
}

static void take_content(struct smtp *smtp, struct slice *bytes)
{
    if (dotted_read(&smtp->dotted, bytes, &smtp->mail->bytes) == DOTTED_END) finish_mail(smtp, MAIL_VIA_DATA);
}

static void take_chunk(struct smtp *smtp, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, smtp->chunk_left);
    (void)buffer_append(&present_mail(smtp)->bytes, part);
    *bytes = slice_skip(*bytes, part.len);
    smtp->chunk_left -= part.len;
    if (smtp->chunk_left > 0) return;
    smtp->phase = SMTP_COMMANDS;
    if (smtp->chunk_is_last) finish_mail(smtp, MAIL_VIA_BDAT);
}

static bool looks_like_tls(struct slice bytes)
{
    return bytes.len >= 2 && bytes.ptr[0] == 0x16 && bytes.ptr[1] == 0x03;
}

/* One command line, or one line of an AUTH exchange. */
static void take_line(struct smtp *smtp, struct slice *bytes)
{
    struct slice line;
    bool cut = false;
    if (smtp->client_lines.partial.len == 0 && looks_like_tls(*bytes)) {
        smtp->phase = SMTP_ENCRYPTED;
        return;
    }
    if (line_next(&smtp->client_lines, bytes, &line, &cut) != LINE_READY) return;
    if (cut) smtp->session->owner->counters->limit_line_max_bytes++;
    if (smtp->phase == SMTP_SECRET && !is_sure_command(line)) return;
    smtp->phase = SMTP_COMMANDS;
    take_command_line(smtp, line);
}

static void take_client(struct smtp *smtp, struct slice bytes)
{
    bool more = true; /* an empty chunk has to be taken once as well */
    while (more) {
        switch (smtp->phase) {
        case SMTP_COMMANDS:
        case SMTP_SECRET: take_line(smtp, &bytes); break;
        case SMTP_DATA_SENT: take_undecided(smtp, &bytes); break;
        case SMTP_CONTENT: take_content(smtp, &bytes); break;
        case SMTP_CHUNK: take_chunk(smtp, &bytes); break;
        case SMTP_ENCRYPTED: return;
        }
        more = bytes.len > 0;
    }
}

/* ---- the protocol's door ---- */

static void *smtp_open(struct session *session)
{
    const struct reassembly_settings *settings = session->owner->settings;
    struct smtp *smtp = mem_zalloc(1, sizeof *smtp);
    smtp->session = session;
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

static void client_gap(struct smtp *smtp, uint64_t len)
{
    if (smtp->phase == SMTP_DATA_SENT) decide_by_first_line(smtp);
    uint64_t in_chunk = len < smtp->chunk_left ? len : smtp->chunk_left;
    smtp->in_step = false;
    if (smtp->phase == SMTP_CONTENT) {
        dotted_gap(&smtp->dotted, &smtp->mail->bytes);
        mail_add_gap(smtp->mail, len, smtp->session->owner->settings->gaps_max);
        smtp->content_gap = true;
    } else if (smtp->phase == SMTP_CHUNK) {
        mail_add_gap(present_mail(smtp), in_chunk, smtp->session->owner->settings->gaps_max);
        smtp->chunk_left -= in_chunk;
        if (smtp->chunk_left == 0) take_client(smtp, slice_make(NULL, 0));
        if (len > in_chunk) line_reader_gap(&smtp->client_lines);
    } else {
        line_reader_gap(&smtp->client_lines);
    }
}

static enum stream_interest smtp_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct smtp *smtp = session->state;
    if (dir == DIR_TO_SERVER) {
        client_gap(smtp, len);
    } else {
        smtp->in_step = false;
        line_reader_gap(&smtp->server_lines);
        if (smtp->phase == SMTP_DATA_SENT) decide_by_first_line(smtp);
    }
    return interest_of(smtp);
}

/* Mails whose reply never came, then the one that was cut off. */
static void hand_out_rest(struct smtp *smtp)
{
    if (smtp->phase == SMTP_DATA_SENT && smtp->held.len > 0) decide_by_first_line(smtp);
    while (!fifo_is_empty(&smtp->pending)) {
        struct smtp_pending pending = *(struct smtp_pending *)fifo_front(&smtp->pending);
        fifo_pop(&smtp->pending);
        if (pending.mail) emit(smtp, pending.mail);
    }
    bool unfinished = smtp->mail && (smtp->phase == SMTP_CONTENT || smtp->mail->bytes.len > 0);
    if (unfinished) {
        smtp->mail->damage.truncated = true;
        smtp->mail->via = smtp->phase == SMTP_CONTENT ? MAIL_VIA_DATA : MAIL_VIA_BDAT;
        smtp->mail->last_ns = smtp->session->now_ns;
        emit(smtp, smtp->mail);
        smtp->mail = NULL;
    }
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

const struct protocol protocol_smtp = {"smtp", MAIL_SMTP, smtp_open, smtp_data, smtp_gap, smtp_close};
