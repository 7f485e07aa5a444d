/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMTP's commands (RFC 5321 4.1). Commands are a table; verbs match whole words in any case. What is odd
 * about a command line is noted here; a line that may be a secret is never kept as evidence.
 */
#include "reassembly/session/smtp.h"

typedef void (*command_fn)(struct smtp *smtp, enum smtp_verb verb, struct slice argument);

static void keep_fact(struct buffer *fact, struct slice value)
{
    buffer_clear(fact);
    (void)buffer_append(fact, slice_trim(value));
}

void smtp_push_verb(struct smtp *smtp, enum smtp_verb verb)
{
    smtp_push_pending(smtp, (struct smtp_pending){.verb = verb});
}

void smtp_note_limit(struct smtp *smtp, const char *limit)
{
    session_note(smtp->session, ANOMALY_LIMIT_REACHED, slice_from_cstr(limit));
}

static void note_order(struct smtp *smtp, enum smtp_verb verb)
{
    if (smtp->in_step) session_note(smtp->session, ANOMALY_TRANSACTION_INVALID, smtp_verb_word(verb));
}

/* ---- commands ---- */

static void command_none(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    if (verb == SMTP_QUIT) smtp_note_unfinished(smtp, verb);
    smtp_push_verb(smtp, verb);
}

static void command_hello(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    smtp_note_unfinished(smtp, verb);
    smtp_drop_mail(smtp);
    smtp->is_lmtp = verb == SMTP_LHLO;
    smtp->hello_seen = true;
    keep_fact(&smtp->helo, argument);
    smtp_push_verb(smtp, verb);
}

static void command_reset(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    smtp_note_unfinished(smtp, verb);
    smtp_drop_mail(smtp);
    smtp_push_verb(smtp, verb);
}

/* Length of the path in "path> parameters", where a quoted local part may hold '>' (RFC 5321 4.1.2). */
static size_t path_len(struct slice text)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '>' && !is_quoted) return i;
        if (text.ptr[i] == '"') is_quoted = !is_quoted;
        if (text.ptr[i] == '\\') i++;
    }
    return slice_index(text, '>');
}

struct slice smtp_path(struct slice argument, struct slice keyword, struct slice *parameters)
{
    argument = slice_trim(argument);
    *parameters = slice_make(NULL, 0);
    if (!slice_starts_nocase(argument, keyword)) return argument;
    argument = slice_trim(slice_skip(argument, keyword.len));
    bool has_bracket = argument.len > 0 && argument.ptr[0] == '<';
    struct slice text = slice_skip(argument, has_bracket);
    size_t len = has_bracket ? path_len(text) : slice_index(text, ' ');
    *parameters = slice_trim(slice_skip(text, len + 1));
    return slice_trim(slice_head(text, len));
}

static void command_mail(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct slice parameters;
    bool is_nested = smtp->mail && smtp->mail->envelope.mail_from_seen;
    smtp_note_unfinished(smtp, verb);
    if (is_nested || !smtp->hello_seen) note_order(smtp, verb);
    struct mail *mail = smtp_begin_transaction(smtp);
    mail->envelope.mail_from = arena_copy(&mail->arena, smtp_path(argument, SLICE("FROM:"), &parameters));
    if (parameters.len > 0) mail->envelope.mail_from_parameters = arena_copy(&mail->arena, parameters);
    mail->envelope.mail_from_seen = true;
    smtp_push_verb(smtp, verb);
}

static void add_recipient(struct mail *mail, struct slice argument)
{
    struct slice parameters;
    struct mail_recipient *recipient = mail_add_recipient(mail);
    recipient->address = arena_copy(&mail->arena, smtp_path(argument, SLICE("TO:"), &parameters));
    if (parameters.len > 0) recipient->parameters = arena_copy(&mail->arena, parameters);
}

static void command_rcpt(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    if (!smtp->mail || !smtp->mail->envelope.mail_from_seen) note_order(smtp, verb);
    struct mail *mail = smtp_present_mail(smtp);
    struct mail_envelope *envelope = &mail->envelope;
    struct smtp_pending pending = {.verb = verb, .rcpt = envelope->recipient_count};
    if (envelope->recipient_count < smtp->session->owner->settings->rcpts_max) {
        add_recipient(mail, argument);
    } else {
        envelope->rcpt_dropped++;
        smtp->session->owner->counters->limit_rcpts_max++;
        smtp_note_limit(smtp, "rcpts_max");
    }
    smtp_push_pending(smtp, pending);
}

static void command_data(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    (void)argument;
    const struct mail_envelope *envelope = smtp->mail ? &smtp->mail->envelope : NULL;
    if (!envelope || envelope->recipient_count + envelope->rcpt_dropped == 0) note_order(smtp, verb);
    if (smtp->mail && smtp->chunks > 0) session_note(smtp->session, ANOMALY_BDAT_MIXED, SLICE("DATA"));
    smtp->phase = SMTP_UNDECIDED;
    smtp->lost_bytes = 0;
    smtp_push_verb(smtp, verb);
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

static bool fits_xclient(uint16_t code)
{
    return code == 220 || code == 250 || code >= 400;
}

/* ---- the table ---- */

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

struct slice smtp_verb_word(enum smtp_verb verb)
{
    return verbs[verb].word;
}

static size_t word_len(struct slice line)
{
    size_t len = 0;
    while (len < line.len && ascii_is_alpha(line.ptr[len])) len++;
    return len;
}

enum smtp_verb smtp_find_verb(struct slice line, struct slice *argument)
{
    size_t len = word_len(line);
    *argument = slice_skip(line, len);
    if (argument->len > 0 && argument->ptr[0] != ' ' && argument->ptr[0] != '\t') return SMTP_UNKNOWN_VERB;
    for (int i = 0; i < SMTP_UNKNOWN_VERB; i++) {
        if (len != verbs[i].word.len || ascii_lower(line.ptr[0]) != ascii_lower(verbs[i].word.ptr[0]))
            continue;
        if (slice_equal_nocase(slice_head(line, len), verbs[i].word)) return (enum smtp_verb)i;
    }
    return SMTP_UNKNOWN_VERB;
}

bool smtp_is_sure_command(struct slice line)
{
    struct slice argument;
    switch (smtp_find_verb(line, &argument)) {
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

/* ---- what is odd about a line ---- */

/* Of AUTH and of what is no command only a word, and none of what may be a line of an AUTH exchange. */
static struct slice evidence_of(const struct smtp *smtp, enum smtp_verb verb, struct slice line)
{
    enum { WORD_MAX_BYTES = 16 };
    struct slice word = slice_head(line, word_len(line));
    if (verb == SMTP_AUTH) return word;
    if (verb != SMTP_UNKNOWN_VERB) return line;
    bool may_be_secret = smtp->auth_seen || !smtp->in_step || word.len > WORD_MAX_BYTES ||
                         (word.len < line.len && line.ptr[word.len] != ' ');
    return may_be_secret ? slice_make(NULL, 0) : word;
}

static void note_unknown(struct smtp *smtp, struct slice line, struct slice evidence)
{
    if (smtp->data_refused) {
        session_note(smtp->session, ANOMALY_CONTENT_REFUSED, slice_make(NULL, 0));
    } else if (smtp_is_mangled(slice_trim(line))) {
        session_note(smtp->session, ANOMALY_STARTTLS_MANGLED, line);
    } else {
        session_note(smtp->session, ANOMALY_UNKNOWN_COMMAND, evidence);
    }
}

static void note_line(struct smtp *smtp, enum smtp_verb verb, struct slice line, bool bare_lf, bool cut)
{
    struct session *session = smtp->session;
    struct slice evidence = evidence_of(smtp, verb, line);
    if (bare_lf) session_note(session, ANOMALY_BARE_LF, evidence);
    if (slice_index(line, '\r') < line.len) session_note(session, ANOMALY_BARE_CR, evidence);
    if (slice_index(line, 0) < line.len) session_note(session, ANOMALY_NUL_IN_COMMAND, evidence);
    if (cut) session_note(session, ANOMALY_LINE_TOO_LONG, evidence);
    if (verb == SMTP_UNKNOWN_VERB) note_unknown(smtp, line, evidence);
}

void smtp_take_command(struct smtp *smtp, struct slice line, bool bare_lf, bool cut)
{
    struct slice argument;
    enum smtp_verb verb = smtp_find_verb(line, &argument);
    if (verb == SMTP_UNKNOWN_VERB && (!smtp->in_step || line.len == 0)) return;
    note_line(smtp, verb, line, bare_lf, cut);
    if (verb != SMTP_UNKNOWN_VERB) smtp->data_refused = false;
    session_count_command(smtp->session, verbs[verb].word);
    verbs[verb].command(smtp, verb, argument);
}
