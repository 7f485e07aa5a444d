/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The connections of the native engine: their table, their lists by age, and what becomes of them. native.c
 * decides on packets; connection.c keeps the books and talks to the follower. A connection belongs to its
 * engine.
 */
#ifndef MAILTAP_REASSEMBLY_STREAM_CONNECTION_H
#define MAILTAP_REASSEMBLY_STREAM_CONNECTION_H

#include "base/siphash.h"
#include "base/table.h"
#include "reassembly/stream/engine.h"
#include "reassembly/stream/half.h"

/* Ordered so that memory compares: the endpoint that sorts lower comes first. */
struct stream_key {
    uint8_t low[18], high[18]; /* address, port */
    uint8_t family;
    uint8_t pad[3];
    uint32_t vlans, tunnel; /* 0 unless they are part of the flow */
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
    uint32_t packets;
    enum life life;
    bool opened, ignored;
    bool waits;                 /* is in the list of connections with holes */
    struct packet *pending_syn; /* the SYN of a possible successor, owned; NULL: none was seen */
    enum direction reset_dir;   /* LIFE_RESET: who sent the RST */
    uint32_t reset_seq;
};

struct native {
    struct engine_options options;
    struct siphash_key key;
    struct table table;
    struct list ages[LIFE_COUNT], holes;
    struct connection *recent; /* the connection of the last packet */
    size_t queue_memory;
    uint64_t now_ns, swept_ns; /* packet time; when time-outs were looked at last */
};

/* What a half needs to deliver: the connection and the direction. */
struct delivery {
    struct connection *connection;
    enum direction dir;
};

/* The connection between the packet's endpoints, or NULL; *hash is for connection_new(). */
struct connection *connection_find(struct native *engine, const struct packet *p, uint64_t *hash);

/* A new connection that this packet begins; evicts the least useful one when streams_max is reached. */
struct connection *connection_new(struct native *engine, const struct packet *p, uint64_t hash);

/* Moves it to the end of a list of ages. */
void connection_set_life(struct connection *c, enum life life);

/* Bytes of heap its out-of-order queues use. */
size_t connection_queue_memory(const struct connection *c);

/* Keeps the engine's sum of queued bytes and the list of connections with holes true; `before` is the memory
 * the queues used before they changed. */
void connection_account_queue(struct connection *c, size_t before);

/* Where a half delivers to; *to must live as long as the result. */
struct half_out connection_out(struct delivery *to);

/* Delivers everything queued, with all holes given up. */
void connection_flush(struct connection *c);

/* Drops everything queued. */
void connection_drop_queues(struct connection *c);

/* Ends the connection towards the follower; the entry stays in the table, closed, until it is forgotten. */
void connection_close(struct connection *c, enum stream_close reason);

/* Ends it and takes it out of the table. */
void connection_forget(struct connection *c, enum stream_close reason);

/* The engine's table, ready for use. */
struct table connection_table(void);

#endif
