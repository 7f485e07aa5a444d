/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue of waiting records; see queue.h. The array is moved to its start when half of it is free, so work
 * per record is constant on average.
 */
#include "sensor/publish/queue.h"

#include <stdlib.h>

#include "base/mem.h"

enum { QUEUE_FIRST_CAP = 64 };

bool queue_is_full(const struct queue *queue, size_t len)
{
    return queue->count >= queue->max_records || queue->bytes + len > queue->max_bytes;
}

void queue_push(struct queue *queue, enum record_kind kind, struct slice record)
{
    if (queue->first + queue->count == queue->cap) {
        queue->cap = queue->cap ? queue->cap * 2 : QUEUE_FIRST_CAP;
        queue->items = mem_realloc(queue->items, queue->cap * sizeof *queue->items);
    }
    uint8_t *copy = mem_alloc(record.len + 1);
    if (record.len > 0) memcpy(copy, record.ptr, record.len);
    queue->items[queue->first + queue->count++] =
        (struct queued){.copy = copy, .record = slice_make(copy, record.len), .kind = kind};
    queue->bytes += record.len;
}

struct queued *queue_at(const struct queue *queue, size_t i)
{
    return &queue->items[queue->first + i];
}

void queue_drop_delivered(struct queue *queue)
{
    while (queue->count > 0 && queue->items[queue->first].delivered) {
        queue->bytes -= queue->items[queue->first].record.len;
        free(queue->items[queue->first].copy);
        queue->first++;
        queue->count--;
    }
    if (queue->count == 0) queue->first = 0;
    if (queue->first > queue->cap / 2) {
        memmove(queue->items, queue->items + queue->first, queue->count * sizeof *queue->items);
        queue->first = 0;
    }
}

void queue_free(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) free(queue_at(queue, i)->copy);
    free(queue->items);
    *queue = queue_make(queue->max_records, queue->max_bytes);
}
