/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A hash table of pointers with open addressing. The caller hashes (with siphash(), because attackers choose
 * the keys) and compares; the table owns only its slots, never what they point to. Lookup, insert and remove
 * are O(1) on average whatever the number of entries; memory is at most 32 bytes an entry at rest.
 */
#ifndef MAILTAP_BASE_TABLE_H
#define MAILTAP_BASE_TABLE_H

#include "base/slice.h"

/* True when the stored value has this key. */
typedef bool (*table_equal_fn)(const void *value, const void *key);

struct table_slot {
    uint64_t hash;
    void *value; /* NULL: free */
};

struct table {
    struct table_slot *slots;
    size_t mask; /* number of slots - 1, or 0 with slots == NULL */
    size_t count;
    table_equal_fn equal;
};

static inline struct table table_make(table_equal_fn equal)
{
    return (struct table){.equal = equal};
}

/* The value with this key, or NULL. */
void *table_find(const struct table *t, uint64_t hash, const void *key);

/* Adds a value (not NULL); the caller made sure that its key is not there yet. */
void table_insert(struct table *t, uint64_t hash, void *value);

/* Takes this very pointer out; returns false when it is not there. */
bool table_remove(struct table *t, uint64_t hash, const void *value);

/* Releases the slots; the values are the caller's. */
void table_free(struct table *t);

#endif
