/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bounded first-in first-out queue of fixed-size items: commands waiting for replies and replies waiting
 * for commands. Items are copied in and out.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_FIFO_H
#define MAILTAP_REASSEMBLY_SESSION_FIFO_H

#include "base/buffer.h"

struct fifo {
    struct buffer items;
    size_t head, item_size; /* head: bytes already taken */
};

static inline struct fifo fifo_make(size_t item_size, size_t max_items)
{
    return (struct fifo){.items = buffer_make(item_size * max_items), .item_size = item_size};
}

static inline bool fifo_is_empty(const struct fifo *f)
{
    return f->head == f->items.len;
}

/* The oldest item; only when the queue is not empty. Valid until the next change. */
static inline void *fifo_front(const struct fifo *f)
{
    return f->items.data + f->head;
}

/* Appends an item; STATUS_LIMIT when the queue is full. */
static inline enum status fifo_push(struct fifo *f, const void *item)
{
    if (f->items.len + f->item_size > f->items.max) {
        buffer_consume(&f->items, f->head);
        f->head = 0;
    }
    if (f->items.len + f->item_size > f->items.max) return STATUS_LIMIT;
    return buffer_append(&f->items, slice_make(item, f->item_size));
}

/* The youngest item, or NULL. Valid until the next change. */
static inline void *fifo_back(const struct fifo *f)
{
    return fifo_is_empty(f) ? NULL : f->items.data + f->items.len - f->item_size;
}

static inline void fifo_pop(struct fifo *f)
{
    f->head += f->item_size;
    if (f->head == f->items.len) f->head = f->items.len = 0;
}

static inline void fifo_free(struct fifo *f)
{
    buffer_free(&f->items);
    f->head = 0;
}

#endif
