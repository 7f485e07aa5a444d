/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's lines (RFC 1939; AUTH: RFC 5034; STLS: RFC 2595). Of USER and APOP the name is kept, of AUTH
 * the mechanism; secrets are passed over. What follows STLS is held, since only its response tells whether it
 * is TLS.
 */
#include "base/mem.h"
#include "reassembly/session/pop3.h"

enum { KEYWORD_MIN = 3, KEYWORD_MAX = 12, MECHANISM_MAX = 20 };

static const struct verb_row {
    struct slice word;
    enum pop3_shape shape, shape_with_argument;
} verbs[] = {
#define VERB(word, shape, shape_with_argument) {SLICE_INIT(#word), shape, shape_with_argument},
#include "reassembly/session/pop3_verbs.def"
#undef VERB
};

static enum pop3_verb find_verb(struct slice line, struct slice *argument)
{
    struct slice rest = line, word = slice_trim(slice_next_token(&rest, ' '));
    *argument = slice_trim(rest);
    for (int i = 0; i < POP3_UNKNOWN_VERB; i++) {
        if (slice_equal_nocase(word, verbs[i].word)) return (enum pop3_verb)i;
    }
    return POP3_UNKNOWN_VERB;
}

static void keep_fact(struct buffer *fact, struct slice text)
{
    buffer_clear(fact);
    (void)buffer_append(fact, text);
}

/* ---- who logs in ---- */

/* sasl-mech of RFC 4422 3.1; what a confused client says instead is not kept, it may be anything. */
static struct slice mechanism_of(struct slice argument)
{
    struct slice name = slice_head(argument, slice_index(argument, ' '));
    if (name.len > MECHANISM_MAX) return slice_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') return slice_make(NULL, 0);
    }
    return name;
}

static void begin_auth(struct pop3 *pop3, struct slice mechanism)
{
    keep_fact(&pop3->auth_mechanism, mechanism);
    session_auth_begin(pop3->session, mechanism);
}

static void take_credentials(struct pop3 *pop3, enum pop3_verb verb, struct slice argument)
{
    switch (verb) {
    case POP3_USER: keep_fact(&pop3->user, argument); break;
    case POP3_PASS: begin_auth(pop3, SLICE("USER")); break;
    case POP3_APOP:
        keep_fact(&pop3->user, slice_head(argument, slice_index(argument, ' ')));
        begin_auth(pop3, SLICE("APOP"));
        break;
    case POP3_AUTH:
        if (argument.len > 0) begin_auth(pop3, mechanism_of(argument));
        break;
    default: break;
    }
}

/* ---- commands ---- */

static struct pop3_pending pending_of(enum pop3_verb verb, struct slice argument)
{
    struct pop3_pending pending = {.verb = verb, .shape = POP3_SINGLE};
    if (verb == POP3_UNKNOWN_VERB) return pending;
    pending.shape = argument.len > 0 ? verbs[verb].shape_with_argument : verbs[verb].shape;
    if (pending.shape != POP3_SIZE && pending.shape != POP3_MAIL) return pending;
    struct slice rest = argument, number = slice_next_token(&rest, ' ');
    if (!slice_parse_u64(number, &pending.number)) pending.number = 0;
    pending.has_lines = slice_parse_u64(slice_trim(rest), &pending.lines);
    return pending;
}

static void push_command(struct pop3 *pop3, struct pop3_pending pending)
{
    if (fifo_push(&pop3->pending, &pending) != STATUS_OK) {
        pop3->session->owner->counters->limit_pipeline_max++;
        pop3_note_limit(pop3);
        pop3->in_step = false;
    }
    if (pop3->phase == POP3_UNSURE && pop3->in_step) {
        pop3->phase = POP3_STATUS;
        pop3_release_held(pop3);
    }
}

/* A word that may be a command of some extension; a line of an exchange that went wrong is none. */
static struct slice keyword_of(const struct pop3 *pop3, struct slice line)
{
    struct slice word = slice_trim(slice_head(line, slice_index(line, ' ')));
    bool is_keyword = word.len >= KEYWORD_MIN && word.len <= KEYWORD_MAX && !pop3->was_in_auth;
    for (size_t i = 0; i < word.len && is_keyword; i++) is_keyword = ascii_is_alpha(word.ptr[i]);
    return is_keyword ? word : slice_make(NULL, 0);
}

/* What is odd about a command line, whose text may be a secret. */
static void note_oddities(struct pop3 *pop3, enum pop3_verb verb, struct slice line, bool cut)
{
    struct session *session = pop3->session;
    const struct slice none = slice_make(NULL, 0);
    if (verb == POP3_UNKNOWN_VERB) session_note(session, ANOMALY_UNKNOWN_COMMAND, keyword_of(pop3, line));
    if (pop3->client_lines.bare_lf && !cut) session_note(session, ANOMALY_BARE_LF, none);
    if (slice_index(line, '\r') < line.len) session_note(session, ANOMALY_BARE_CR, none);
    if (slice_index(line, '\0') < line.len) session_note(session, ANOMALY_NUL_IN_COMMAND, none);
}

/* An answer to a challenge may look like a command: base64 has such words. */
static bool is_exchange_line(struct pop3 *pop3, enum pop3_verb verb)
{
    if (!pop3->in_auth) return false;
    if (pop3->challenges == 0) return verb == POP3_UNKNOWN_VERB;
    pop3->challenges--;
    return true;
}

static void take_line(struct pop3 *pop3, struct slice line, bool cut)
{
    struct slice argument;
    enum pop3_verb verb = find_verb(line, &argument);
    bool is_unknown = verb == POP3_UNKNOWN_VERB;
    if (is_exchange_line(pop3, verb) || (is_unknown && (!pop3->in_step || line.len == 0))) return;
    if (pop3->in_step) note_oddities(pop3, verb, line, cut);
    session_count_command(pop3->session, is_unknown ? SLICE("?") : verbs[verb].word);
    take_credentials(pop3, verb, argument);
    pop3->in_auth = verb == POP3_AUTH && argument.len > 0;
    pop3->was_in_auth = pop3->in_auth || (pop3->was_in_auth && is_unknown);
    pop3->challenges = 0;
    pop3->awaits_tls = verb == POP3_STLS && !session_is_secure(pop3->session);
    push_command(pop3, pending_of(verb, argument));
}

/* ---- what follows STLS ---- */

static void hold(struct pop3 *pop3, struct slice bytes)
{
    struct buffer *held = &pop3->tls_client;
    size_t max = held->max;
    bool is_too_much = bytes.len > max - held->len;
    if (is_too_much) held->max = held->len + bytes.len;
    wiped_append(held, bytes);
    held->max = max;
    if (!is_too_much) return;
    held->overflowed = true;
    pop3->session->owner->counters->limit_held_max_bytes++;
    pop3_note_limit(pop3);
}

void pop3_decide_tls(struct pop3 *pop3)
{
    const struct buffer *held = &pop3->tls_client;
    bool tells_by_itself = !pop3->in_step || !pop3->greeted || held->overflowed;
    if (!pop3->awaits_tls || held->len < 2 || !tells_by_itself) return;
    if (slice_starts(buffer_slice(held), SLICE("\x16\x03"))) {
        pop3_start_tls(pop3);
    } else {
        pop3_refuse_tls(pop3);
    }
}

void pop3_refuse_tls(struct pop3 *pop3)
{
    struct buffer held = pop3->tls_client;
    pop3->tls_client = buffer_make(held.max);
    pop3->awaits_tls = false;
    pop3_take_client(pop3, buffer_slice(&held));
    wiped_free(&held);
}

/* True when all of the bytes are taken: they are held, or TLS that came unseen. */
static bool takes_tls(struct pop3 *pop3, struct slice bytes)
{
    if (pop3->awaits_tls) {
        hold(pop3, bytes);
        pop3_decide_tls(pop3);
        return true;
    }
    if (pop3->in_step || !pop3_meets_tls(&pop3->client_lines, bytes)) return false;
    pop3_start_tls_at(pop3, &pop3->client_lines, DIR_TO_SERVER);
    return false;
}

void pop3_take_client(struct pop3 *pop3, struct slice bytes)
{
    struct session *session = pop3->session;
    struct slice line;
    bool cut = false;
    while (bytes.len > 0 && !session_turns_to_tls(session)) {
        if (takes_tls(pop3, bytes)) return;
        if (session_turns_to_tls(session)) break;
        if (line_next(&pop3->client_lines, &bytes, &line, &cut) != LINE_READY) return;
        if (cut) {
            session->owner->counters->limit_line_max_bytes++;
            session_note(session, ANOMALY_LINE_TOO_LONG, slice_make(NULL, 0));
        }
        take_line(pop3, line, cut);
    }
    if (bytes.len > 0) session_add_tls(session, DIR_TO_SERVER, bytes);
}
