/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records that wait for their place to come back: first in, first out, bounded in number and bytes. The queue
 * owns copies of the records.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_QUEUE_H
#define MAILTAP_SENSOR_PUBLISH_QUEUE_H

#include "base/slice.h"
#include "sensor/publish/publisher.h"

struct queued {
    uint8_t *copy; /* what record points to */
    struct slice record;
    enum record_kind kind;
    bool delivered;
    bool uncertain; /* was sent, but the answer never came */
};

struct queue {
    struct queued *items;
    size_t first, count, cap; /* items[first .. first + count) wait */
    uint64_t bytes, max_records, max_bytes;
};

static inline struct queue queue_make(uint64_t max_records, uint64_t max_bytes)
{
    return (struct queue){.max_records = max_records, .max_bytes = max_bytes};
}

/* A limit is reached with one more record of this length. */
bool queue_is_full(const struct queue *queue, size_t len);

/* Adds a copy at the end; the caller asked queue_is_full(). */
void queue_push(struct queue *queue, enum record_kind kind, struct slice record);

/* The i-th waiting record, i < count; valid until the next push or drop. */
struct queued *queue_at(const struct queue *queue, size_t i);

/* Drops delivered records from the front. */
void queue_drop_delivered(struct queue *queue);

void queue_free(struct queue *queue);

#endif
