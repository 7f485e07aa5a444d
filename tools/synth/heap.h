/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A queue of things with a time or number at which they are due, soonest first; equal ones in the order they
 * came. It owns its array, not the items.
 */
#ifndef MAILTAP_SYNTH_HEAP_H
#define MAILTAP_SYNTH_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_entry {
    uint64_t due, order;
    void *item;
};

struct heap {
    struct heap_entry *entries;
    size_t count, cap;
    uint64_t pushed;
};

void heap_push(struct heap *h, uint64_t due, void *item);

/* The entry that is due first; only while count is not 0. */
static inline const struct heap_entry *heap_top(const struct heap *h)
{
    return &h->entries[0];
}

/* Takes the first entry out and returns its item; only while count is not 0. */
void *heap_pop(struct heap *h);

/* Gives the first entry a later time; the same as popping and pushing it, in half the work. */
void heap_delay_top(struct heap *h, uint64_t due);

void heap_free(struct heap *h);

#endif
