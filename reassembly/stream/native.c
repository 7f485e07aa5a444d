/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: connections in a keyed table, two halves each, bounded memory, time-outs by packet time.
 * No globals, so engines may run side by side. It believes a SYN that re-uses a pair of ports only when the
 * peer or the following data confirms it, and an RST only near the expected sequence number (RFC 5961), so
 * that forged ones do not blind it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/stream/connection.h"
#include "reassembly/stream/engines.h"

#define NS_PER_MS 1000000u
#define NS_PER_S  1000000000u

enum { RESET_WINDOW_BYTES = 1 << 20 };

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

/* ---- packets ---- */

static void take_syn(struct connection *c, const struct packet *p, enum direction dir)
{
    struct half *half = &c->halves[dir], *peer = &c->halves[!dir];
    struct delivery to = {c, dir}, to_peer = {c, !dir};
    struct half_out out = connection_out(&to), peer_out = connection_out(&to_peer);
    half->syn_seen = true;
    if (!half->known || half->unsure) half_start(half, p->seq + 1, &out);
    if ((p->flags & PACKET_ACK) && (!peer->known || peer->unsure)) half_start(peer, p->ack, &peer_out);
}

static bool has_payload(const struct packet *p)
{
    return p->payload.len > 0 || p->cut_bytes > 0;
}

/* Hosts take nothing from a segment with RST, nor from one without ACK that is no SYN (RFC 9293 3.10.7.4):
 * such bytes would be there for the sensor alone. */
static bool is_acceptable(const struct packet *p)
{
    return !(p->flags & PACKET_RST) && (p->flags & (PACKET_ACK | PACKET_SYN));
}

/* `seq` is the FIN's own. Of several the nearest one counts: one too far ahead must not stand for bytes that
 * are missing. */
static void take_fin(struct half *half, uint32_t seq)
{
    int64_t end = (int64_t)half->delivered + half_distance(half, seq);
    uint64_t offset = end > 0 ? (uint64_t)end : 0;
    if (half->fin_seen && offset >= half->fin_offset) return;
    half->fin_seen = true;
    half->fin_offset = offset;
}

static void take_payload(struct connection *c, const struct packet *p, enum direction dir)
{
    struct half *half = &c->halves[dir];
    struct delivery to = {c, dir};
    struct half_out out = connection_out(&to);
    uint32_t seq = p->seq + ((p->flags & PACKET_SYN) ? 1 : 0);
    if (!is_acceptable(p)) {
        c->engine->options.counters->segments_unacceptable += has_payload(p);
        return;
    }
    if (!half->known && has_payload(p)) half_start_unsure(half, seq, c->engine->now_ns);
    if (!half->known) return;
    uint64_t window = c->engine->options.settings->window_max_bytes;
    int64_t distance = half_distance(half, seq);
    if (distance > (int64_t)window || distance < -(int64_t)window) {
        c->engine->options.counters->segments_out_of_window++;
        return;
    }
    if (p->flags & PACKET_URG) half_note_urgent(half, seq + (p->urgent > 0 ? p->urgent - 1u : 0), window);
    if (has_payload(p)) {
        if (c->life == LIFE_HANDSHAKE) connection_set_life(c, LIFE_ACTIVE);
        half_accept(half, seq, p->payload, p->cut_bytes, &out);
    }
    if (p->flags & PACKET_FIN) take_fin(half, seq + (uint32_t)(p->payload.len + p->cut_bytes));
}

static void give_up_holes(struct connection *c, enum direction dir)
{
    struct native *engine = c->engine;
    struct half *half = &c->halves[dir];
    struct delivery to = {c, dir};
    struct half_out out = connection_out(&to);
    if (half_start_is_due(half, engine->now_ns, engine->options.settings)) half_settle_start(half, &out);
    while (half_hole_is_lost(half, engine->now_ns, engine->options.settings)) {
        if (!half_skip_hole(half, &out)) break;
    }
}

static bool reset_is_believable(const struct connection *c, const struct packet *p, enum direction dir)
{
    const struct half *half = &c->halves[dir], *peer = &c->halves[!dir];
    int64_t distance = half->known ? half_distance(half, p->seq) : 0;
    if (half->known) return distance >= 0 && distance <= RESET_WINDOW_BYTES;
    return (p->flags & PACKET_ACK) && peer->known && half_distance(peer, p->ack) >= 0;
}

/* A reset connection lingers, because the other direction's last packets may still be on their way to us. */
static void take_reset(struct connection *c, const struct packet *p, enum direction dir)
{
    if (!reset_is_believable(c, p, dir)) {
        c->engine->options.counters->segments_out_of_window++;
        return;
    }
    if (c->life == LIFE_RESET) return;
    const struct half *half = &c->halves[dir];
    c->reset_dir = dir;
    c->reset_seq = half->known && half_distance(half, p->seq) > 0 ? half->next_seq : p->seq;
    connection_set_life(c, LIFE_RESET);
}

/* A host that has reset its connection says nothing new: when it does, the RST was not its own, or did not
 * reach its peer. */
static void revoke_reset(struct connection *c, const struct packet *p, enum direction dir)
{
    uint32_t end = p->seq + (uint32_t)p->payload.len;
    if (c->life != LIFE_RESET || dir != c->reset_dir || !is_acceptable(p) || !has_payload(p)) return;
    if ((int32_t)(end - c->reset_seq) <= 0) return;
    c->engine->options.counters->segments_out_of_window++;
    connection_set_life(c, LIFE_ACTIVE);
}

static enum direction direction_of(const struct connection *c, const struct packet *p)
{
    return same_endpoint(&p->src, &c->stream.flow.client) ? DIR_TO_SERVER : DIR_TO_CLIENT;
}

/* True when the packet may as well go on with the connection as it is. */
static bool fits_present(const struct connection *c, const struct packet *p)
{
    const struct half *half = &c->halves[direction_of(c, p)];
    int64_t distance = half_distance(half, p->seq);
    return half->known && distance >= -RESET_WINDOW_BYTES && distance <= RESET_WINDOW_BYTES;
}

/* True when `p` confirms the pending SYN: the peer accepts it, or its sender goes on from it. */
static bool confirms_pending(const struct connection *c, const struct packet *p)
{
    const struct packet *syn = c->pending_syn;
    if (!syn) return false;
    if (same_endpoint(&p->src, &syn->src))
        return !(p->flags & PACKET_SYN) && p->seq == syn->seq + 1 && !fits_present(c, p);
    return (p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK) && p->ack == syn->seq + 1;
}

static bool is_begin(const struct packet *p)
{
    return (p->flags & (PACKET_SYN | PACKET_RST)) == PACKET_SYN;
}

static bool is_over(const struct connection *c)
{
    return c->life == LIFE_CLOSED || c->life == LIFE_RESET;
}

/* A SYN that does not belong to the connection as known. */
static bool is_foreign_syn(const struct connection *c, const struct packet *p, enum direction dir)
{
    const struct half *half = &c->halves[dir];
    if (!is_begin(p) || !half->known) return false;
    if (half->unsure) return half_distance(half, p->seq + 1) < 0;
    return p->seq + 1 != half->first_seq;
}

static void note_syn(struct connection *c, const struct packet *p)
{
    if (!c->pending_syn) c->pending_syn = mem_alloc(sizeof *c->pending_syn);
    *c->pending_syn = *p;
    c->pending_syn->payload = c->pending_syn->datagram = slice_make(NULL, 0);
    c->pending_syn->cut_bytes = 0;
}

static void take_packet(struct connection *c, const struct packet *p)
{
    struct native *engine = c->engine;
    enum direction dir = direction_of(c, p);
    size_t before = connection_queue_memory(c);
    if (is_foreign_syn(c, p, dir)) {
        note_syn(c, p);
        return;
    }
    struct arrival now = {engine->now_ns, ++c->packets};
    c->halves[DIR_TO_SERVER].queue.now = c->halves[DIR_TO_CLIENT].queue.now = now;
    c->halves[dir].seen = true;
    if (p->flags & PACKET_SYN) take_syn(c, p, dir);
    revoke_reset(c, p, dir);
    take_payload(c, p, dir);
    if (p->flags & PACKET_ACK)
        half_note_ack(&c->halves[!dir], p->ack, engine->options.settings->window_max_bytes);
    if (p->flags & PACKET_RST) take_reset(c, p, dir);
    if (c->waits || before != connection_queue_memory(c)) {
        give_up_holes(c, DIR_TO_SERVER);
        give_up_holes(c, DIR_TO_CLIENT);
        if (c->ignored) connection_drop_queues(c);
        connection_account_queue(c, before);
    }
    if (half_is_done(&c->halves[0]) && half_is_done(&c->halves[1])) connection_close(c, STREAM_CLOSE_FIN);
}

/* Replaces a connection by its successor; the SYN that announced it is replayed first. */
static struct connection *replace_connection(struct connection *old, const struct packet *p)
{
    struct native *engine = old->engine;
    struct packet syn = is_begin(p) ? *p : *old->pending_syn;
    uint64_t hash = old->hash;
    if (!is_over(old)) engine->options.counters->streams_reused++;
    connection_forget(old, STREAM_CLOSE_REUSED);
    struct connection *c = connection_new(engine, &syn, hash);
    if (!is_begin(p)) take_packet(c, &syn);
    return c;
}

/* The connection a packet belongs to, made when the packet can begin one; NULL when it says nothing to us. */
static struct connection *connection_for(struct native *engine, const struct packet *p)
{
    uint64_t hash = 0;
    struct connection *c = connection_find(engine, p, &hash);
    bool begins = is_begin(p);
    if (!c) {
        return begins || (has_payload(p) && is_acceptable(p)) ? connection_new(engine, p, hash) : NULL;
    }
    if (confirms_pending(c, p)) return replace_connection(c, p);
    if (is_over(c) && is_foreign_syn(c, p, direction_of(c, p))) return replace_connection(c, p);
    return c->life != LIFE_CLOSED ? c : NULL;
}

static void spend_budget(struct native *engine)
{
    uint64_t budget = engine->options.settings->queue_total_max_bytes;
    while (engine->queue_memory > budget && engine->holes.head) {
        struct connection *c = engine->holes.head;
        size_t before = connection_queue_memory(c);
        engine->options.counters->limit_queue_total_max_bytes++;
        connection_flush(c);
        connection_account_queue(c, before);
    }
}

/* ---- the engine's door ---- */

static struct engine *native_open(const struct engine_options *options, struct error *error)
{
    (void)error;
    struct native *engine = mem_zalloc(1, sizeof *engine);
    engine->options = *options;
    engine->key = siphash_random_key();
    engine->table = connection_table();
    return (struct engine *)engine;
}

static void expire(struct native *engine, enum life life, uint64_t timeout_ms)
{
    struct connection *c = engine->ages[life].head;
    while (c && c->listed_ns + timeout_ms * NS_PER_MS < engine->now_ns) {
        if (life < LIFE_RESET) engine->options.counters->streams_expired++;
        connection_forget(c, life == LIFE_RESET ? STREAM_CLOSE_RST : STREAM_CLOSE_TIMEOUT);
        c = engine->ages[life].head;
    }
}

static void native_tick(struct engine *opaque, uint64_t now_ns)
{
    struct native *engine = (struct native *)opaque;
    const struct reassembly_settings *s = engine->options.settings;
    if (now_ns > engine->now_ns) engine->now_ns = now_ns;
    if (engine->now_ns - engine->swept_ns < NS_PER_MS) return; /* time-outs are said in milliseconds */
    engine->swept_ns = engine->now_ns;
    expire(engine, LIFE_HANDSHAKE, s->handshake_timeout_ms);
    expire(engine, LIFE_ACTIVE, s->idle_timeout_ms);
    expire(engine, LIFE_RESET, s->loss_tolerance_ms);
    expire(engine, LIFE_CLOSED, s->closed_timeout_ms);
}

static enum status native_feed(struct engine *opaque, const struct packet *p)
{
    struct native *engine = (struct native *)opaque;
    native_tick(opaque, p->ts_ns);
    struct connection *c = connection_for(engine, p);
    if (!c) return STATUS_OK;
    engine->recent = c;
    if (engine->now_ns - c->listed_ns > NS_PER_S) connection_set_life(c, c->life);
    take_packet(c, p);
    spend_budget(engine);
    return STATUS_OK;
}

static void native_close(struct engine **opaque)
{
    struct native *engine = (struct native *)*opaque;
    if (!engine) return;
    for (int life = 0; life < LIFE_COUNT; life++) {
        while (engine->ages[life].head) {
            struct connection *c = engine->ages[life].head;
            connection_forget(c, life == LIFE_RESET ? STREAM_CLOSE_RST : STREAM_CLOSE_END);
        }
    }
    table_free(&engine->table);
    free(engine);
    *opaque = NULL;
}

const struct engine_ops engine_native = {"native", native_open, native_feed, native_tick, native_close};
