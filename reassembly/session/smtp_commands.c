/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP's commands (RFC 5321 4.1) and what their replies do to the transaction in progress. Commands are a
 * table; verbs match whole words in any case.
 */
#include "reassembly/session/smtp.h"

typedef void (*command_fn)(struct smtp *smtp, enum smtp_verb verb, struct slice argument);

/* ---- transactions ---- */

static void drop_mail(struct smtp *smtp)
{
    mail_free(&smtp->mail);
    smtp->transaction++;
}

struct mail *smtp_present_mail(struct smtp *smtp)
{
    if (!smtp->mail) {
        smtp->mail = session_begin_mail(smtp->session);
        smtp->mail->protocol = smtp->is_lmtp ? MAIL_LMTP : MAIL_SMTP;
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

void smtp_emit(struct smtp *smtp, struct mail *mail)
{
    compact_rcpts(&mail->envelope);
    mail->session.banner = arena_copy(&mail->arena, buffer_slice(&smtp->banner));
    mail->session.helo = arena_copy(&mail->arena, buffer_slice(&smtp->helo));
    mail->session.auth_mechanism = arena_copy(&mail->arena, buffer_slice(&smtp->auth_mechanism));
    mail->session.starttls = smtp->starttls;
    session_emit_mail(smtp->session, mail);
}

void smtp_emit_waiting(struct smtp *smtp, struct mail *mail)
{
    smtp->waiting_bytes -= mail->bytes.cap;
    smtp_emit(smtp, mail);
}

void smtp_finish_mail(struct smtp *smtp, enum mail_via via)
{
    struct mail *mail = smtp_present_mail(smtp);
    struct smtp_pending end = {.verb = SMTP_END_OF_DATA, .mail = mail};
    mail->via = via;
    mail->last_ns = smtp->session->now_ns;
    session_note_overflow(smtp->session, mail);
    smtp->mail = NULL;
    smtp->waiting_bytes += mail->bytes.cap;
    smtp->content_gap = false;
    smtp->phase = SMTP_COMMANDS;
    smtp_push_pending(smtp, end);
    smtp->transaction++;
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
    smtp->is_lmtp = verb == SMTP_LHLO;
    keep_fact(&smtp->helo, argument);
    push_verb(smtp, verb);
}

static void command_reset(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    drop_mail(smtp);
    push_verb(smtp, verb);
}

/* The path of "FROM:<path> parameters" or "TO:<path>", without brackets; also written without them by some.
 */
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
    struct mail *mail = smtp_present_mail(smtp);
    mail->envelope.mail_from = arena_copy(&mail->arena, path_of(argument, SLICE("FROM:")));
    mail->envelope.mail_from_seen = true;
    push_verb(smtp, verb);
}

static void command_rcpt(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct mail *mail = smtp_present_mail(smtp);
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
    smtp->phase = SMTP_UNDECIDED;
    smtp->lost_bytes = 0;
    push_verb(smtp, verb);
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
    (void)smtp_present_mail(smtp);
    if (!smtp->chunk_is_last) push_verb(smtp, verb);
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

bool smtp_is_sure_command(struct slice line)
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

void smtp_take_command(struct smtp *smtp, struct slice line)
{
    struct slice argument;
    enum smtp_verb verb = find_verb(line, &argument);
    if (verb == SMTP_UNKNOWN_VERB && (!smtp->in_step || line.len == 0)) return;
    smtp->last_verb = verb;
    verbs[verb].command(smtp, verb, argument);
}

/* ---- replies ---- */

static void keep_reply(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    struct mail *mail = pending->mail;
    if (!mail && pending->transaction == smtp->transaction) mail = smtp->mail;
    if (!mail || code == 0 || mail->session.reply_count >= smtp->session->owner->settings->replies_max)
        return;
    *mail_add_reply(mail) = (struct mail_reply){.command = verbs[pending->verb].word, .code = code};
}

static void apply_rcpt(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    bool ours = smtp->mail && pending->transaction == smtp->transaction;
    if (code < 400 || !ours || pending->rcpt >= smtp->mail->envelope.rcpt_count) return;
    smtp->mail->envelope.rcpt_to[pending->rcpt] = slice_make(NULL, 0);
}

/* 354 opens the content, a refusal goes on with commands; any other reply belongs to something else. */
static void apply_data(struct smtp *smtp, uint16_t code)
{
    if (smtp->phase != SMTP_UNDECIDED || smtp->lost_bytes > 0) return;
    if (code == 354 || code >= 400) {
        smtp_resolve(smtp, code == 354);
    } else {
        smtp->in_step = false;
        smtp_decide(smtp, false);
    }
}

/* With several replies one that accepts is enough: the mail went to somebody. */
static void apply_end(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    struct mail *mail = pending->mail;
    if (code != 0 && mail->accepted != MAIL_ACCEPTED)
        mail->accepted = code < 400 ? MAIL_ACCEPTED : MAIL_REFUSED;
    if (code == 0 || pending->rcpt == 0) smtp_emit_waiting(smtp, mail);
}

/* A refusal ends the transaction, unless its content is being sent nevertheless. */
static void apply_mail_or_chunk(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code)
{
    bool sending = smtp->phase == SMTP_CHUNK || smtp->phase == SMTP_CONTENT;
    if (code >= 400 && smtp->mail && pending->transaction == smtp->transaction && !sending) drop_mail(smtp);
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
