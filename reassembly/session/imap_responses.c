/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's lines (RFC 3501 7, RFC 9051 7): tagged results go to the commands they answer, FETCH responses
 * to the store. What follows a data item's name is its value, wherever it stands; other tokens are passed
 * over, so that servers that write something else by the way are understood.
 */
#include "reassembly/session/imap.h"

static const struct {
    struct slice word;
    enum imap_place place;
} responses[] = {
#define RESPONSE(word, place) {SLICE_INIT(#word), place},
#include "reassembly/session/imap_responses.def"
#undef RESPONSE
};

bool imap_is_response_word(struct slice word)
{
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        if (slice_equal_nocase(word, responses[i].word)) return true;
    }
    return false;
}

bool imap_is_result_word(struct slice word)
{
    return slice_equal_nocase(word, SLICE("OK")) || slice_equal_nocase(word, SLICE("NO")) ||
           slice_equal_nocase(word, SLICE("BAD"));
}

static void go_to(struct imap *imap, enum imap_place place)
{
    bool is_text = place == IMAP_PLACE_TEXT || place == IMAP_PLACE_STATUS || place == IMAP_PLACE_RESULT ||
                   place == IMAP_PLACE_CAPABILITY;
    imap->server.place = place;
    if (is_text) imap_lexer_take_text(&imap->server.lexer);
}

/* ---- the beginning of a line ---- */

static void forget_response(struct imap *imap)
{
    imap->answer = (struct imap_answer){0};
    imap->answer_size = 0;
    imap->item = (struct imap_name){.item = IMAP_ITEM_OTHER};
}

void imap_begin_fetch(struct imap *imap)
{
    forget_response(imap);
    go_to(imap, IMAP_PLACE_FETCH);
}

static void take_first_word(struct imap *imap, struct slice word)
{
    forget_response(imap);
    imap->result_tag = imap_tag_make(word);
    if (slice_equal(word, SLICE("*"))) {
        go_to(imap, IMAP_PLACE_UNTAGGED);
    } else if (slice_equal(word, SLICE("+"))) {
        imap_resolve_await(imap, false);
        go_to(imap, IMAP_PLACE_TEXT);
    } else {
        go_to(imap, IMAP_PLACE_TAGGED);
    }
}

static void take_result_word(struct imap *imap, struct slice word)
{
    static const struct slice words[] = {SLICE_INIT("OK"), SLICE_INIT("NO"), SLICE_INIT("BAD")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal_nocase(word, words[i])) session_count_reply(imap->session, words[i]);
    }
    imap->result_ok = slice_equal_nocase(word, words[0]);
    go_to(imap, imap_is_result_word(word) ? IMAP_PLACE_RESULT : IMAP_PLACE_TEXT);
}

/* The word behind "*" or "* n". What is not known has tokens and literals like the others, unless it may be
 * no response at all. */
static void take_response_word(struct imap *imap, struct slice word)
{
    bool is_numbered = imap->server.place == IMAP_PLACE_NUMBERED;
    if (!is_numbered && slice_parse_u64(word, &imap->answer.number)) {
        go_to(imap, IMAP_PLACE_NUMBERED);
        return;
    }
    enum imap_place place = imap->server.lossy ? IMAP_PLACE_TEXT : IMAP_PLACE_REST;
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
        if (slice_equal_nocase(word, responses[i].word)) place = responses[i].place;
    }
    if (slice_equal_nocase(word, SLICE("BYE"))) session_count_reply(imap->session, SLICE("BYE"));
    if (slice_equal_nocase(word, SLICE("PREAUTH"))) imap->is_preauth = true;
    bool needs_number = place == IMAP_PLACE_FETCH || place == IMAP_PLACE_EXPUNGE;
    go_to(imap, needs_number && !is_numbered ? IMAP_PLACE_TEXT : place);
}

/* ---- FETCH ---- */

static bool is_mail_item(enum imap_item item)
{
    return item == IMAP_ITEM_WHOLE || item == IMAP_ITEM_HEADER || item == IMAP_ITEM_TEXT;
}

/* How many bytes the client asked for in the range that is answered; 0: not known. */
static uint64_t asked_count(const struct imap *imap)
{
    size_t kept = imap->ask_count < IMAP_ASKS_MAX ? imap->ask_count : IMAP_ASKS_MAX;
    for (size_t i = 1; i <= kept; i++) {
        const struct imap_ask *ask = &imap->asks[(imap->ask_count - i) % IMAP_ASKS_MAX];
        if (ask->name.item != imap->item.item || ask->name.origin != imap->item.origin) continue;
        uint64_t number = ask->by_uid ? imap->answer.uid : imap->answer.number;
        if (ask->set == 0 || number == 0 || ask->set == number) return ask->name.count;
    }
    return 0;
}

/* The value of a mail item begins: `len` bytes. */
static void begin_fetched(struct imap *imap, uint64_t len)
{
    imap->answer.section = (enum imap_section)imap->item.item;
    imap->answer.is_part = imap->item.is_part;
    imap->answer.origin = imap->item.origin;
    imap->answer.len = len;
    imap->answer.asked = imap->item.is_part ? asked_count(imap) : 0;
    imap_store_begin(&imap->store, &imap->answer);
}

void imap_end_fetched(struct imap *imap)
{
    imap_store_end(&imap->store, &imap->answer);
}

static void take_fetched_string(struct imap *imap, struct slice text)
{
    if (!is_mail_item(imap->item.item)) return;
    begin_fetched(imap, text.len);
    imap_store_append(&imap->store, text);
    imap_end_fetched(imap);
}

/* A name, a number, or NIL: of a half or a range it means that nothing is there. */
static void take_fetch_word(struct imap *imap, struct slice word)
{
    uint64_t number = 0;
    bool is_whole = imap->item.item == IMAP_ITEM_WHOLE && !imap->item.is_part;
    if (!is_whole && slice_equal_nocase(word, SLICE("NIL"))) take_fetched_string(imap, slice_make(NULL, 0));
    struct imap_name name = imap_name_parse(word);
    if (imap->item.item == IMAP_ITEM_UID && slice_parse_u64(word, &number)) imap->answer.uid = number;
    if (imap->item.item == IMAP_ITEM_SIZE && slice_parse_u64(word, &number)) imap->answer_size = number;
    if (name.item == IMAP_ITEM_ENVELOPE) imap->session->owner->counters->imap_envelopes++;
    if (name.item == IMAP_ITEM_PART) imap->session->owner->counters->imap_parts++;
    imap->item = name;
}

static void take_fetch_token(struct imap *imap, enum imap_token token)
{
    struct imap_side *side = &imap->server;
    if (token == IMAP_TOKEN_WORD) {
        take_fetch_word(imap, buffer_slice(&side->lexer.text));
        return;
    }
    if (token == IMAP_TOKEN_STRING) take_fetched_string(imap, buffer_slice(&side->lexer.text));
    if (token == IMAP_TOKEN_LITERAL) {
        bool is_mail = is_mail_item(imap->item.item);
        if (is_mail) begin_fetched(imap, side->lexer.literal_len);
        imap_begin_literal(side, is_mail ? IMAP_SINK_FETCH : IMAP_SINK_NOWHERE);
    }
    if (token == IMAP_TOKEN_END)
        imap_store_settle(&imap->store, imap->answer.number, imap->answer.uid, imap->answer_size);
    imap->item = (struct imap_name){.item = IMAP_ITEM_OTHER};
}

/* ---- the end of a line ---- */

/* "* OK text": the first one greets; a mailbox that was selected has its own message numbers. */
static void take_status_text(struct imap *imap, struct slice text)
{
    text = slice_trim(text);
    if (slice_starts_nocase(text, SLICE("[CAPABILITY "))) imap_take_capabilities(imap, text);
    if (!imap->greeted) (void)buffer_append(&imap->banner, text);
    imap->greeted = true;
    if (slice_starts_nocase(text, SLICE("[UIDVALIDITY"))) imap_store_flush(&imap->store);
}

static void end_line(struct imap *imap)
{
    struct slice text = buffer_slice(&imap->server.lexer.text);
    switch (imap->server.place) {
    case IMAP_PLACE_STATUS: take_status_text(imap, text); break;
    case IMAP_PLACE_RESULT: imap_apply_result(imap, &imap->result_tag, imap->result_ok); break;
    case IMAP_PLACE_CAPABILITY: imap_take_capabilities(imap, text); break;
    case IMAP_PLACE_EXPUNGE: imap_store_expunge(&imap->store, imap->answer.number); break;
    case IMAP_PLACE_VANISHED: imap_store_flush(&imap->store); break;
    default: break;
    }
    imap->greeted = true;
    imap->server.place = IMAP_PLACE_START;
}

static void take_word(struct imap *imap, struct slice word)
{
    switch (imap->server.place) {
    case IMAP_PLACE_START: take_first_word(imap, word); break;
    case IMAP_PLACE_TAGGED: take_result_word(imap, word); break;
    case IMAP_PLACE_UNTAGGED:
    case IMAP_PLACE_NUMBERED: take_response_word(imap, word); break;
    default: break;
    }
}

static bool is_head(enum imap_place place)
{
    return place == IMAP_PLACE_START || place == IMAP_PLACE_TAGGED || place == IMAP_PLACE_UNTAGGED ||
           place == IMAP_PLACE_NUMBERED;
}

void imap_take_response_token(struct imap *imap, enum imap_token token)
{
    struct imap_side *side = &imap->server;
    bool in_head = is_head(side->place);
    if (side->place == IMAP_PLACE_FETCH) take_fetch_token(imap, token);
    if (token == IMAP_TOKEN_END || (token == IMAP_TOKEN_LITERAL && in_head)) {
        end_line(imap);
    } else if (token == IMAP_TOKEN_LITERAL && !side->in_literal) {
        imap_begin_literal(side, IMAP_SINK_NOWHERE);
    } else if (token == IMAP_TOKEN_WORD) {
        take_word(imap, buffer_slice(&side->lexer.text));
    } else if (in_head) { /* no response begins so */
        go_to(imap, IMAP_PLACE_TEXT);
    }
}
