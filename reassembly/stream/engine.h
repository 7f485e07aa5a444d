/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The door of the stream engines: packets go in, and for each connection open · data(direction, bytes) ·
 * gap(direction, length) · close(reason) come out, in stream order within each direction. Bytes are lent for
 * the call only. The one thing that travels upstream is a return value: follow or ignore this connection from
 * now on.
 */
#ifndef MAILTAP_REASSEMBLY_STREAM_ENGINE_H
#define MAILTAP_REASSEMBLY_STREAM_ENGINE_H

#include "base/status.h"
#include "reassembly/decode/packet.h"
#include "reassembly/reassembly.h"
#include "reassembly/stream/close.h"

/* One connection as its follower sees it. */
struct stream {
    struct flow flow;
    bool midstream;     /* its beginning was not captured */
    uint64_t conflicts; /* segments so far that contradict an earlier copy of their bytes */
    void *user;         /* the follower's own */
};

enum stream_interest { STREAM_FOLLOW, STREAM_IGNORE };

/* What the follower offers. open() comes with the first payload (or gap) of a connection; connections without
 * payload are never shown. close() comes once for each open(), also after STREAM_IGNORE. */
struct stream_sink {
    void *context;
    void (*open_fn)(void *context, struct stream *stream, uint64_t ts_ns);
    enum stream_interest (*data_fn)(void *context, struct stream *stream, enum direction dir,
                                    struct slice bytes, uint64_t ts_ns);
    enum stream_interest (*gap_fn)(void *context, struct stream *stream, enum direction dir, uint64_t len,
                                   uint64_t ts_ns);
    void (*close_fn)(void *context, struct stream *stream, enum stream_close reason, uint64_t ts_ns);
};

struct engine_options {
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    struct stream_sink sink;
};

struct engine;

struct engine_ops {
    const char *name;
    /* Returns NULL and fills *error when the engine cannot start. Options are copied, what they point to is
     * lent. */
    struct engine *(*open)(const struct engine_options *options, struct error *error);
    /* Takes one packet. STATUS_LIMIT when the engine ran out of memory: it must be closed then. */
    enum status (*feed)(struct engine *engine, const struct packet *packet);
    /* Packet time has reached now_ns: time-outs. */
    void (*tick)(struct engine *engine, uint64_t now_ns);
    /* Ends every connection (STREAM_CLOSE_END) and releases the engine; clears the caller's pointer. */
    void (*close)(struct engine **engine);
};

/* The engine with this name ("native", "libnids"), or NULL. */
const struct engine_ops *engine_find(struct slice name);

/* All engines, ended by NULL. */
const struct engine_ops *const *engine_all(void);

#endif
