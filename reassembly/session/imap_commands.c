/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's lines (RFC 3501 6, RFC 9051 6): mails uploaded by APPEND (also several at once, RFC 3502, and
 * put together, RFC 4469), ranges asked for by FETCH, and who logs in. Of LOGIN the name is kept, of
 * AUTHENTICATE the mechanism; secrets are read only to be passed over, and wiped by the lexer.
 */
#include "base/mem.h"
#include "reassembly/session/imap.h"

enum { KEYWORD_MIN = 3, KEYWORD_MAX = 20, MECHANISM_MAX = 20 };

static void go_to(struct imap *imap, enum imap_place place)
{
    imap->client.place = place;
    if (place == IMAP_PLACE_TEXT) imap_lexer_take_text(&imap->client.lexer);
}

/* ---- uploads ---- */

static bool is_upload(const struct imap *imap)
{
    if (imap->command == IMAP_COMMAND_REPLACE) return imap->argument_count >= 2;
    return imap->command == IMAP_COMMAND_APPEND && imap->argument_count >= 1;
}

static void begin_upload(struct imap *imap)
{
    if (imap->upload) return;
    imap->upload = session_begin_mail(imap->session);
    imap->upload->via = MAIL_VIA_APPEND;
}

void imap_end_upload(struct imap *imap)
{
    struct mail *mail = imap->upload;
    imap->upload = NULL;
    imap->catenates = false;
    if (!mail) return;
    if (imap->server_seen) {
        imap_push_pending(imap, imap->command, mail);
    } else {
        imap_emit(imap, mail);
    }
}

/* ---- arguments ---- */

static void keep_fact(struct buffer *fact, struct slice text)
{
    buffer_clear(fact);
    (void)buffer_append(fact, text);
}

/* sasl-mech of RFC 4422 3.1; what a confused client says instead is not kept, it may be anything. */
static struct slice mechanism_of(struct slice name)
{
    if (name.len > MECHANISM_MAX) return slice_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '_') return slice_make(NULL, 0);
    }
    return name;
}

static void keep_ask(struct imap *imap, struct slice word)
{
    struct imap_ask ask = {imap_name_parse(word), imap->set, imap->by_uid};
    if (ask.name.item == IMAP_ITEM_WHOLE) imap->asks_message = true;
    bool is_section = ask.name.item == IMAP_ITEM_WHOLE || ask.name.item == IMAP_ITEM_HEADER ||
                      ask.name.item == IMAP_ITEM_TEXT;
    if (!ask.name.is_part || !is_section) return;
    imap->asks[imap->ask_count++ % IMAP_ASKS_MAX] = ask;
    struct imap_answer range = {.number = ask.by_uid ? 0 : ask.set,
                                .uid = ask.by_uid ? ask.set : 0,
                                .section = (enum imap_section)ask.name.item,
                                .origin = ask.name.origin,
                                .asked = ask.name.count};
    imap_store_ask(&imap->store, &range);
}

static void take_upload_word(struct imap *imap, struct slice word)
{
    if (imap->argument_count == 0) return;
    if (slice_equal_nocase(word, SLICE("CATENATE"))) imap->catenates = true;
    /* A part that the server has already. */
    if (!imap->catenates || !slice_equal_nocase(word, SLICE("URL"))) return;
    begin_upload(imap);
    imap->upload->damage.truncated = true;
}

/* One argument, a word, a string or a literal. */
static void take_argument(struct imap *imap, struct slice text)
{
    bool is_first = imap->argument_count == 0;
    switch (imap->command) {
    case IMAP_COMMAND_LOGIN:
        if (!is_first) break;
        keep_fact(&imap->user, text);
        keep_fact(&imap->auth_mechanism, SLICE("LOGIN"));
        break;
    case IMAP_COMMAND_AUTHENTICATE:
        if (is_first) keep_fact(&imap->auth_mechanism, mechanism_of(text));
        break;
    case IMAP_COMMAND_FETCH:
        if (is_first && !slice_parse_u64(text, &imap->set)) imap->set = 0;
        if (!is_first) keep_ask(imap, text);
        break;
    case IMAP_COMMAND_APPEND:
    case IMAP_COMMAND_REPLACE: take_upload_word(imap, text); break;
    default: break;
    }
    imap->argument_count++;
}

static void begin_literal(struct imap *imap)
{
    struct imap_side *side = &imap->client;
    bool uploads = side->place == IMAP_PLACE_ARGUMENTS && is_upload(imap);
    bool is_kept = imap->argument_count == 0 && !uploads;
    if (uploads && side->lexer.literal_len > 0) begin_upload(imap);
    imap->awaits = side->lexer.literal_waits && side->lexer.literal_len > 0;
    buffer_clear(&imap->argument);
    imap_begin_literal(side, uploads ? IMAP_SINK_UPLOAD : is_kept ? IMAP_SINK_ARGUMENT : IMAP_SINK_NOWHERE);
}

void imap_end_argument(struct imap *imap)
{
    if (imap->client.sink == IMAP_SINK_UPLOAD && !imap->catenates) imap_end_upload(imap);
    if (imap->client.place == IMAP_PLACE_ARGUMENTS) take_argument(imap, buffer_slice(&imap->argument));
    buffer_clear(&imap->argument);
}

/* ---- lines ---- */

static void take_tag(struct imap *imap, struct slice word)
{
    imap->tag = imap_tag_make(word);
    imap->argument_count = 0;
    imap->set = 0;
    imap->by_uid = imap->asks_message = imap->has_verb = false;
    imap->command = IMAP_COMMAND_UNKNOWN;
    go_to(imap, IMAP_PLACE_VERB);
}

/* What a command of some extension may be called; evidence must not be a misplaced secret. */
static struct slice keyword_of(struct slice word)
{
    bool is_keyword = word.len >= KEYWORD_MIN && word.len <= KEYWORD_MAX;
    for (size_t i = 0; i < word.len && is_keyword; i++) is_keyword = ascii_is_alpha(word.ptr[i]);
    return is_keyword ? word : slice_make(NULL, 0);
}

/* "FETCH", "UID FETCH"; what is no command is counted as "?". */
static void count_command(struct imap *imap, struct slice word)
{
    struct slice name = imap_command_name(word);
    if (name.len == 0) session_note(imap->session, ANOMALY_UNKNOWN_COMMAND, keyword_of(word));
    struct buffer text = buffer_make((size_t)2 * KEYWORD_MAX);
    if (imap->by_uid) (void)buffer_append(&text, SLICE("UID "));
    (void)buffer_append(&text, name.len > 0 ? name : SLICE("?"));
    session_count_command(imap->session, buffer_slice(&text));
    buffer_free(&text);
}

/* After a loss what looks like a line may be anything: only the arguments of commands that exist are read. */
static void take_verb(struct imap *imap, struct slice word)
{
    imap->has_verb = true;
    imap->command = imap_command_parse(word);
    if (imap->command == IMAP_COMMAND_UID && imap->client.place == IMAP_PLACE_VERB) {
        imap->by_uid = true;
        go_to(imap, IMAP_PLACE_UID_VERB);
    } else if (imap->command == IMAP_COMMAND_UNKNOWN && imap->client.lossy) {
        imap->has_verb = false;
        go_to(imap, IMAP_PLACE_TEXT);
    } else {
        count_command(imap, word);
        go_to(imap, IMAP_PLACE_ARGUMENTS);
    }
}

/* What is odd about a command line, whose text may be a secret. */
static void note_oddities(struct imap *imap)
{
    const struct imap_lexer *lexer = &imap->client.lexer;
    if (imap->client.lossy) return;
    if (lexer->bare_lf) session_note(imap->session, ANOMALY_BARE_LF, slice_make(NULL, 0));
    if (lexer->has_nul) session_note(imap->session, ANOMALY_NUL_IN_COMMAND, slice_make(NULL, 0));
}

/* What waits for its result: a FETCH of whole messages not as other ones do. */
static enum imap_command kind_of(const struct imap *imap)
{
    switch (imap->command) {
    case IMAP_COMMAND_FETCH: return imap->asks_message ? IMAP_COMMAND_FETCH : IMAP_COMMAND_OTHER;
    case IMAP_COMMAND_LOGIN:
    case IMAP_COMMAND_AUTHENTICATE: return imap->argument_count > 0 ? imap->command : IMAP_COMMAND_OTHER;
    case IMAP_COMMAND_COMPRESS:
    case IMAP_COMMAND_STARTTLS: return imap->command;
    default: return IMAP_COMMAND_OTHER;
    }
}

static void queue_command(struct imap *imap)
{
    enum imap_command kind = kind_of(imap);
    bool is_auth = kind == IMAP_COMMAND_LOGIN || kind == IMAP_COMMAND_AUTHENTICATE;
    if (is_auth) session_auth_begin(imap->session, buffer_slice(&imap->auth_mechanism));
    if (kind == IMAP_COMMAND_STARTTLS)
        imap->awaits_tls = !imap->compressed && !session_is_secure(imap->session);
    bool uploads = imap->command == IMAP_COMMAND_APPEND || imap->command == IMAP_COMMAND_REPLACE;
    if (kind == IMAP_COMMAND_OTHER && (!imap->server_seen || uploads)) {
        imap->misses_results = true;
    } else {
        imap_push_pending(imap, kind, NULL);
    }
}

/* The lines of an AUTHENTICATE exchange end here too: they are one word that was taken for a tag. */
static void end_command(struct imap *imap)
{
    imap_end_upload(imap);
    note_oddities(imap);
    imap->client.place = IMAP_PLACE_START;
    if (imap->has_verb) queue_command(imap);
    mem_wipe(&imap->tag, sizeof imap->tag);
    imap->has_verb = false;
    imap->command = IMAP_COMMAND_UNKNOWN;
}

static void take_argument_token(struct imap *imap, enum imap_token token)
{
    bool is_text = token == IMAP_TOKEN_WORD || token == IMAP_TOKEN_STRING;
    if (is_text) take_argument(imap, buffer_slice(&imap->client.lexer.text));
    if (token == IMAP_TOKEN_CLOSE && imap->catenates) imap_end_upload(imap);
}

void imap_take_command_token(struct imap *imap, enum imap_token token)
{
    struct imap_side *side = &imap->client;
    struct slice word = buffer_slice(&side->lexer.text);
    bool in_arguments = side->place == IMAP_PLACE_ARGUMENTS;
    if (token == IMAP_TOKEN_END || (token == IMAP_TOKEN_LITERAL && !in_arguments)) {
        end_command(imap);
    } else if (token == IMAP_TOKEN_LITERAL) {
        begin_literal(imap);
    } else if (in_arguments) {
        take_argument_token(imap, token);
    } else if (token != IMAP_TOKEN_WORD) { /* no command begins so */
        go_to(imap, IMAP_PLACE_TEXT);
    } else if (side->place == IMAP_PLACE_START) {
        take_tag(imap, word);
    } else {
        take_verb(imap, word);
    }
}
