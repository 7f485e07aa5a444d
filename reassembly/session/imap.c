/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IMAP (RFC 3501, RFC 9051) as seen from beside: both directions are cut into tokens, and the bytes of
 * literals go where the line before them says. Nothing needs the other direction but what only it knows:
 * whether an upload was accepted, how much of a message was asked for. After a loss inside a literal the mail
 * goes on behind the hole; after one outside of it the next byte is taken for the first of a line, and what
 * is no response or command is passed over.
 */
#include "reassembly/session/imap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/lines.h"

enum { FACT_MAX_BYTES = 1024 };

struct imap_tag imap_tag_make(struct slice text)
{
    struct imap_tag tag = {.len = text.len};
    text = slice_head(text, sizeof tag.bytes);
    if (text.len > 0) memcpy(tag.bytes, text.ptr, text.len);
    return tag;
}

bool imap_tag_equal(const struct imap_tag *a, const struct imap_tag *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void imap_emit(struct imap *imap, struct mail *mail)
{
    mail->session.banner = arena_copy(&mail->arena, buffer_slice(&imap->banner));
    mail->session.user = arena_copy(&mail->arena, buffer_slice(&imap->user));
    mail->session.auth_mechanism = arena_copy(&mail->arena, buffer_slice(&imap->auth_mechanism));
    session_emit_mail(imap->session, mail);
}

static void emit_fetched(void *context, struct mail *mail)
{
    mail->via = MAIL_VIA_FETCH;
    imap_emit(context, mail);
}

/* ---- literals ---- */

void imap_begin_literal(struct imap_side *side, enum imap_sink sink)
{
    side->in_literal = true;
    side->literal_left = side->lexer.literal_len;
    side->sink = sink;
}

static void put_literal(struct imap *imap, const struct imap_side *side, struct slice bytes)
{
    switch (side->sink) {
    case IMAP_SINK_FETCH: imap_store_append(&imap->store, bytes); break;
    case IMAP_SINK_ARGUMENT: (void)buffer_append(&imap->argument, bytes); break;
    case IMAP_SINK_UPLOAD:
        if (!imap->upload) break;
        (void)buffer_append(&imap->upload->bytes, bytes);
        imap->upload->last_ns = imap->session->now_ns;
        break;
    case IMAP_SINK_NOWHERE: break;
    }
}

static void end_literal(struct imap *imap, struct imap_side *side)
{
    side->in_literal = false;
    if (side->sink == IMAP_SINK_FETCH) imap_end_fetched(imap);
    if (side == &imap->client) imap_end_argument(imap);
}

/* False when the literal goes on behind the chunk. */
static bool take_literal(struct imap *imap, struct imap_side *side, struct slice *bytes)
{
    size_t len = bytes->len < side->literal_left ? bytes->len : (size_t)side->literal_left;
    if (len > 0) put_literal(imap, side, slice_head(*bytes, len));
    *bytes = slice_skip(*bytes, len);
    side->literal_left -= len;
    if (side->literal_left > 0) return false;
    end_literal(imap, side);
    return true;
}

/* ---- both directions ---- */

static bool has_ended(const struct imap *imap)
{
    return imap->client.is_dead && imap->server.is_dead;
}

void imap_note_limit(struct imap *imap)
{
    session_note(imap->session, ANOMALY_LIMIT_REACHED, slice_make(NULL, 0));
}

static bool take_token(struct imap *imap, struct imap_side *side, struct slice *bytes)
{
    enum imap_token token = imap_lex(&side->lexer, bytes);
    if (token == IMAP_TOKEN_MORE) return false;
    if (side->lexer.text.overflowed) {
        imap->session->owner->counters->limit_line_max_bytes++;
        session_note(imap->session, ANOMALY_LINE_TOO_LONG, slice_make(NULL, 0));
    }
    if (side == &imap->client) {
        imap_take_command_token(imap, token);
    } else {
        imap_take_response_token(imap, token);
    }
    return true;
}

/* The client's bytes behind a literal's announcement, while it is not known whether they are the literal:
 * held until the server tells, or the first line does. */
static void hold_client(struct imap *imap, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, imap->held.max - imap->held.len);
    size_t line_end = slice_index(part, '\n');
    wiped_append(&imap->held, part);
    *bytes = slice_skip(*bytes, part.len);
    bool is_full = bytes->len > 0;
    if (is_full) {
        imap->session->owner->counters->limit_line_max_bytes++;
        imap_note_limit(imap);
    }
    if (!is_full && line_end == part.len) return;
    struct slice line = buffer_slice(&imap->held);
    imap_resolve_await(imap, imap_is_command_line(slice_head(line, slice_index(line, '\n'))));
}

/* False when it takes all that is there. */
static bool take_recovered(struct imap *imap, struct slice *bytes)
{
    struct slice head;
    imap_recovery_take(imap, bytes, &head);
    if (imap->recovery.active) return false;
    imap_take_plain(imap, &imap->server, &head);
    return true;
}

/* False when the bytes are used up, or are TLS. */
static bool take_some(struct imap *imap, struct imap_side *side, struct slice *bytes)
{
    bool is_client = side == &imap->client;
    if (!is_client && imap->recovery.active) return take_recovered(imap, bytes);
    if (is_client && imap_holds_tls(imap, bytes)) return false;
    if (imap_turns_unseen(imap, side, *bytes)) return false;
    if (is_client && imap->awaits) {
        if (bytes->len == 0) return false;
        hold_client(imap, bytes);
        return true;
    }
    return side->in_literal ? take_literal(imap, side, bytes) : take_token(imap, side, bytes);
}

void imap_take_plain(struct imap *imap, struct imap_side *side, struct slice *bytes)
{
    struct session *session = imap->session;
    bool goes_on = !session_turns_to_tls(session);
    while (goes_on && !has_ended(imap) && !(imap->compressed && !side->inflater))
        goes_on = take_some(imap, side, bytes) && !session_turns_to_tls(session);
    if (!session_turns_to_tls(session) || bytes->len == 0) return;
    session_add_tls(session, side == &imap->server ? DIR_TO_CLIENT : DIR_TO_SERVER, *bytes);
    *bytes = slice_make(NULL, 0);
}

/* ---- compression ---- */

void imap_start_compression(struct imap *imap)
{
    struct assembler *owner = imap->session->owner;
    if (imap->compressed) return;
    imap->compressed = true;
    session_report_of(imap->session)->is_compressed = true;
    owner->counters->sessions_compressed++;
    if (owner->inflating < owner->settings->imap_inflate_sessions_max) {
        owner->inflating++;
        imap->inflates = true;
        return;
    }
    owner->counters->limit_imap_inflate_sessions_max++;
    imap_note_limit(imap);
    imap->client.is_dead = imap->server.is_dead = true;
}

/* What is there is all there will be. */
static void lose_direction(struct imap *imap, struct imap_side *side)
{
    struct reassembly_counters *counters = imap->session->owner->counters;
    if (side->is_dead) return;
    side->is_dead = true;
    counters->inflate_lost++;
    if (side->inflater && imap_inflater_is_bomb(side->inflater)) {
        counters->limit_imap_inflate_ratio_max++;
        imap_note_limit(imap);
    }
    if (side == &imap->server) imap_store_flush(&imap->store);
    if (side != &imap->client || !imap->upload) return;
    imap->upload->damage.truncated = true;
    imap_end_upload(imap);
}

static void take_compressed(struct imap *imap, struct imap_side *side, struct slice bytes)
{
    uint64_t ratio_max = imap->session->owner->settings->imap_inflate_ratio_max;
    enum imap_inflate_result result = IMAP_INFLATE_MORE;
    struct slice plain;
    if (!side->inflater) side->inflater = imap_inflater_new(ratio_max);
    while (!has_ended(imap)) {
        result = imap_inflate(side->inflater, &bytes, &plain);
        if (result != IMAP_INFLATE_OUTPUT) break;
        imap_take_plain(imap, side, &plain);
    }
    if (result == IMAP_INFLATE_BAD) lose_direction(imap, side);
}

static void take_bytes(struct imap *imap, struct imap_side *side, struct slice bytes)
{
    if (!imap->compressed) imap_take_plain(imap, side, &bytes);
    if (imap->compressed && !side->is_dead && bytes.len > 0) take_compressed(imap, side, bytes);
}

static void release_held(struct imap *imap)
{
    struct buffer held = imap->held;
    imap->held = buffer_make(held.max);
    struct slice bytes = buffer_slice(&held);
    imap_take_plain(imap, &imap->client, &bytes);
    wiped_free(&held);
}

void imap_resolve_await(struct imap *imap, bool refused)
{
    if (!imap->awaits) return;
    imap->awaits = false;
    if (refused) {
        mail_free(&imap->upload);
        imap->client.in_literal = false;
        imap->client.place = IMAP_PLACE_START;
        imap_lexer_restart(&imap->client.lexer);
    }
    release_held(imap);
}

/* ---- the protocol's door ---- */

static void *imap_open(struct session *session)
{
    const struct reassembly_settings *settings = session->owner->settings;
    struct imap *imap = mem_zalloc(1, sizeof *imap);
    imap->session = session;
    imap->client.lossy = imap->server.lossy = session->stream->midstream || session->gap_before;
    imap->greeted = imap->server.lossy;
    imap->banner = imap->user = imap->auth_mechanism = imap->argument = buffer_make(FACT_MAX_BYTES);
    imap->held = buffer_make(settings->line_max_bytes);
    imap->tls_client = buffer_make(settings->held_max_bytes);
    imap->pending = fifo_make(sizeof(struct imap_pending), settings->pipeline_max);
    imap_lexer_init(&imap->client.lexer, settings->line_max_bytes);
    imap_lexer_init(&imap->server.lexer, settings->line_max_bytes);
    imap_recovery_init(&imap->recovery);
    imap_store_init(&imap->store, session, emit_fetched, imap);
    return imap;
}

static enum stream_interest interest_of(const struct imap *imap)
{
    return has_ended(imap) ? STREAM_IGNORE : STREAM_FOLLOW;
}

static enum stream_interest imap_data(struct session *session, enum direction dir, struct slice bytes)
{
    struct imap *imap = session->state;
    if (dir == DIR_TO_CLIENT) imap->server_seen = true;
    take_bytes(imap, dir == DIR_TO_CLIENT ? &imap->server : &imap->client, bytes);
    return interest_of(imap);
}

/* Puts a hole of at most `len` bytes into the literal; returns how many of them are behind its end. */
static uint64_t lose_literal(struct imap *imap, struct imap_side *side, uint64_t len)
{
    uint64_t lost = len < side->literal_left ? len : side->literal_left;
    if (side->sink == IMAP_SINK_FETCH) imap_store_hole(&imap->store, lost);
    if (side->sink == IMAP_SINK_UPLOAD && imap->upload)
        mail_add_gap(imap->upload, lost, imap->session->owner->settings->gaps_max);
    side->literal_left -= lost;
    if (side->literal_left == 0) end_literal(imap, side);
    return len - lost;
}

/* The line ended somewhere in the hole. */
static void lose_line(struct imap *imap, struct imap_side *side)
{
    if (side->place == IMAP_PLACE_FETCH)
        imap_store_settle(&imap->store, imap->answer.number, imap->answer.uid, imap->answer_size);
    if (side == &imap->client && imap->upload) {
        imap->upload->damage.truncated = true;
        imap_end_upload(imap);
    }
    imap_lexer_restart(&side->lexer);
    side->place = IMAP_PLACE_START;
}

static enum stream_interest imap_gap(struct session *session, enum direction dir, uint64_t len)
{
    struct imap *imap = session->state;
    struct imap_side *side = dir == DIR_TO_CLIENT ? &imap->server : &imap->client;
    if (dir == DIR_TO_SERVER) imap_resolve_await(imap, false);
    if (imap->compressed) {
        lose_direction(imap, side);
    } else if (!has_ended(imap)) {
        side->lossy = true;
        imap_decide_tls(imap);
        if (session_turns_to_tls(session)) return STREAM_FOLLOW;
        if (side->in_literal) len = lose_literal(imap, side, len);
        if (len > 0) lose_line(imap, side);
        if (len > 0 && dir == DIR_TO_CLIENT) imap_recovery_gap(imap, len);
    }
    return interest_of(imap);
}

static size_t imap_memory(const struct session *session)
{
    const struct imap *imap = session->state;
    return imap->store.bytes + imap_recovery_memory(imap) + imap->waiting_bytes +
           buffer_capacity(&imap->held) + buffer_capacity(&imap->tls_client) +
           (imap->upload ? buffer_capacity(&imap->upload->bytes) : 0);
}

void imap_emit_unfinished(struct imap *imap)
{
    imap_recovery_end(imap);
    imap_store_flush(&imap->store);
    while (!fifo_is_empty(&imap->pending)) {
        struct mail *mail = ((struct imap_pending *)fifo_front(&imap->pending))->mail;
        fifo_pop(&imap->pending);
        if (mail) imap_emit_waiting(imap, mail, MAIL_ACCEPTANCE_UNKNOWN);
    }
    if (!imap->upload) return;
    imap->upload->damage.truncated = true;
    imap_emit(imap, imap->upload);
    imap->upload = NULL;
}

static void end_compression(struct imap *imap)
{
    imap_inflater_free(&imap->client.inflater);
    imap_inflater_free(&imap->server.inflater);
    if (imap->inflates) imap->session->owner->inflating--;
}

static void complete_report(const struct imap *imap)
{
    struct session_report *report = session_report_of(imap->session);
    report->banner = arena_copy(&report->arena, buffer_slice(&imap->banner));
    report->user = arena_copy(&report->arena, buffer_slice(&imap->user));
    report->auth_mechanism = arena_copy(&report->arena, buffer_slice(&imap->auth_mechanism));
}

static void imap_close(struct session *session)
{
    struct imap *imap = session->state;
    if (imap->awaits_tls) imap_refuse_tls(imap);
    imap_resolve_await(imap, false);
    imap_emit_unfinished(imap);
    if (session_is_reported(session)) complete_report(imap);
    end_compression(imap);
    fifo_free(&imap->pending);
    wiped_free(&imap->held);
    wiped_free(&imap->tls_client);
    buffer_free(&imap->argument);
    buffer_free(&imap->banner);
    buffer_free(&imap->user);
    buffer_free(&imap->auth_mechanism);
    imap_lexer_free(&imap->client.lexer);
    imap_lexer_free(&imap->server.lexer);
    free(imap);
    session->state = NULL;
}

const struct protocol protocol_imap = {"imap",   MAIL_IMAP,   imap_open, imap_data,
                                       imap_gap, imap_memory, imap_close};
