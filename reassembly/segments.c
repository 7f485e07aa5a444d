/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The treap of out-of-order runs (Aragon & Seidel, "Randomized search trees", 1989); see segments.h.
 */
#include "reassembly/segments.h"

#include <stdlib.h>

#include "base/mem.h"

/* xorshift64* (Vigna 2014); the seed is random per process, so depth cannot be forced from outside. */
static uint32_t next_priority(struct segment_queue *q)
{
    q->random ^= q->random >> 12;
    q->random ^= q->random << 25;
    q->random ^= q->random >> 27;
    return (uint32_t)((q->random * 0x2545f4914f6cdd1du) >> 32);
}

static uint64_t segment_end(const struct segment *s)
{
    return s->offset + s->len;
}

static size_t segment_memory(const struct segment *s)
{
    return sizeof *s + (s->is_hole ? 0 : s->len);
}

/* Splits into runs before `offset` and runs at or after it. */
static void split(struct segment *root, uint64_t offset, struct segment **before, struct segment **after)
{
    while (root) {
        if (root->offset < offset) {
            *before = root;
            before = &root->right;
            root = root->right;
        } else {
            *after = root;
            after = &root->left;
            root = root->left;
        }
    }
    *before = *after = NULL;
}

static void link_segment(struct segment_queue *q, struct segment *s)
{
    struct segment **at = &q->root;
    while (*at && (*at)->priority >= s->priority)
        at = s->offset < (*at)->offset ? &(*at)->left : &(*at)->right;
    split(*at, s->offset, &s->left, &s->right);
    *at = s;
    q->memory += segment_memory(s);
    q->bytes += s->len;
}

static void add_run(struct segment_queue *q, uint64_t offset, const uint8_t *bytes, size_t len)
{
    struct segment *s = mem_alloc(sizeof *s + (bytes ? len : 0));
    *s = (struct segment){.offset = offset,
                          .arrival = q->now,
                          .priority = next_priority(q),
                          .len = (uint32_t)len,
                          .is_hole = !bytes};
    if (bytes) memcpy(s->bytes, bytes, len);
    link_segment(q, s);
}

/* The first run that ends after `offset`, or NULL. Runs do not overlap, so ends are ordered as offsets are.
 */
static struct segment *first_ending_after(const struct segment_queue *q, uint64_t offset)
{
    struct segment *best = NULL;
    for (struct segment *s = q->root; s;) {
        if (segment_end(s) > offset) {
            best = s;
            s = s->left;
        } else {
            s = s->right;
        }
    }
    return best;
}

/* Compares the bytes that both have; when they differ the last copy may replace the first. */
static bool settle_overlap(struct segment *s, uint64_t offset, struct slice bytes,
                           enum segment_overlap overlap)
{
    uint64_t from = s->offset > offset ? s->offset : offset;
    uint64_t end = segment_end(s) < offset + bytes.len ? segment_end(s) : offset + bytes.len;
    uint8_t *held = s->bytes + (from - s->offset);
    const uint8_t *fresh = bytes.ptr + (from - offset);
    if (s->is_hole || memcmp(held, fresh, end - from) == 0) return false;
    if (overlap == SEGMENT_LAST_WINS) memcpy(held, fresh, end - from);
    return true;
}

unsigned segments_insert(struct segment_queue *q, uint64_t offset, struct slice bytes,
                         enum segment_overlap overlap)
{
    unsigned news = 0;
    uint64_t at = offset, end = offset + bytes.len;
    while (at < end) {
        struct segment *s = first_ending_after(q, at);
        uint64_t free_end = s && s->offset < end ? s->offset : end;
        if (at < free_end) {
            add_run(q, at, bytes.ptr + (at - offset), free_end - at);
            news |= SEGMENT_NEW;
            at = free_end;
        } else {
            news |= SEGMENT_OVERLAP | (settle_overlap(s, offset, bytes, overlap) ? SEGMENT_CONFLICT : 0u);
            at = segment_end(s);
        }
    }
    return news;
}

void segments_insert_hole(struct segment_queue *q, uint64_t offset, uint32_t len)
{
    const struct segment *s = first_ending_after(q, offset);
    if (s && s->offset < offset + len) len = s->offset > offset ? (uint32_t)(s->offset - offset) : 0;
    if (len > 0) add_run(q, offset, NULL, len);
}

struct segment *segments_first(const struct segment_queue *q)
{
    struct segment *s = q->root;
    while (s && s->left) s = s->left;
    return s;
}

struct segment *segments_pop(struct segment_queue *q)
{
    struct segment **at = &q->root;
    if (!*at) return NULL;
    while ((*at)->left) at = &(*at)->left;
    struct segment *s = *at;
    *at = s->right;
    q->memory -= segment_memory(s);
    q->bytes -= s->len;
    return s;
}

void segments_clear(struct segment_queue *q)
{
    for (struct segment *s = segments_pop(q); s; s = segments_pop(q)) free(s);
}
