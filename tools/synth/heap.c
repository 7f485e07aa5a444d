/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A binary heap; see heap.h.
 */
#include "tools/synth/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

static bool is_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void sift_down(struct heap *h, struct heap_entry entry)
{
    size_t at = 0;
    for (size_t child = 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && is_before(&h->entries[child + 1], &h->entries[child])) child++;
        if (!is_before(&h->entries[child], &entry)) break;
        h->entries[at] = h->entries[child];
        at = child;
    }
    h->entries[at] = entry;
}

void heap_push(struct heap *h, uint64_t due, void *item)
{
    if (h->count == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 64;
        h->entries = mem_realloc(h->entries, h->cap * sizeof *h->entries);
    }
    struct heap_entry entry = {due, h->pushed++, item};
    size_t at = h->count++;
    for (; at && is_before(&entry, &h->entries[(at - 1) / 2]); at = (at - 1) / 2)
        h->entries[at] = h->entries[(at - 1) / 2];
    h->entries[at] = entry;
}

void *heap_pop(struct heap *h)
{
    void *item = h->entries[0].item;
    struct heap_entry last = h->entries[--h->count];
    if (h->count) sift_down(h, last);
    return item;
}

void heap_delay_top(struct heap *h, uint64_t due)
{
    sift_down(h, (struct heap_entry){due, h->pushed++, h->entries[0].item});
}

void heap_free(struct heap *h)
{
    free(h->entries);
    *h = (struct heap){0};
}
