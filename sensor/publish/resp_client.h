/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection to Redis that delivers records: connects, authenticates, selects, and appends batches of
 * records to a stream and a channel. Blocking, each wait bounded by the time-out. Knows nothing of queues and
 * retries. Sentences in *error never hold the password, nor anything the server said in answer to it.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_RESP_CLIENT_H
#define MAILTAP_SENSOR_PUBLISH_RESP_CLIENT_H

#include "base/slice.h"
#include "base/status.h"

/* Where and as whom; the strings outlive the client. */
struct resp_target {
    const char *host; /* NULL: `path` is a UNIX socket */
    const char *path;
    uint16_t port;
    const char *user, *password; /* NULL: none */
    uint64_t database;
    const char *channel, *stream; /* empty: none */
    uint64_t stream_maxlen;
    uint64_t timeout_ms;
};

struct resp_client {
    struct resp_target target;
    struct redisContext *connection; /* NULL: not connected */
};

/* Connects. STATUS_IO: not reachable, or not ready (loading); it may be later. STATUS_USAGE: reachable, but
 * refuses the user, the database or the stream. */
enum status resp_client_connect(struct resp_client *client, struct error *error);

void resp_client_disconnect(struct resp_client *client);

/* Records sent in one batch at most. */
enum { RESP_BATCH_MAX = 64 };

struct resp_delivery {
    struct slice record;
    bool to_channel;
    bool delivered; /* out: the server confirmed it */
};

/* Sends the batch at once, then reads the answers; stream and channel take a record together or not at all
 * (MULTI/EXEC). STATUS_IO: the connection broke and is closed; records not marked delivered may or may not
 * have arrived. STATUS_BAD: the server refused some, which did not arrive. */
enum status resp_client_deliver(struct resp_client *client, struct resp_delivery *items, size_t count,
                                struct error *error);

/* Called with the field `record` of an entry. */
typedef void (*resp_entry_fn)(void *context, struct slice record);

/* Visits the stream's latest `count` entries, newest first. */
enum status resp_client_visit_latest(struct resp_client *client, size_t count, resp_entry_fn visit,
                                     void *context, struct error *error);

#endif
