/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linear probing with backward-shift deletion (Knuth, TAOCP 3, 6.4, algorithm R); see table.h.
 */
#include "base/table.h"

#include <stdlib.h>

#include "base/mem.h"

enum { TABLE_FIRST_SLOTS = 64 };

static void put(struct table *t, uint64_t hash, void *value)
{
    size_t i = hash & t->mask;
    while (t->slots[i].value) i = (i + 1) & t->mask;
    t->slots[i] = (struct table_slot){hash, value};
}

static void grow(struct table *t)
{
    struct table old = *t;
    size_t old_size = old.slots ? old.mask + 1 : 0;
    size_t size = old_size ? old_size * 2 : TABLE_FIRST_SLOTS;
    t->slots = mem_zalloc(size, sizeof *t->slots);
    t->mask = size - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (old.slots[i].value) put(t, old.slots[i].hash, old.slots[i].value);
    }
    free(old.slots);
}

void *table_find(const struct table *t, uint64_t hash, const void *key)
{
    if (!t->slots) return NULL;
    for (size_t i = hash & t->mask; t->slots[i].value; i = (i + 1) & t->mask) {
        if (t->slots[i].hash == hash && t->equal(t->slots[i].value, key)) return t->slots[i].value;
    }
    return NULL;
}

void table_insert(struct table *t, uint64_t hash, void *value)
{
    if (!t->slots || (t->count + 1) * 4 > (t->mask + 1) * 3) grow(t);
    put(t, hash, value);
    t->count++;
}

/* Closes the hole at `i` by moving back every entry that probing would no longer reach. */
static void close_hole(struct table *t, size_t i)
{
    for (size_t j = (i + 1) & t->mask; t->slots[j].value; j = (j + 1) & t->mask) {
        size_t home = t->slots[j].hash & t->mask;
        if (((j - home) & t->mask) >= ((j - i) & t->mask)) {
            t->slots[i] = t->slots[j];
            i = j;
        }
    }
    t->slots[i] = (struct table_slot){0};
}

bool table_remove(struct table *t, uint64_t hash, const void *value)
{
    if (!t->slots) return false;
    for (size_t i = hash & t->mask; t->slots[i].value; i = (i + 1) & t->mask) {
        if (t->slots[i].value != value) continue;
        close_hole(t, i);
        t->count--;
        return true;
    }
    return false;
}

void table_free(struct table *t)
{
    free(t->slots);
    *t = table_make(t->equal);
}
