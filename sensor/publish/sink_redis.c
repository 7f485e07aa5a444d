/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Redis as a sink: every record passes the queue, so order holds whatever happens. While Redis is away
 * attempts to reach it back off; a record whose answer was lost is looked for in the stream before it is sent
 * again, so that it stands there once. Alerts go to channel and stream, other records to the stream.
 */
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "sensor/publish/queue.h"
#include "sensor/publish/resp_client.h"
#include "sensor/publish/sink.h"

/* How far back lost answers are looked for: our batch, and what others added to the stream meanwhile. */
enum { LOOK_BACK_ENTRIES = 1024, NS_PER_MS = 1000000, MS_PER_S = 1000 };

struct redis_sink {
    const struct sink_context *context;
    struct resp_client client;
    struct queue queue;
    uint64_t retry_at_ms, retry_pause_ms;
    struct error reason; /* why it is away */
    bool away;
    bool was_connected;
};

static uint64_t monotonic_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * MS_PER_S + (uint64_t)now.tv_nsec / NS_PER_MS;
}

static void sleep_ms(uint64_t ms)
{
    struct timespec wait = {.tv_sec = (time_t)(ms / MS_PER_S), .tv_nsec = (long)(ms % MS_PER_S) * NS_PER_MS};
    (void)nanosleep(&wait, NULL);
}

/* Notes that Redis is away, and when to try again. */
static void back_off(struct redis_sink *sink, const struct error *error)
{
    const struct publish_limits *limits = sink->context->limits;
    if (!sink->away) {
        log_warning("%s is away, records wait: %s", sink->context->spec->label, error->text);
        sink->retry_pause_ms = limits->redis_retry_min_ms;
    }
    sink->away = true;
    sink->reason = *error;
    sink->retry_at_ms = monotonic_ms() + sink->retry_pause_ms;
    sink->retry_pause_ms *= 2;
    if (sink->retry_pause_ms > limits->redis_retry_max_ms) sink->retry_pause_ms = limits->redis_retry_max_ms;
}

static void note_back(struct redis_sink *sink)
{
    if (sink->away) {
        log_info("%s is back, %zu records wait for it", sink->context->spec->label, sink->queue.count);
    }
    sink->away = false;
}

/* The stream holds this record: whoever waits for its answer need not be sent again. */
static void mark_arrived(void *context, struct slice record)
{
    struct redis_sink *sink = context;
    for (size_t i = 0; i < sink->queue.count && i < RESP_BATCH_MAX; i++) {
        struct queued *item = queue_at(&sink->queue, i);
        if (item->uncertain && slice_equal(item->record, record)) item->delivered = true;
    }
}

/* After a lost connection: finds out which of the records on their way arrived. */
static enum status settle_uncertain(struct redis_sink *sink, struct error *error)
{
    if (sink->queue.count == 0 || !queue_at(&sink->queue, 0)->uncertain) return STATUS_OK;
    if (sink->context->spec->stream[0] != '\0') {
        enum status status =
            resp_client_visit_latest(&sink->client, LOOK_BACK_ENTRIES, mark_arrived, sink, error);
        if (status) return status;
    }
    for (size_t i = 0; i < sink->queue.count && i < RESP_BATCH_MAX; i++) {
        queue_at(&sink->queue, i)->uncertain = false;
    }
    queue_drop_delivered(&sink->queue);
    return STATUS_OK;
}

static enum status connect_if_due(struct redis_sink *sink, struct error *error)
{
    if (sink->away && monotonic_ms() < sink->retry_at_ms) return STATUS_IO;
    if (sink->client.connection) return STATUS_OK;
    enum status status = resp_client_connect(&sink->client, error);
    if (status) {
        back_off(sink, error);
        return status;
    }
    sink->context->counters->redis_reconnects += sink->was_connected;
    sink->was_connected = true;
    return STATUS_OK;
}

static enum status deliver_batch(struct redis_sink *sink, struct error *error)
{
    struct resp_delivery batch[RESP_BATCH_MAX];
    size_t count = 0;
    for (; count < sink->queue.count && count < RESP_BATCH_MAX; count++) {
        const struct queued *item = queue_at(&sink->queue, count);
        if (item->delivered) break;
        batch[count] =
            (struct resp_delivery){.record = item->record, .to_channel = item->kind == RECORD_ALERT};
    }
    enum status status = resp_client_deliver(&sink->client, batch, count, error);
    for (size_t i = 0; i < count; i++) {
        struct queued *item = queue_at(&sink->queue, i);
        item->delivered = batch[i].delivered;
        item->uncertain = status == STATUS_IO && !item->delivered;
    }
    queue_drop_delivered(&sink->queue);
    return status;
}

/* Delivers until the queue is empty or Redis is (found to be) away. A lost connection is tried again once at
 * once: Redis may only have been restarted. */
static void flush(struct redis_sink *sink)
{
    struct error error = {""};
    bool tried_again = false;
    while (sink->queue.count > 0) {
        if (connect_if_due(sink, &error) != STATUS_OK) return;
        enum status status = settle_uncertain(sink, &error);
        if (!status) status = deliver_batch(sink, &error);
        if (!status) {
            note_back(sink);
            continue;
        }
        bool again = status == STATUS_IO && !tried_again && !sink->away;
        if (!again) {
            back_off(sink, &error);
            return;
        }
        tried_again = true;
    }
}

static struct resp_target make_target(const struct sink_context *context)
{
    const struct output_spec *spec = context->spec;
    return (struct resp_target){
        .host = spec->host,
        .path = spec->path,
        .port = spec->port,
        .user = spec->user,
        .password = spec->password,
        .database = spec->database,
        .channel = spec->channel,
        .stream = spec->stream,
        .stream_maxlen = context->limits->redis_stream_maxlen,
        .timeout_ms = context->limits->redis_timeout_ms,
    };
}

static enum status sink_redis_open(const struct sink_context *context, void **state, struct error *error)
{
    struct redis_sink *sink = mem_zalloc(1, sizeof *sink);
    struct error reason = {""};
    sink->context = context;
    sink->client.target = make_target(context);
    sink->queue =
        queue_make(context->limits->redis_queue_max_records, context->limits->redis_queue_max_bytes);
    enum status status = connect_if_due(sink, &reason);
    if (status == STATUS_USAGE) {
        free(sink);
        return error_set(error, status, "%s: %s", context->spec->label, reason.text);
    }
    *state = sink;
    return STATUS_OK;
}

static enum status sink_redis_write(void *state, enum record_kind kind, struct slice record,
                                    struct error *error)
{
    struct redis_sink *sink = state;
    struct publish_counters *counters = sink->context->counters;
    if (sink->context->spec->stream[0] == '\0' && kind != RECORD_ALERT) return STATUS_OK;
    if (queue_is_full(&sink->queue, record.len)) flush(sink);
    if (queue_is_full(&sink->queue, record.len)) {
        bool by_number = sink->queue.count >= sink->queue.max_records;
        counters->limit_redis_queue_max_records += by_number;
        counters->limit_redis_queue_max_bytes += !by_number;
        counters->redis_dropped++;
        return error_set(error, STATUS_LIMIT, "too many records wait, later ones are lost: %s",
                         sink->reason.text);
    }
    queue_push(&sink->queue, kind, record);
    flush(sink);
    counters->redis_spooled += sink->queue.count > 0;
    return STATUS_OK;
}

static void sink_redis_tick(void *state)
{
    flush(state);
}

static enum status sink_redis_close(void *state, struct error *error)
{
    struct redis_sink *sink = state;
    enum status status = STATUS_OK;
    uint64_t end_ms = monotonic_ms() + sink->context->limits->redis_flush_timeout_ms;
    flush(sink);
    while (sink->queue.count > 0 && monotonic_ms() < end_ms) {
        sleep_ms(sink->context->limits->redis_retry_min_ms);
        flush(sink);
    }
    if (sink->queue.count > 0) {
        sink->context->counters->redis_dropped += sink->queue.count;
        sink->context->counters->limit_redis_flush_timeout_ms++;
        status = error_set(error, STATUS_IO, "%zu records were not delivered: %s", sink->queue.count,
                           sink->reason.text);
    }
    resp_client_disconnect(&sink->client);
    queue_free(&sink->queue);
    free(sink);
    return status;
}

const struct sink_ops sink_redis = {
    .open = sink_redis_open, .write = sink_redis_write, .tick = sink_redis_tick, .close = sink_redis_close};
