/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader: cuts both directions into records and takes each as soon as it can be understood; see
 * tls.h. A direction rests where it needs the other one's hello, or secrets that have not come.
 */
#include "reassembly/tls/tls.h"

#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/tls/state.h"

enum { CHUNK_BYTES = 16384, ALERT_FATAL = 2 };

/* What became of a record. */
enum taken { TAKEN, TAKEN_LATER, TAKEN_BROKEN };

struct tls *tls_open(const struct tls_options *options)
{
    struct tls *tls = mem_zalloc(1, sizeof *tls);
    tls->options = *options;
    tls->plain = buffer_make(TLS_RECORD_MAX_BYTES);
    for (unsigned dir = 0; dir < 2; dir++) {
        struct tls_half *half = &tls->halves[dir];
        half->dir = (enum direction)dir;
        half->input = buffer_make(options->settings->tls_held_max_bytes + CHUNK_BYTES);
        half->message = buffer_make(options->settings->tls_hello_max_bytes);
    }
    return tls;
}

/* Memory that held plaintext or keys is wiped. */
static void wipe(struct buffer *buffer)
{
    if (buffer_capacity(buffer) > 0) mem_wipe(buffer->data, buffer_capacity(buffer));
    buffer_free(buffer);
}

void tls_free(struct tls **tls_ptr)
{
    struct tls *tls = *tls_ptr;
    if (!tls) return;
    for (size_t i = 0; i < 2; i++) {
        buffer_free(&tls->halves[i].input);
        wipe(&tls->halves[i].message);
    }
    wipe(&tls->plain);
    arena_free(&tls->arena);
    mem_wipe(tls, sizeof *tls);
    free(tls);
    *tls_ptr = NULL;
}

void tls_tell_gap(struct tls *tls, const struct tls_half *half, uint64_t len)
{
    if (len > 0 && half->epoch == TLS_EPOCH_TRAFFIC)
        tls->options.sink.gap_fn(tls->options.sink.context, half->dir, len);
}

static void break_half(struct tls *tls, struct tls_half *half)
{
    tls->facts.is_broken = true;
    half->is_dead = true;
}

/* ---- records ---- */

static void take_alert(struct tls *tls, struct slice content)
{
    bool is_first_fatal = content.len >= 2 && content.ptr[0] == ALERT_FATAL && tls->facts.alert == 0;
    if (is_first_fatal && content.ptr[1] < UINT8_MAX) tls->facts.alert = (uint8_t)(content.ptr[1] + 1);
}

static enum taken take_content(struct tls *tls, struct tls_half *half, uint8_t type, struct slice content)
{
    struct tls_sink *sink = &tls->options.sink;
    switch (type) {
    case TLS_HANDSHAKE:
        if (half->message_torn) return TAKEN;
        return tls_take_messages(tls, half, content) ? TAKEN : TAKEN_BROKEN;
    case TLS_ALERT: take_alert(tls, content); return TAKEN;
    case TLS_DATA:
        if (content.len > 0) sink->data_fn(sink->context, half->dir, content);
        return TAKEN;
    default: return TAKEN; /* heartbeats and what comes yet */
    }
}

static bool is_established(const struct tls *tls)
{
    for (size_t i = 0; i < 2; i++) {
        const struct tls_half *half = &tls->halves[i];
        if (!half->is_sealed && half->epoch != TLS_EPOCH_TRAFFIC) return false;
    }
    return true;
}

/* A record that only keys can open. */
static enum taken take_protected(struct tls *tls, struct tls_half *half, uint8_t type, struct slice fragment)
{
    enum tls_keys keys = tls_keys_make_any(tls, half);
    if (keys == TLS_KEYS_AWAITED) return TAKEN_LATER;
    half->is_sealed = keys == TLS_KEYS_NEVER;
    if (half->is_sealed) return TAKEN;
    bool is_early = half->epoch == TLS_EPOCH_EARLY;
    if (tls_keys_open(tls, half, &type, fragment))
        return take_content(tls, half, type, buffer_slice(&tls->plain));
    return is_early ? TAKEN : TAKEN_BROKEN; /* early data that cannot be read are passed over */
}

/* Up to TLS 1.2 it changes to the keys agreed on; in TLS 1.3 it means nothing (RFC 8446 D.4). */
static enum taken take_change(struct tls *tls, struct tls_half *half)
{
    if (tls->retry_seen) return TAKEN;
    if (!tls->facts.server_hello_seen) return half->dir == DIR_TO_SERVER ? TAKEN_LATER : TAKEN_BROKEN;
    if (tls->facts.version >= TLS13_VERSION) return TAKEN;
    if (half->epoch != TLS_EPOCH_CLEAR) return TAKEN_BROKEN;
    if (half->dir == DIR_TO_CLIENT && !tls->certificate_seen && !half->message_torn)
        tls->facts.is_resumed = true;
    tls_keys_change(half, TLS_EPOCH_TRAFFIC);
    return TAKEN;
}

static enum taken take_record(struct tls *tls, struct tls_half *half, uint8_t type, struct slice fragment)
{
    bool is_old = tls->facts.server_hello_seen && tls->facts.version < TLS13_VERSION;
    if (half->is_sealed) return TAKEN;
    tls->in_clear = false;
    if (is_old && half->epoch == TLS_EPOCH_TRAFFIC) return take_protected(tls, half, type, fragment);
    if (type == TLS_CHANGE_CIPHER_SPEC) return take_change(tls, half);
    tls->in_clear = type != TLS_DATA;
    if (tls->in_clear) return take_content(tls, half, type, fragment);
    if (!tls->facts.server_hello_seen) return half->dir == DIR_TO_SERVER ? TAKEN_LATER : TAKEN_BROKEN;
    return is_old ? TAKEN_BROKEN : take_protected(tls, half, type, fragment);
}

/* ---- the input of one direction ---- */

/* The head of a record of this type. */
static bool is_head_of(uint8_t type, struct slice bytes)
{
    return bytes.len >= TLS_RECORD_HEAD_BYTES && bytes.ptr[0] == type && bytes.ptr[1] == 3 &&
           bytes.ptr[2] <= 4 && ((size_t)bytes.ptr[3] << 8 | bytes.ptr[4]) <= TLS_RECORD_MAX_BYTES;
}

static bool may_be_head_of(uint8_t type, struct slice bytes)
{
    const uint8_t head[] = {type, 3};
    if (bytes.len >= TLS_RECORD_HEAD_BYTES) return is_head_of(type, bytes);
    return bytes.len > 0 && memcmp(bytes.ptr, head, bytes.len < sizeof head ? bytes.len : sizeof head) == 0;
}

bool tls_may_begin(struct slice bytes)
{
    return may_be_head_of(TLS_HANDSHAKE, bytes);
}

/* A direction begins with a handshake, or with an alert instead. */
static bool may_be_first(struct slice bytes)
{
    return may_be_head_of(TLS_HANDSHAKE, bytes) || may_be_head_of(TLS_ALERT, bytes);
}

/* Whether `room` bytes at `at` are the head of a record, whose length goes to *len. */
static bool is_head(const uint8_t *at, size_t *len)
{
    *len = (size_t)at[3] << 8 | at[4];
    return at[0] >= TLS_CHANGE_CIPHER_SPEC && at[0] <= TLS_DATA + 1 && at[1] == 3 && at[2] <= 4 &&
           *len <= TLS_RECORD_MAX_BYTES;
}

/* Plaintext before the first record: STARTTLS with more behind it. */
static bool take_stray(struct tls *tls, struct tls_half *half, struct slice bytes)
{
    struct tls_sink *sink = &tls->options.sink;
    size_t stray = 0;
    while (stray < bytes.len && !may_be_first(slice_skip(bytes, stray))) stray++;
    if (stray > 0) {
        sink->stray_fn(sink->context, half->dir, slice_head(bytes, stray));
        mem_wipe(half->input.data + half->at, stray); /* it may hold a password */
    }
    half->lost += stray;
    half->at += stray;
    if (half->lost > tls->options.settings->tls_hello_max_bytes) break_half(tls, half);
    struct slice rest = slice_skip(bytes, stray);
    half->has_begun = is_head_of(TLS_HANDSHAKE, rest) || is_head_of(TLS_ALERT, rest);
    if (half->has_begun) half->lost = 0;
    return stray > 0 || half->has_begun || half->is_dead;
}

static uint64_t pop_hole(struct tls_half *half)
{
    uint64_t lost = half->holes[0].lost;
    half->hole_count--;
    memmove(half->holes, half->holes + 1, half->hole_count * sizeof *half->holes);
    return lost;
}

static bool hello_seen(const struct tls *tls, const struct tls_half *half)
{
    return half->dir == DIR_TO_SERVER ? tls->facts.client_hello_seen : tls->facts.server_hello_seen;
}

/* A record of the handshake in clear is torn, its end is known: messages are passed over up to the change of
 * keys. */
static void tear_clear_record(struct tls *tls, struct tls_half *half, uint8_t type, uint64_t rest)
{
    half->torn = rest;
    if (type == TLS_CHANGE_CIPHER_SPEC) {
        if (take_change(tls, half) == TAKEN_BROKEN) break_half(tls, half);
        return;
    }
    if (!hello_seen(tls, half)) break_half(tls, half);
    half->message_torn = true;
}

static void tear_protected_record(struct tls *tls, struct tls_half *half, uint8_t type, size_t total,
                                  uint64_t rest)
{
    uint64_t overhead = tls_protection_overhead(&half->protection);
    half->torn = rest;
    half->protection.sequence++;
    if (type == TLS_DATA) tls_tell_gap(tls, half, total > overhead ? total - overhead : 0);
}

/* What was begun of a message is worth nothing behind a loss; in the handshake the ones behind it cannot be
 * told apart either. */
static void tear_message(struct tls_half *half)
{
    buffer_clear(&half->message);
    half->message_skip = 0;
    half->message_torn = half->epoch != TLS_EPOCH_TRAFFIC;
}

/* The change of keys itself may be among what was lost: what comes is looked at with the keys behind it. */
static bool pass_lost_change(struct tls *tls, struct tls_half *half)
{
    if (half->epoch != TLS_EPOCH_CLEAR) return half->has_keys;
    half->from_handshake = true;
    tls_keys_change(half, tls->facts.version < TLS13_VERSION ? TLS_EPOCH_TRAFFIC : TLS_EPOCH_HANDSHAKE);
    return tls_keys_make(tls, half) == TLS_KEYS_READY;
}

/* A hole right here, or inside of the record of `total` bytes that begins here (0: its head is torn as well).
 * False: how much content is lost can be told when keys are there. */
static bool take_torn(struct tls *tls, struct tls_half *half, size_t room, size_t total)
{
    bool is_clear = half->epoch == TLS_EPOCH_CLEAR;
    bool is_inside = total > 0 && total - room >= half->holes[0].lost;
    enum tls_keys keys = is_clear && is_inside ? TLS_KEYS_NEVER : tls_keys_make_any(tls, half);
    if (keys == TLS_KEYS_AWAITED && !half->is_sealed) return false;
    uint8_t type = total > 0 ? half->input.data[half->at] : 0;
    bool is_clear_change = is_clear || tls->facts.version >= TLS13_VERSION;
    bool is_change = is_clear_change && is_inside && type == TLS_CHANGE_CIPHER_SPEC;
    if (is_change && half->dir == DIR_TO_SERVER && !tls->facts.server_hello_seen && !tls->retry_seen)
        return false;
    uint64_t lost = pop_hole(half), rest = is_inside ? total - room - lost : 0;
    half->at += room;
    if (!is_change) tear_message(half);
    if (is_change || (is_inside && is_clear)) {
        tear_clear_record(tls, half, type, rest);
    } else if (half->is_sealed || keys == TLS_KEYS_NEVER) {
        half->is_sealed = half->is_dead = true;
    } else if (is_inside && half->has_keys) {
        tear_protected_record(tls, half, type, total, rest);
    } else {
        half->is_lost = true;
        half->lost = room + lost;
        if (!pass_lost_change(tls, half)) break_half(tls, half);
        half->message_torn = half->epoch != TLS_EPOCH_TRAFFIC;
    }
    return true;
}

static bool take_rest_of_torn(struct tls_half *half, size_t room)
{
    size_t len = room < half->torn ? room : (size_t)half->torn;
    half->at += len;
    half->torn -= len;
    return len > 0;
}

/* A hole where a torn record's rest, or the next record, was looked for. */
static void lose_more(struct tls_half *half)
{
    uint64_t lost = pop_hole(half);
    if (half->is_lost) {
        half->lost += lost;
    } else if (lost <= half->torn) {
        half->torn -= lost;
    } else {
        half->lost = lost - half->torn;
        half->torn = 0;
        half->is_lost = true;
    }
}

/* Takes what comes next of a direction; false when it has to wait for more. */
static bool step(struct tls *tls, struct tls_half *half)
{
    bool has_hole = half->hole_count > 0;
    size_t room = (has_hole ? half->holes[0].offset : half->input.len) - half->at, len = 0;
    if (half->is_dead) return false;
    bool is_passing = half->torn > 0 || half->is_lost;
    if (room == 0 && !has_hole) return false;
    if (room == 0 && is_passing) {
        lose_more(half);
        return true;
    }
    if (half->torn > 0) return take_rest_of_torn(half, room);
    if (half->is_lost) return tls_recover(tls, half, room, !has_hole);
    struct slice bytes = slice_head(slice_skip(buffer_slice(&half->input), half->at), room);
    if (!half->has_begun && room > 0) return take_stray(tls, half, bytes);
    if (room < TLS_RECORD_HEAD_BYTES) return has_hole && take_torn(tls, half, room, 0);
    if (!is_head(bytes.ptr, &len)) {
        break_half(tls, half);
        return true;
    }
    size_t total = TLS_RECORD_HEAD_BYTES + len;
    if (room < total) return has_hole && take_torn(tls, half, room, total);
    struct slice fragment = slice_head(slice_skip(bytes, TLS_RECORD_HEAD_BYTES), len);
    enum taken taken = take_record(tls, half, bytes.ptr[0], fragment);
    if (taken == TAKEN_LATER) return false;
    half->at += total;
    if (taken == TAKEN_BROKEN) break_half(tls, half);
    return true;
}

/* Forgets what was taken. */
static void trim(struct tls_half *half)
{
    if (half->is_dead) {
        buffer_free(&half->input);
        half->hole_count = half->at = 0;
        return;
    }
    if (half->at == 0) return;
    buffer_consume(&half->input, half->at);
    if (half->input.len == 0) buffer_free(&half->input); /* most connections rest between records */
    for (size_t i = 0; i < half->hole_count; i++) half->holes[i].offset -= half->at;
    half->at = 0;
}

/* Takes all that can be taken: a record of one direction may be what the other one waits for. */
static void run(struct tls *tls)
{
    bool goes_on = true;
    while (goes_on) {
        goes_on = false;
        for (size_t i = 0; i < 2; i++) {
            while (step(tls, &tls->halves[i])) goes_on = true;
        }
    }
    for (size_t i = 0; i < 2; i++) trim(&tls->halves[i]);
    wipe(&tls->plain);
    tls->facts.is_established = is_established(tls);
}

/* ---- the door ---- */

static enum tls_state state_of(const struct tls *tls)
{
    const struct tls_half *client = &tls->halves[DIR_TO_SERVER], *server = &tls->halves[DIR_TO_CLIENT];
    if (client->is_dead && server->is_dead && tls->facts.is_broken) return TLS_DEAD;
    bool is_done = (client->is_sealed || client->is_dead) && (server->is_sealed || server->is_dead);
    return is_done ? TLS_OPAQUE : TLS_READING;
}

/* More is held than may be: the connection is not read any further. */
static void overflow(struct tls *tls)
{
    tls->options.counters->limit_tls_held_max_bytes++;
    for (size_t i = 0; i < 2; i++) {
        tls->halves[i].is_sealed = true;
        tls->halves[i].is_dead = true;
        trim(&tls->halves[i]);
    }
}

enum tls_state tls_take(struct tls *tls, enum direction dir, struct slice bytes)
{
    struct tls_half *half = &tls->halves[dir];
    while (bytes.len > 0 && !half->is_dead) {
        struct slice part = slice_head(bytes, CHUNK_BYTES);
        bool had_room = buffer_append(&half->input, part) == STATUS_OK;
        if (had_room) run(tls);
        if (!had_room || half->input.len > tls->options.settings->tls_held_max_bytes) overflow(tls);
        bytes = slice_skip(bytes, part.len);
    }
    return state_of(tls);
}

enum tls_state tls_gap(struct tls *tls, enum direction dir, uint64_t len)
{
    struct tls_half *half = &tls->halves[dir];
    if (half->is_dead) return state_of(tls);
    if (half->hole_count == TLS_HOLES_MAX) {
        overflow(tls);
    } else {
        half->holes[half->hole_count++] = (struct tls_hole){half->input.len, len};
        run(tls);
    }
    return state_of(tls);
}

void tls_end(struct tls *tls)
{
    run(tls);
}

const struct tls_facts *tls_facts(const struct tls *tls)
{
    return &tls->facts;
}

size_t tls_memory(const struct tls *tls)
{
    size_t bytes = sizeof *tls + buffer_capacity(&tls->plain) + tls->arena.used;
    for (size_t i = 0; i < 2; i++)
        bytes += buffer_capacity(&tls->halves[i].input) + buffer_capacity(&tls->halves[i].message);
    return bytes;
}
