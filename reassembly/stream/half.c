/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of a connection; see half.h. A hole is lost when the receiver confirmed its end and then a
 * tolerance of time *and* packets went by (a tap that merges two directions shows an ACK before its data
 * quite often), when it is older than hole_age_max_ms, or when too much waits behind it.
 */
#include "reassembly/stream/half.h"

#include <stdlib.h>

#include "base/siphash.h"

#define NS_PER_MS 1000000u

/* Room before the first segment seen for those that belong before it. */
enum { UNSURE_ROOM = 1 << 20 };

/* ---- what was delivered last ---- */

static void remember(struct half *half, struct slice bytes)
{
    half->recent[half->recent_at].offset = half->delivered;
    half->recent[half->recent_at].len = (uint32_t)bytes.len;
    half->recent[half->recent_at].digest = quick_digest(half->digest_key, bytes);
    half->recent_at = (uint8_t)((half->recent_at + 1) % HALF_RECENT);
}

/* True when bytes at this offset are known to have been delivered with another content. */
static bool contradicts_recent(const struct half *half, uint64_t offset, struct slice bytes)
{
    for (size_t i = 0; i < HALF_RECENT; i++) {
        uint32_t len = half->recent[i].len;
        if (len == 0 || half->recent[i].offset != offset || len > bytes.len) continue;
        return quick_digest(half->digest_key, slice_head(bytes, len)) != half->recent[i].digest;
    }
    return false;
}

static void note_conflict(const struct half_out *out)
{
    out->counters->segments_conflicting++;
    (*out->conflicts)++;
}

/* ---- delivery ---- */

static void move_to(struct half *half, uint64_t offset)
{
    half->next_seq += (uint32_t)(offset - half->delivered);
    half->delivered = offset;
}

/* The urgent byte is not part of what a program reads (RFC 9293 3.8.5, RFC 6093 2.2). */
static bool deliver_around_urgent(struct slice bytes, size_t urgent_at, const struct half_out *out)
{
    struct slice before = slice_head(bytes, urgent_at), after = slice_skip(bytes, urgent_at + 1);
    out->counters->urgent_bytes++;
    if (before.len > 0 && !out->data_fn(out->context, before)) return false;
    return after.len == 0 || out->data_fn(out->context, after);
}

static bool deliver(struct half *half, struct slice bytes, const struct half_out *out)
{
    if (bytes.len == 0) return true;
    uint64_t start = half->delivered;
    remember(half, bytes);
    move_to(half, start + bytes.len);
    if (half->urgent_end > start && half->urgent_end <= half->delivered && !out->settings->urgent_inline)
        return deliver_around_urgent(bytes, (size_t)(half->urgent_end - 1 - start), out);
    return out->data_fn(out->context, bytes);
}

static bool deliver_gap(struct half *half, uint64_t len, const struct half_out *out)
{
    move_to(half, half->delivered + len);
    half->given_up = half->delivered;
    out->counters->gaps++;
    out->counters->gap_bytes += len;
    return out->gap_fn(out->context, len);
}

static bool deliver_run(struct half *half, const struct segment *s, const struct half_out *out)
{
    uint64_t skip = half->delivered - s->offset;
    if (skip >= s->len) return true;
    if (s->is_hole) return deliver_gap(half, s->len - skip, out);
    return deliver(half, slice_make(s->bytes + skip, s->len - skip), out);
}

/* Delivers the first run. Returns false when nobody follows any more: nothing is queued then. */
static bool deliver_first(struct half *half, const struct half_out *out)
{
    struct segment *s = segments_pop(&half->queue);
    bool followed = deliver_run(half, s, out);
    free(s);
    if (!followed) segments_clear(&half->queue);
    return followed;
}

/* The next hole has existed for as long as the run behind it waits, and counts as confirmed for as long when
 * it is. */
static void begin_hole(struct half *half)
{
    const struct segment *first = segments_first(&half->queue);
    half->wait_since_ns = first ? first->arrival.ns : 0;
    half->acked_since = first && half->acked >= first->offset ? first->arrival : (struct arrival){0, 0};
}

/* Delivers the runs whose turn has come. */
static void drain(struct half *half, const struct half_out *out)
{
    const struct segment *first = segments_first(&half->queue);
    if (!first || first->offset > half->delivered) return;
    while (first && first->offset <= half->delivered && deliver_first(half, out))
        first = segments_first(&half->queue);
    begin_hole(half);
}

/* ---- where it begins ---- */

void half_start(struct half *half, uint32_t first_seq, const struct half_out *out)
{
    half->first_seq = first_seq;
    if (!half->known) {
        half->next_seq = first_seq;
        half->known = true;
        return;
    }
    half->unsure = false;
    move_to(half, half->delivered + (uint32_t)(first_seq - half->next_seq));
    drain(half, out);
}

void half_start_unsure(struct half *half, uint32_t seq, uint64_t now_ns)
{
    half->next_seq = half->first_seq = seq - UNSURE_ROOM;
    half->known = half->unsure = true;
    half->start_since_ns = now_ns;
}

bool half_start_is_due(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings)
{
    if (!half->unsure) return false;
    return half->start_packets++ >= settings->start_tolerance_packets ||
           now_ns >= half->start_since_ns + settings->start_tolerance_ms * NS_PER_MS;
}

void half_settle_start(struct half *half, const struct half_out *out)
{
    const struct segment *first = segments_first(&half->queue);
    if (first) half_start(half, half->next_seq + (uint32_t)(first->offset - half->delivered), out);
}

/* ---- segments ---- */

static void enqueue(struct half *half, uint64_t offset, struct slice bytes, uint32_t cut,
                    const struct half_out *out)
{
    enum segment_overlap overlap = out->settings->overlap_last_wins ? SEGMENT_LAST_WINS : SEGMENT_FIRST_WINS;
    unsigned news = segments_insert(&half->queue, offset, bytes, overlap);
    if (cut > 0) segments_insert_hole(&half->queue, offset + bytes.len, cut);
    if (offset > half->delivered && !half->unsure && (news & SEGMENT_NEW))
        out->counters->segments_out_of_order++;
    if (bytes.len > 0 && !(news & SEGMENT_NEW)) out->counters->segments_duplicate++;
    if ((news & SEGMENT_NEW) && (news & SEGMENT_OVERLAP)) out->counters->segments_overlapping++;
    if (news & SEGMENT_CONFLICT) note_conflict(out);
}

/* Cuts off the bytes that were delivered already; returns false when nothing is left. */
static bool trim_old(struct half *half, uint64_t old, struct slice *bytes, uint32_t *cut,
                     const struct half_out *out)
{
    uint64_t offset = half->delivered - old;
    if (contradicts_recent(half, offset, *bytes)) note_conflict(out);
    if (old >= bytes->len + *cut) {
        bool late = offset < half->given_up && bytes->len > 0;
        *(late ? &out->counters->segments_late : &out->counters->segments_duplicate) += 1;
        return false;
    }
    out->counters->segments_overlapping++;
    if (old > bytes->len) *cut -= (uint32_t)(old - bytes->len);
    *bytes = slice_skip(*bytes, old);
    return true;
}

void half_accept(struct half *half, uint32_t seq, struct slice bytes, uint32_t cut,
                 const struct half_out *out)
{
    int64_t distance = half_distance(half, seq);
    if (distance < 0) {
        if (!trim_old(half, (uint64_t)-distance, &bytes, &cut, out)) return;
        distance = 0;
    }
    if (distance == 0 && !half->queue.root && !half->unsure) {
        if (deliver(half, bytes, out) && cut > 0) (void)deliver_gap(half, cut, out);
        return;
    }
    enqueue(half, half->delivered + (uint64_t)distance, bytes, cut, out);
    if (!half->unsure) drain(half, out);
}

void half_note_urgent(struct half *half, uint32_t seq, uint64_t window_max_bytes)
{
    int64_t distance = half_distance(half, seq);
    if (distance < 0 || (uint64_t)distance > window_max_bytes) return;
    uint64_t end = half->delivered + (uint64_t)distance + 1;
    if (end > half->urgent_end) half->urgent_end = end;
}

void half_note_ack(struct half *half, uint32_t ack, uint64_t window_max_bytes)
{
    int64_t distance = half_distance(half, ack);
    if (!half->known || distance <= 0 || (uint64_t)distance > window_max_bytes) return;
    uint64_t acked = half->delivered + (uint64_t)distance;
    if (acked > half->acked) half->acked = acked;
}

/* ---- holes ---- */

bool half_hole_is_lost(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings)
{
    const struct segment *first = segments_first(&half->queue);
    if (!first || half->unsure) return false;
    if (half->wait_since_ns == 0) half->wait_since_ns = first->arrival.ns;
    if (half->queue.memory > settings->queue_stream_max_bytes) return true;
    if (now_ns > half->wait_since_ns + settings->hole_age_max_ms * NS_PER_MS) return true;
    if (half->acked < first->offset) return false;
    if (half->acked_since.ns == 0) half->acked_since = half->queue.now;
    return half->queue.now.packet - half->acked_since.packet >= settings->loss_tolerance_packets &&
           now_ns >= half->acked_since.ns + settings->loss_tolerance_ms * NS_PER_MS;
}

bool half_skip_hole(struct half *half, const struct half_out *out)
{
    const struct segment *first = segments_first(&half->queue);
    if (!first) return false;
    if (half->queue.memory > out->settings->queue_stream_max_bytes)
        out->counters->limit_queue_stream_max_bytes++;
    if (first->offset > half->delivered && !deliver_gap(half, first->offset - half->delivered, out)) {
        segments_clear(&half->queue);
        return false;
    }
    drain(half, out);
    return true;
}

void half_flush_run(struct half *half, const struct half_out *out)
{
    if (half->unsure) half_settle_start(half, out);
    const struct segment *first = segments_first(&half->queue);
    if (!first) return;
    bool followed =
        first->offset <= half->delivered || deliver_gap(half, first->offset - half->delivered, out);
    if (followed) {
        (void)deliver_first(half, out);
    } else {
        segments_clear(&half->queue);
    }
}

void half_flush_end(struct half *half, const struct half_out *out)
{
    if (!half->known || half->unsure) return;
    uint64_t end = half->fin_seen && half->fin_offset > half->delivered ? half->fin_offset : half->acked;
    if (half->fin_seen && end > half->fin_offset) end = half->fin_offset;
    if (end > half->delivered) (void)deliver_gap(half, end - half->delivered, out);
}
