/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that arrived before their turn (TCP segments, IP fragments): non-overlapping runs ordered by offset,
 * in a treap, so that any order of arrival costs O(log n) a run. Owns copies of the bytes. A run may also be
 * a hole known to stay empty (bytes cut off by the snap length).
 */
#ifndef MAILTAP_REASSEMBLY_SEGMENTS_H
#define MAILTAP_REASSEMBLY_SEGMENTS_H

#include "base/slice.h"

/* When a run arrived: packet time, and the caller's count of packets. */
struct arrival {
    uint64_t ns;
    uint32_t packet;
};

struct segment {
    struct segment *left, *right;
    uint64_t offset;
    struct arrival arrival;
    uint32_t priority;
    uint32_t len;
    bool is_hole;
    uint8_t bytes[];
};

struct segment_queue {
    struct segment *root;
    uint64_t random;    /* state of the priorities' generator; seeded by the caller, never 0 */
    size_t memory;      /* bytes of heap it uses */
    uint64_t bytes;     /* sum of the runs' lengths */
    struct arrival now; /* set by the caller; what is inserted arrives now */
};

/* What inserting found: bits. */
enum segment_news {
    SEGMENT_NEW = 1,      /* brought bytes that were missing */
    SEGMENT_OVERLAP = 2,  /* some of its bytes were there already */
    SEGMENT_CONFLICT = 4, /* and differed */
};

/* Which copy of a byte stays when two differ. */
enum segment_overlap { SEGMENT_FIRST_WINS, SEGMENT_LAST_WINS };

/* Adds bytes at an offset. Returns the segment_news bits. */
unsigned segments_insert(struct segment_queue *q, uint64_t offset, struct slice bytes,
                         enum segment_overlap overlap);

/* Adds a run of `len` bytes known to be missing for good. */
void segments_insert_hole(struct segment_queue *q, uint64_t offset, uint32_t len);

/* The run with the smallest offset, or NULL. */
struct segment *segments_first(const struct segment_queue *q);

/* Takes the first run out; free() it. NULL when empty. */
struct segment *segments_pop(struct segment_queue *q);

void segments_clear(struct segment_queue *q);

#endif
