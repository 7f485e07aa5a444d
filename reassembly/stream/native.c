/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: connections in a keyed table, two halves each, bounded memory, time-outs by packet time. No
 * globals, so engines may run side by side. It believes a SYN that re-uses a pair of ports only when the peer or the
 * following data confirms it, and an RST only near the expected sequence number (RFC 5961), so that forged ones do not
 * blind it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/siphash.h"
#include "base/table.h"
#include "reassembly/stream/engines.h"
#include "reassembly/stream/half.h"

#define NS_PER_MS 1000000u
#define NS_PER_S  1000000000u

enum { RESET_WINDOW_BYTES = 1 << 20 };

/* Ordered so that memory compares: the endpoint that sorts lower comes first. */
struct stream_key {
    uint8_t low[18], high[18]; /* address, port */
    uint8_t family;
    uint8_t pad[3];
};

enum life { LIFE_HANDSHAKE, LIFE_ACTIVE, LIFE_RESET, LIFE_CLOSED, LIFE_COUNT };

struct link {
    struct connection *prev, *next;
};

struct list {
    struct connection *head, *tail;
};

struct connection {
    struct stream stream; /* first: the follower's view */
    struct stream_key key;
    uint64_t hash;
    struct native *engine;
    struct half halves[2]; /* by enum direction */
    struct link by_age, by_hole;
    uint64_t listed_ns; /* when it was put at the end of its list */
    enum life life;
    bool opened, ignored;
    bool waits;       /* is in the list of connections with holes */
    bool syn_pending; /* a SYN of a possible successor was seen */
    struct packet pending_syn;
};

struct native {
    struct engine_options options;
    struct siphash_key key;
    struct table table;
    struct list ages[LIFE_COUNT], holes;
    struct connection *recent; /* the connection of the last packet */
    size_t queue_memory;
    uint64_t now_ns;
};

/* What a half needs to deliver: the connection and the direction. */
struct delivery {
    struct connection *connection;
    enum direction dir;
};

static bool key_equal(const void *value, const void *key)
{
    return memcmp(&((const struct connection *)value)->key, key, sizeof(struct stream_key)) == 0;
}

static void list_append(struct list *list, struct connection *c, struct link *(*link)(struct connection *))
{
    *link(c) = (struct link){.prev = list->tail};
    if (list->tail) {
        link(list->tail)->next = c;
    } else {
        list->head = c;
    }
    list->tail = c;
}

static void list_remove(struct list *list, struct connection *c, struct link *(*link)(struct connection *))
{
    struct link *at = link(c);
    if (at->prev) {
        link(at->prev)->next = at->next;
    } else {
        list->head = at->next;
    }
    if (at->next) {
        link(at->next)->prev = at->prev;
    } else {
        list->tail = at->prev;
    }
}

static struct link *age_link(struct connection *c)
{
    return &c->by_age;
}

static struct link *hole_link(struct connection *c)
{
    return &c->by_hole;
}

static void put_endpoint(uint8_t *at, const struct endpoint *e)
{
    memcpy(at, e->addr, 16);
    memcpy(at + 16, &e->port, 2);
}

static struct stream_key make_key(const struct packet *p)
{
    struct stream_key key = {.family = (uint8_t)p->family};
    put_endpoint(key.low, &p->src);
    put_endpoint(key.high, &p->dst);
    if (memcmp(key.low, key.high, sizeof key.low) > 0) {
        put_endpoint(key.low, &p->dst);
        put_endpoint(key.high, &p->src);
    }
    return key;
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

/* ---- what goes downstream ---- */

static void open_once(struct connection *c)
{
    const struct stream_sink *sink = &c->engine->options.sink;
    if (c->opened) return;
    c->opened = true;
    c->stream.midstream = !c->halves[DIR_TO_SERVER].syn_seen && !c->halves[DIR_TO_CLIENT].syn_seen;
    if (c->stream.midstream) c->engine->options.counters->streams_midstream++;
    sink->open_fn(sink->context, &c->stream, c->engine->now_ns);
}

static bool send_data(void *context, struct slice bytes)
{
    const struct delivery *to = context;
    struct connection *c = to->connection;
    const struct stream_sink *sink = &c->engine->options.sink;
    if (c->ignored) return false;
    open_once(c);
    c->ignored = sink->data_fn(sink->context, &c->stream, to->dir, bytes, c->engine->now_ns) == STREAM_IGNORE;
    return !c->ignored;
}

static bool send_gap(void *context, uint64_t len)
{
    const struct delivery *to = context;
    struct connection *c = to->connection;
    const struct stream_sink *sink = &c->engine->options.sink;
    if (c->ignored) return false;
    open_once(c);
    c->ignored = sink->gap_fn(sink->context, &c->stream, to->dir, len, c->engine->now_ns) == STREAM_IGNORE;
    return !c->ignored;
}

static struct half_out half_out_for(struct delivery *to)
{
    return (struct half_out){to, send_data, send_gap};
}

/* ---- life of a connection ---- */

static void set_life(struct connection *c, enum life life)
{
    struct native *engine = c->engine;
    list_remove(&engine->ages[c->life], c, age_link);
    c->life = life;
    c->listed_ns = engine->now_ns;
    list_append(&engine->ages[life], c, age_link);
}

static size_t queue_memory(const struct connection *c)
{
    return c->halves[0].queue.memory + c->halves[1].queue.memory;
}

/* Keeps the engine's sum of queued bytes and the list of connections with holes true after a connection changed. */
static void account_queue(struct connection *c, size_t before)
{
    struct native *engine = c->engine;
    engine->queue_memory += queue_memory(c) - before;
    bool waits = half_has_hole(&c->halves[0]) || half_has_hole(&c->halves[1]);
    if (waits == c->waits) return;
    c->waits = waits;
    if (waits) {
        list_append(&engine->holes, c, hole_link);
    } else {
        list_remove(&engine->holes, c, hole_link);
    }
}

static void flush_half(struct connection *c, enum direction dir)
{
    struct delivery to = {c, dir};
    struct half_out out = half_out_for(&to);
    half_flush(&c->halves[dir], &out, c->engine->options.counters);
}

/* The direction with less to say goes first: it holds the commands or replies that explain the content of the other. */
static void flush_halves(struct connection *c)
{
    enum direction lighter = c->halves[DIR_TO_SERVER].queue.memory < c->halves[DIR_TO_CLIENT].queue.memory ? DIR_TO_SERVER
                                                                                                         : DIR_TO_CLIENT;
    flush_half(c, lighter);
    flush_half(c, lighter == DIR_TO_SERVER ? DIR_TO_CLIENT : DIR_TO_SERVER);
}

/* Ends the connection towards the follower; the entry stays in the table, closed, until it is forgotten. */
static void close_connection(struct connection *c, enum stream_close reason)
{
    const struct stream_sink *sink = &c->engine->options.sink;
    size_t before = queue_memory(c);
    if (c->life == LIFE_CLOSED) return;
    if (!c->ignored) {
        flush_halves(c);
    }
    segments_clear(&c->halves[0].queue);
    segments_clear(&c->halves[1].queue);
    account_queue(c, before);
    if (c->opened) sink->close_fn(sink->context, &c->stream, reason, c->engine->now_ns);
    c->stream.user = NULL;
    set_life(c, LIFE_CLOSED);
}

static void forget_connection(struct connection *c, enum stream_close reason)
{
    struct native *engine = c->engine;
    close_connection(c, reason);
    list_remove(&engine->ages[c->life], c, age_link);
    (void)table_remove(&engine->table, c->hash, c);
    if (engine->recent == c) engine->recent = NULL;
    free(c);
}

static void evict_one(struct native *engine)
{
    struct connection *victim = engine->ages[LIFE_CLOSED].head;
    if (!victim) victim = engine->ages[LIFE_RESET].head;
    if (!victim) victim = engine->ages[LIFE_HANDSHAKE].head;
    if (!victim) victim = engine->ages[LIFE_ACTIVE].head;
    if (victim->life != LIFE_CLOSED) engine->options.counters->streams_evicted++;
    engine->options.counters->limit_streams_max++;
    forget_connection(victim, STREAM_CLOSE_EVICTED);
}

static uint64_t random_seed(struct native *engine, uint64_t hash, unsigned salt)
{
    uint64_t words[2] = {hash, salt};
    return siphash(engine->key, slice_make(words, sizeof words)) | 1;
}

/* Who opened the connection, when only one packet is known: the sender of a SYN, the receiver of a SYN+ACK, else the
 * side with the higher port is taken for the client. */
static bool sender_is_client(const struct packet *p)
{
    if (p->flags & PACKET_SYN) return !(p->flags & PACKET_ACK);
    return p->src.port > p->dst.port;
}

static struct connection *new_connection(struct native *engine, const struct packet *p, uint64_t hash)
{
    if (engine->table.count >= engine->options.settings->streams_max) evict_one(engine);
    struct connection *c = mem_zalloc(1, sizeof *c);
    bool from_client = sender_is_client(p);
    c->engine = engine;
    c->key = make_key(p);
    c->hash = hash;
    c->stream.flow = (struct flow){.client = from_client ? p->src : p->dst,
                                   .server = from_client ? p->dst : p->src,
                                   .family = p->family,
                                   .vlan_count = p->vlan_count};
    memcpy(c->stream.flow.vlan_ids, p->vlan_ids, sizeof p->vlan_ids);
    c->halves[0].queue.random = random_seed(engine, hash, 0);
    c->halves[1].queue.random = random_seed(engine, hash, 1);
    c->listed_ns = engine->now_ns;
    table_insert(&engine->table, hash, c);
    list_append(&engine->ages[LIFE_HANDSHAKE], c, age_link);
    engine->options.counters->streams++;
    return c;
}

static struct connection *find_connection(struct native *engine, const struct packet *p, uint64_t *hash)
{
    struct stream_key key = make_key(p);
    if (engine->recent && memcmp(&engine->recent->key, &key, sizeof key) == 0) {
        *hash = engine->recent->hash;
        return engine->recent;
    }
    *hash = siphash(engine->key, slice_make(&key, sizeof key));
    return table_find(&engine->table, *hash, &key);
}

/* ---- packets ---- */

static void take_syn(struct connection *c, const struct packet *p, enum direction dir)
{
    struct half *half = &c->halves[dir], *peer = &c->halves[!dir];
    half->syn_seen = true;
    if (!half->known) half_start(half, p->seq + 1);
    if ((p->flags & PACKET_ACK) && !peer->known) half_start(peer, p->ack);
}

static void take_payload(struct connection *c, const struct packet *p, enum direction dir)
{
    struct half *half = &c->halves[dir];
    struct delivery to = {c, dir};
    struct half_out out = half_out_for(&to);
    uint32_t seq = p->seq + ((p->flags & PACKET_SYN) ? 1 : 0);
    if (!half->known) half_start(half, seq);
    uint64_t window = c->engine->options.settings->window_max_bytes;
    int64_t distance = half_distance(half, seq);
    if (distance > (int64_t)window || distance < -(int64_t)window) {
        c->engine->options.counters->segments_out_of_window++;
        return;
    }
    if (p->payload.len > 0 || p->cut_bytes > 0) {
        if (c->life == LIFE_HANDSHAKE) set_life(c, LIFE_ACTIVE);
        half_accept(half, seq, p->payload, p->cut_bytes, &out, c->engine->options.counters);
    }
    if ((p->flags & PACKET_FIN) && !half->fin_seen) {
        int64_t end = (int64_t)half->delivered + half_distance(half, seq) + (int64_t)(p->payload.len + p->cut_bytes);
        half->fin_seen = true;
        half->fin_offset = end > 0 ? (uint64_t)end : 0;
    }
}

static void give_up_holes(struct connection *c, enum direction dir)
{
    struct native *engine = c->engine;
    struct half *half = &c->halves[dir];
    struct delivery to = {c, dir};
    struct half_out out = half_out_for(&to);
    while (half_hole_is_lost(half, engine->now_ns, engine->options.settings)) {
        if (!half_skip_hole(half, &out, engine->options.counters)) break;
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
    if (c->life != LIFE_RESET) set_life(c, LIFE_RESET);
}

/* True when `p` confirms the pending SYN: the peer accepts it, or its sender goes on from it. */
static bool confirms_pending(const struct connection *c, const struct packet *p)
{
    const struct packet *syn = &c->pending_syn;
    if (!c->syn_pending) return false;
    if (same_endpoint(&p->src, &syn->src)) return !(p->flags & PACKET_SYN) && p->seq == syn->seq + 1;
    return (p->flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK) && p->ack == syn->seq + 1;
}

static enum direction direction_of(const struct connection *c, const struct packet *p)
{
    return same_endpoint(&p->src, &c->stream.flow.client) ? DIR_TO_SERVER : DIR_TO_CLIENT;
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
    uint32_t first_seq = half->next_seq - (uint32_t)half->delivered;
    return p->seq + 1 != first_seq;
}

static void take_packet(struct connection *c, const struct packet *p)
{
    struct native *engine = c->engine;
    enum direction dir = direction_of(c, p);
    size_t before = queue_memory(c);
    if (is_foreign_syn(c, p, dir)) {
        c->syn_pending = true;
        c->pending_syn = *p;
        c->pending_syn.payload = c->pending_syn.datagram = slice_make(NULL, 0);
        c->pending_syn.cut_bytes = 0;
        return;
    }
    if (p->flags & PACKET_SYN) take_syn(c, p, dir);
    take_payload(c, p, dir);
    if (p->flags & PACKET_ACK) half_note_ack(&c->halves[!dir], p->ack, engine->options.settings->window_max_bytes);
    if (p->flags & PACKET_RST) take_reset(c, p, dir);
    if (c->waits || before != queue_memory(c)) {
        give_up_holes(c, DIR_TO_SERVER);
        give_up_holes(c, DIR_TO_CLIENT);
        if (c->ignored) {
            segments_clear(&c->halves[0].queue);
            segments_clear(&c->halves[1].queue);
        }
        account_queue(c, before);
    }
    if (half_is_done(&c->halves[0]) && half_is_done(&c->halves[1])) close_connection(c, STREAM_CLOSE_FIN);
}

/* Replaces a connection by its successor; the SYN that announced it is replayed first. */
static struct connection *replace_connection(struct connection *old, const struct packet *p)
{
    struct native *engine = old->engine;
    struct packet syn = is_begin(p) ? *p : old->pending_syn;
    uint64_t hash = old->hash;
    if (!is_over(old)) engine->options.counters->streams_reused++;
    forget_connection(old, STREAM_CLOSE_REUSED);
    struct connection *c = new_connection(engine, &syn, hash);
    if (!is_begin(p)) take_packet(c, &syn);
    return c;
}

/* The connection a packet belongs to, made when the packet can begin one; NULL when it says nothing to us. */
static struct connection *connection_for(struct native *engine, const struct packet *p)
{
    uint64_t hash = 0;
    struct connection *c = find_connection(engine, p, &hash);
    bool begins = is_begin(p);
    if (!c) {
        bool has_payload = p->payload.len > 0 || p->cut_bytes > 0;
        return begins || (has_payload && !(p->flags & PACKET_RST)) ? new_connection(engine, p, hash) : NULL;
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
        size_t before = queue_memory(c);
        engine->options.counters->limit_queue_total_max_bytes++;
        flush_halves(c);
        account_queue(c, before);
    }
}

/* ---- the engine's door ---- */

static struct engine *native_open(const struct engine_options *options, struct error *error)
{
    (void)error;
    struct native *engine = mem_zalloc(1, sizeof *engine);
    engine->options = *options;
    engine->key = siphash_random_key();
    engine->table = table_make(key_equal);
    return (struct engine *)engine;
}

static void expire(struct native *engine, enum life life, uint64_t timeout_ms)
{
    struct connection *c = engine->ages[life].head;
    while (c && c->listed_ns + timeout_ms * NS_PER_MS < engine->now_ns) {
        if (life < LIFE_RESET) engine->options.counters->streams_expired++;
        forget_connection(c, life == LIFE_RESET ? STREAM_CLOSE_RST : STREAM_CLOSE_TIMEOUT);
        c = engine->ages[life].head;
    }
}

static void native_tick(struct engine *opaque, uint64_t now_ns)
{
    struct native *engine = (struct native *)opaque;
    const struct reassembly_settings *s = engine->options.settings;
    if (now_ns > engine->now_ns) engine->now_ns = now_ns;
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
    if (engine->now_ns - c->listed_ns > NS_PER_S) set_life(c, c->life);
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
            forget_connection(c, life == LIFE_RESET ? STREAM_CLOSE_RST : STREAM_CLOSE_END);
        }
    }
    table_free(&engine->table);
    free(engine);
    *opaque = NULL;
}

const struct engine_ops engine_native = {"native", native_open, native_feed, native_tick, native_close};
