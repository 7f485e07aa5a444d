/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Book-keeping of connections and what goes downstream from them; see connection.h.
 */
#include "reassembly/stream/connection.h"

#include <stdlib.h>

#include "base/mem.h"

static bool key_equal(const void *value, const void *key)
{
    return memcmp(&((const struct connection *)value)->key, key, sizeof(struct stream_key)) == 0;
}

struct table connection_table(void)
{
    return table_make(key_equal);
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

static struct stream_key make_key(const struct packet *p, const struct reassembly_settings *settings)
{
    struct stream_key key = {.family = (uint8_t)p->family};
    if (settings->tunnel_in_flow) key.tunnel = p->tunnel_id;
    if (settings->vlan_in_flow) key.vlans = (uint32_t)(p->vlan_ids[0] | p->vlan_ids[1] << 16);
    put_endpoint(key.low, &p->src);
    put_endpoint(key.high, &p->dst);
    if (memcmp(key.low, key.high, sizeof key.low) > 0) {
        put_endpoint(key.low, &p->dst);
        put_endpoint(key.high, &p->src);
    }
    return key;
}

/* ---- what goes downstream ---- */

static void open_once(struct connection *c)
{
    const struct stream_sink *sink = &c->engine->options.sink;
    if (c->opened) return;
    c->opened = true;
    c->stream.midstream = !c->halves[DIR_TO_SERVER].syn_seen && !c->halves[DIR_TO_CLIENT].syn_seen;
    c->engine->options.counters->streams_used++;
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

struct half_out connection_out(struct delivery *to)
{
    const struct engine_options *options = &to->connection->engine->options;
    return (struct half_out){
        to, send_data, send_gap, options->settings, options->counters, &to->connection->stream.conflicts};
}

/* ---- life of a connection ---- */

void connection_set_life(struct connection *c, enum life life)
{
    struct native *engine = c->engine;
    list_remove(&engine->ages[c->life], c, age_link);
    c->life = life;
    c->listed_ns = engine->now_ns;
    list_append(&engine->ages[life], c, age_link);
}

size_t connection_queue_memory(const struct connection *c)
{
    return c->halves[0].queue.memory + c->halves[1].queue.memory;
}

/* Keeps the engine's sum of queued bytes and the list of connections with holes true after a connection
 * changed. */
void connection_account_queue(struct connection *c, size_t before)
{
    struct native *engine = c->engine;
    engine->queue_memory += connection_queue_memory(c) - before;
    bool waits = half_has_hole(&c->halves[0]) || half_has_hole(&c->halves[1]);
    if (waits == c->waits) return;
    c->waits = waits;
    if (waits) {
        list_append(&engine->holes, c, hole_link);
    } else {
        list_remove(&engine->holes, c, hole_link);
    }
}

/* The half whose first queued run arrived earlier. */
static enum direction earlier_half(const struct connection *c)
{
    const struct segment *to_server = segments_first(&c->halves[DIR_TO_SERVER].queue);
    const struct segment *to_client = segments_first(&c->halves[DIR_TO_CLIENT].queue);
    if (!to_server || !to_client) return to_server ? DIR_TO_SERVER : DIR_TO_CLIENT;
    return to_server->arrival.packet <= to_client->arrival.packet ? DIR_TO_SERVER : DIR_TO_CLIENT;
}

/* Run by run as they arrived: what one side said explains what the other answered. */
void connection_flush(struct connection *c)
{
    struct delivery to[2] = {{c, DIR_TO_SERVER}, {c, DIR_TO_CLIENT}};
    struct half_out out[2] = {connection_out(&to[0]), connection_out(&to[1])};
    while (half_has_hole(&c->halves[DIR_TO_SERVER]) || half_has_hole(&c->halves[DIR_TO_CLIENT])) {
        enum direction dir = earlier_half(c);
        half_flush_run(&c->halves[dir], &out[dir]);
    }
    for (int i = 0; i < 2; i++) half_flush_end(&c->halves[i], &out[i]);
}

void connection_drop_queues(struct connection *c)
{
    segments_clear(&c->halves[DIR_TO_SERVER].queue);
    segments_clear(&c->halves[DIR_TO_CLIENT].queue);
}

static void count_sides(const struct connection *c)
{
    struct reassembly_counters *counters = c->engine->options.counters;
    bool one_sided = !c->halves[DIR_TO_SERVER].seen || !c->halves[DIR_TO_CLIENT].seen;
    if (!c->opened) return;
    counters->streams_closed_used++;
    if (one_sided) counters->streams_one_sided++;
}

void connection_close(struct connection *c, enum stream_close reason)
{
    const struct stream_sink *sink = &c->engine->options.sink;
    size_t before = connection_queue_memory(c);
    if (c->life == LIFE_CLOSED) return;
    if (!c->ignored) {
        connection_flush(c);
    }
    connection_drop_queues(c);
    connection_account_queue(c, before);
    count_sides(c);
    if (c->opened) sink->close_fn(sink->context, &c->stream, reason, c->engine->now_ns);
    c->stream.user = NULL;
    connection_set_life(c, LIFE_CLOSED);
}

void connection_forget(struct connection *c, enum stream_close reason)
{
    struct native *engine = c->engine;
    connection_close(c, reason);
    list_remove(&engine->ages[c->life], c, age_link);
    (void)table_remove(&engine->table, c->hash, c);
    if (engine->recent == c) engine->recent = NULL;
    free(c->pending_syn);
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
    connection_forget(victim, STREAM_CLOSE_EVICTED);
}

static uint64_t random_seed(struct native *engine, uint64_t hash, unsigned salt)
{
    uint64_t words[2] = {hash, salt};
    return siphash(engine->key, slice_make(words, sizeof words)) | 1;
}

/* Who opened the connection, when only one packet is known: the sender of a SYN, the receiver of a SYN+ACK,
 * else the side with the higher port is taken for the client. */
static bool sender_is_client(const struct packet *p)
{
    if (p->flags & PACKET_SYN) return !(p->flags & PACKET_ACK);
    return p->src.port > p->dst.port;
}

struct connection *connection_new(struct native *engine, const struct packet *p, uint64_t hash)
{
    if (engine->table.count >= engine->options.settings->streams_max) evict_one(engine);
    struct connection *c = mem_zalloc(1, sizeof *c);
    bool from_client = sender_is_client(p);
    c->engine = engine;
    c->key = make_key(p, engine->options.settings);
    c->hash = hash;
    c->stream.flow = (struct flow){.client = from_client ? p->src : p->dst,
                                   .server = from_client ? p->dst : p->src,
                                   .family = p->family,
                                   .vlan_count = p->vlan_count};
    memcpy(c->stream.flow.vlan_ids, p->vlan_ids, sizeof p->vlan_ids);
    c->halves[0].queue.random = random_seed(engine, hash, 0);
    c->halves[1].queue.random = random_seed(engine, hash, 1);
    c->halves[0].digest_key = c->halves[1].digest_key = random_seed(engine, hash, 2);
    c->listed_ns = engine->now_ns;
    table_insert(&engine->table, hash, c);
    list_append(&engine->ages[LIFE_HANDSHAKE], c, age_link);
    engine->options.counters->streams++;
    return c;
}

struct connection *connection_find(struct native *engine, const struct packet *p, uint64_t *hash)
{
    struct stream_key key = make_key(p, engine->options.settings);
    if (engine->recent && memcmp(&engine->recent->key, &key, sizeof key) == 0) {
        *hash = engine->recent->hash;
        return engine->recent;
    }
    *hash = siphash(engine->key, slice_make(&key, sizeof key));
    return table_find(&engine->table, *hash, &key);
}
