/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of a connection; see half.h. A hole is lost when the receiver confirmed its end and then a
 * tolerance of time *and* packets went by (a tap that merges two directions shows an ACK before its data
 * quite often), or when it is older than hole_age_max_ms.
 */
#include "reassembly/stream/half.h"

#include <stdlib.h>

#define NS_PER_MS 1000000u

void half_start(struct half *half, uint32_t first_seq)
{
    half->next_seq = first_seq;
    half->known = true;
}

static bool deliver(struct half *half, struct slice bytes, const struct half_out *out)
{
    half->delivered += bytes.len;
    half->next_seq += (uint32_t)bytes.len;
    return bytes.len == 0 || out->data_fn(out->context, bytes);
}

static bool deliver_gap(struct half *half, uint64_t len, const struct half_out *out,
                        struct reassembly_counters *counters)
{
    half->delivered += len;
    half->next_seq += (uint32_t)len;
    half->given_up = half->delivered;
    counters->gaps++;
    counters->gap_bytes += len;
    return out->gap_fn(out->context, len);
}

/* Delivers the runs whose turn has come. */
static void drain(struct half *half, const struct half_out *out, struct reassembly_counters *counters)
{
    struct segment *first = segments_first(&half->queue);
    bool followed = true;
    bool moved = false;
    while (first && first->offset <= half->delivered && followed) {
        struct segment *s = segments_pop(&half->queue);
        uint64_t skip = half->delivered - s->offset;
        if (skip < s->len && s->is_hole) followed = deliver_gap(half, s->len - skip, out, counters);
        if (skip < s->len && !s->is_hole)
            followed = deliver(half, slice_make(s->bytes + skip, s->len - skip), out);
        free(s);
        moved = true;
        first = segments_first(&half->queue);
    }
    if (!followed) segments_clear(&half->queue);
    if (moved) half->wait_since_ns = half->ack_since_ns = 0;
}

static void enqueue(struct half *half, uint64_t offset, struct slice bytes, uint32_t cut,
                    struct reassembly_counters *counters)
{
    unsigned news = segments_insert(&half->queue, offset, bytes);
    if (cut > 0) segments_insert_hole(&half->queue, offset + bytes.len, cut);
    if (offset > half->delivered && (news & SEGMENT_NEW)) counters->segments_out_of_order++;
    if (bytes.len > 0 && !(news & SEGMENT_NEW)) counters->segments_duplicate++;
    if ((news & SEGMENT_NEW) && (news & SEGMENT_OVERLAP)) counters->segments_overlapping++;
    if (news & SEGMENT_CONFLICT) counters->segments_conflicting++;
}

/* Cuts off the bytes that were delivered already; returns false when nothing is left. */
static bool trim_old(struct half *half, uint64_t old, struct slice *bytes, uint32_t *cut,
                     struct reassembly_counters *counters)
{
    if (old >= bytes->len + *cut) {
        if (half->delivered - old < half->given_up) {
            counters->segments_late++;
        } else {
            counters->segments_duplicate++;
        }
        return false;
    }
    counters->segments_overlapping++;
    if (old > bytes->len) *cut -= (uint32_t)(old - bytes->len);
    *bytes = slice_skip(*bytes, old);
    return true;
}

void half_accept(struct half *half, uint32_t seq, struct slice bytes, uint32_t cut,
                 const struct half_out *out, struct reassembly_counters *counters)
{
    int64_t distance = half_distance(half, seq);
    if (distance < 0) {
        if (!trim_old(half, (uint64_t)-distance, &bytes, &cut, counters)) return;
        distance = 0;
    }
    if (distance == 0 && !half->queue.root) {
        if (deliver(half, bytes, out) && cut > 0) (void)deliver_gap(half, cut, out, counters);
        return;
    }
    enqueue(half, half->delivered + (uint64_t)distance, bytes, cut, counters);
    drain(half, out, counters);
}

void half_note_ack(struct half *half, uint32_t ack, uint64_t window_max_bytes)
{
    int64_t distance = half_distance(half, ack);
    if (!half->known || distance <= 0 || (uint64_t)distance > window_max_bytes) return;
    uint64_t acked = half->delivered + (uint64_t)distance;
    if (acked > half->acked) half->acked = acked;
}

bool half_hole_is_lost(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings)
{
    const struct segment *first = segments_first(&half->queue);
    if (!first) return false;
    if (half->wait_since_ns == 0) half->wait_since_ns = now_ns;
    if (now_ns > half->wait_since_ns + settings->hole_age_max_ms * NS_PER_MS) return true;
    if (half->acked < first->offset) return false;
    if (half->ack_since_ns == 0) {
        half->ack_since_ns = now_ns;
        half->ack_packets = 0;
    }
    half->ack_packets++;
    return half->ack_packets > settings->loss_tolerance_packets &&
           now_ns >= half->ack_since_ns + settings->loss_tolerance_ms * NS_PER_MS;
}

bool half_skip_hole(struct half *half, const struct half_out *out, struct reassembly_counters *counters)
{
    const struct segment *first = segments_first(&half->queue);
    if (!first) return false;
    if (first->offset > half->delivered &&
        !deliver_gap(half, first->offset - half->delivered, out, counters)) {
        segments_clear(&half->queue);
        return false;
    }
    drain(half, out, counters);
    return true;
}

void half_flush(struct half *half, const struct half_out *out, struct reassembly_counters *counters)
{
    while (half_skip_hole(half, out, counters)) continue;
    uint64_t end = half->fin_seen && half->fin_offset > half->delivered ? half->fin_offset : half->acked;
    if (half->fin_seen && end > half->fin_offset) end = half->fin_offset;
    if (half->known && end > half->delivered) (void)deliver_gap(half, end - half->delivered, out, counters);
}
