/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IMAP's turn to TLS (RFC 3501 6.2.1): whether the server offers it, and what follows STARTTLS. The client's
 * bytes behind it are held until its result tells what they are; where no result can, they tell themselves.
 */
#include "reassembly/session/imap.h"
#include "reassembly/session/lines.h"

static const struct slice tls_record = SLICE_INIT("\x16\x03");

/* ---- what the server offers ---- */

/* After a login servers leave STARTTLS out: only what they say before it tells whether they have it. */
static bool is_before_login(const struct imap *imap)
{
    const struct session *session = imap->session;
    bool is_seen =
        !imap->client.lossy && !imap->server.lossy && (!imap->greeted || session->bytes[DIR_TO_SERVER] > 0);
    return is_seen && !imap->is_preauth && !session_has_auth(session);
}

void imap_take_capabilities(struct imap *imap, struct slice text)
{
    bool offers = false;
    if (session_is_secure(imap->session) || imap->server.lexer.text.overflowed) return;
    text = slice_head(text, slice_index(text, ']'));
    while (text.len > 0 && !offers)
        offers = slice_equal_nocase(slice_next_token(&text, ' '), SLICE("STARTTLS"));
    if (offers) imap->offers_tls = true;
    if (offers || is_before_login(imap)) session_note_tls_offer(imap->session, offers);
}

/* ---- the turn ---- */

static void begin_side_anew(struct imap_side *side)
{
    imap_lexer_restart(&side->lexer);
    side->place = IMAP_PLACE_START;
    side->in_literal = side->lossy = false;
}

/* Nothing of the dialogue before is of use: a new one begins without a greeting. */
static void begin_anew(struct imap *imap)
{
    imap_emit_unfinished(imap);
    buffer_free(&imap->held);
    begin_side_anew(&imap->client);
    begin_side_anew(&imap->server);
    imap->awaits = imap->awaits_tls = imap->tls_answered = imap->has_early = imap->misses_results = false;
    imap->asked_messages = imap->ask_count = 0;
    imap->greeted = imap->server_seen = true;
}

static void start_tls(struct imap *imap)
{
    struct buffer client = imap->tls_client;
    imap->tls_client = buffer_make(client.max);
    begin_anew(imap);
    session_start_tls(imap->session, buffer_slice(&client), slice_make(NULL, 0));
    wiped_free(&client);
}

void imap_refuse_tls(struct imap *imap)
{
    struct buffer held = imap->tls_client;
    struct slice bytes = buffer_slice(&held);
    imap->tls_client = buffer_make(held.max);
    imap->awaits_tls = false;
    imap_take_plain(imap, &imap->client, &bytes);
    wiped_free(&held);
}

void imap_answer_tls(struct imap *imap, bool ok)
{
    if (ok) {
        start_tls(imap);
        return;
    }
    if (imap->offers_tls) session_note(imap->session, ANOMALY_STARTTLS_REFUSED, slice_make(NULL, 0));
    imap_refuse_tls(imap);
}

/* ---- what follows STARTTLS ---- */

void imap_decide_tls(struct imap *imap)
{
    const struct buffer *held = &imap->tls_client;
    bool tells_by_itself = imap->client.lossy || imap->server.lossy || !imap->server_seen || held->overflowed;
    if (!imap->awaits_tls || held->len < tls_record.len || !tells_by_itself) return;
    if (slice_starts(buffer_slice(held), tls_record)) {
        start_tls(imap);
    } else {
        imap_refuse_tls(imap);
    }
}

bool imap_holds_tls(struct imap *imap, struct slice *bytes)
{
    struct buffer *held = &imap->tls_client;
    size_t max = held->max;
    if (!imap->awaits_tls) return false;
    bool is_too_much = bytes->len > max - held->len;
    if (is_too_much) held->max = held->len + bytes->len;
    wiped_append(held, *bytes);
    *bytes = slice_make(NULL, 0);
    held->max = max;
    if (is_too_much) {
        held->overflowed = true;
        imap->session->owner->counters->limit_held_max_bytes++;
        imap_note_limit(imap);
    }
    imap_decide_tls(imap);
    return true;
}

/* A line begins with a TLS record: with these bytes, or with 0x16 in the lexer and these behind it. */
static bool meets_tls(const struct imap_side *side, struct slice bytes)
{
    const struct imap_lexer *lexer = &side->lexer;
    if (side->place != IMAP_PLACE_START || side->in_literal) return false;
    if (lexer->line_len == 0) return slice_starts(bytes, tls_record);
    return lexer->line_len == 1 && slice_starts(bytes, slice_skip(tls_record, 1)) &&
           slice_equal(buffer_slice(&lexer->text), slice_head(tls_record, 1));
}

bool imap_turns_unseen(struct imap *imap, const struct imap_side *side, struct slice bytes)
{
    bool is_client = side == &imap->client;
    bool is_alone = is_client ? !imap->server_seen : imap->session->bytes[DIR_TO_SERVER] == 0;
    bool may_miss = imap->client.lossy || imap->server.lossy || is_alone;
    if (imap->compressed || !may_miss || session_is_secure(imap->session) || !meets_tls(side, bytes))
        return false;
    struct slice first = slice_head(tls_record, side->lexer.line_len);
    start_tls(imap);
    session_add_tls(imap->session, is_client ? DIR_TO_SERVER : DIR_TO_CLIENT, first);
    return true;
}
