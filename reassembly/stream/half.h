/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One direction of a connection in the native engine: where it stands, what waits for its turn, and when a
 * hole is given up. Positions are 64-bit stream offsets from the first byte; sequence numbers wrap, offsets
 * do not.
 */
#ifndef MAILTAP_REASSEMBLY_STREAM_HALF_H
#define MAILTAP_REASSEMBLY_STREAM_HALF_H

#include "reassembly/reassembly.h"
#include "reassembly/segments.h"

struct half {
    uint64_t delivered;     /* offset of the next byte to deliver */
    uint64_t acked;         /* offset the receiver confirmed */
    uint64_t fin_offset;    /* end of the direction, when fin_seen */
    uint64_t given_up;      /* end of the last hole given up */
    uint64_t wait_since_ns; /* the present hole exists since */
    uint64_t ack_since_ns;  /* and its end is confirmed by the receiver since; 0: it is not */
    uint32_t ack_packets;   /* packets of the connection since then */
    uint32_t next_seq;      /* sequence number of `delivered` */
    bool known;             /* next_seq is valid */
    bool syn_seen, fin_seen;
    struct segment_queue queue;
};

/* Where the half's bytes go; both return false to say that nobody follows any more. */
struct half_out {
    void *context;
    bool (*data_fn)(void *context, struct slice bytes);
    bool (*gap_fn)(void *context, uint64_t len);
};

/* Fixes the position of an unknown half. */
void half_start(struct half *half, uint32_t first_seq);

/* Distance of `seq` from the next expected one: negative for old bytes. */
static inline int64_t half_distance(const struct half *half, uint32_t seq)
{
    return (int32_t)(seq - half->next_seq);
}

/* Takes a segment whose first byte has sequence number `seq`, with `cut` bytes after it that were not
 * captured. */
void half_accept(struct half *half, uint32_t seq, struct slice bytes, uint32_t cut,
                 const struct half_out *out, struct reassembly_counters *counters);

/* Notes the sequence number the receiver confirmed. */
void half_note_ack(struct half *half, uint32_t ack, uint64_t window_max_bytes);

/* True when the hole in front of the queue has to be given up now; called once for every packet of the
 * connection. */
bool half_hole_is_lost(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings);

/* Gives up the hole in front of the queue and delivers up to the next one. Returns false when there is none.
 */
bool half_skip_hole(struct half *half, const struct half_out *out, struct reassembly_counters *counters);

/* At the end of the connection: delivers everything with all holes given up, and reports what the receiver
 * confirmed but was never captured. */
void half_flush(struct half *half, const struct half_out *out, struct reassembly_counters *counters);

static inline bool half_has_hole(const struct half *half)
{
    return half->queue.root != NULL;
}

/* True when everything up to the FIN has been delivered. */
static inline bool half_is_done(const struct half *half)
{
    return half->fin_seen && half->delivered >= half->fin_offset;
}

#endif
