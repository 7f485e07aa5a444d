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

enum { HALF_RECENT = 4 };

struct half {
    uint64_t delivered;         /* offset of the next byte to deliver */
    uint64_t start_since_ns;    /* position not sure: first segment seen at */
    uint64_t acked;             /* offset the receiver confirmed */
    uint64_t fin_offset;        /* end of the direction, when fin_seen */
    uint64_t given_up;          /* end of the last hole given up */
    uint64_t urgent_end;        /* end of the urgent byte, 0: none announced */
    uint64_t wait_since_ns;     /* the present hole exists since */
    uint64_t digest_key;        /* of `recent`; random */
    struct arrival acked_since; /* and its end is confirmed by the receiver since; ns 0: it is not */
    uint32_t start_packets;     /* packets of the connection since start_since_ns */
    uint32_t next_seq;          /* sequence number of `delivered` */
    uint32_t first_seq;         /* sequence number of offset 0 */
    bool known;                 /* next_seq is valid */
    bool unsure; /* but only as a lower bound: the SYN was not seen, earlier data may still come */
    bool seen;   /* any packet of this direction was captured */
    bool syn_seen, fin_seen;
    uint8_t recent_at; /* where the next goes */
    struct {
        uint64_t offset, digest;
        uint32_t len;
    } recent[HALF_RECENT]; /* segments delivered last, to see whether copies of them differ */
    struct segment_queue queue;
};

/* Where the half's bytes go; both return false to say that nobody follows any more. */
struct half_out {
    void *context;
    bool (*data_fn)(void *context, struct slice bytes);
    bool (*gap_fn)(void *context, uint64_t len);
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    uint64_t *conflicts; /* of the connection */
};

/* Fixes the position of a half: its first byte has this sequence number. What was queued while the position
 * was not sure is delivered as far as it goes. */
void half_start(struct half *half, uint32_t first_seq, const struct half_out *out);

/* Begins at a segment whose predecessors may have been captured later. */
void half_start_unsure(struct half *half, uint32_t seq, uint64_t now_ns);

/* True when it is time to take the first byte seen for the beginning. */
bool half_start_is_due(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings);

/* Takes the first byte seen for the beginning. */
void half_settle_start(struct half *half, const struct half_out *out);

/* Distance of `seq` from the next expected one: negative for old bytes. */
static inline int64_t half_distance(const struct half *half, uint32_t seq)
{
    return (int32_t)(seq - half->next_seq);
}

/* Takes a segment whose first byte has sequence number `seq`, with `cut` bytes after it that were not
 * captured. */
void half_accept(struct half *half, uint32_t seq, struct slice bytes, uint32_t cut,
                 const struct half_out *out);

/* Notes that the byte with this sequence number is urgent. Of several that are to come the last counts, as on
 * hosts. */
void half_note_urgent(struct half *half, uint32_t seq, uint64_t window_max_bytes);

/* Notes the sequence number the receiver confirmed. */
void half_note_ack(struct half *half, uint32_t ack, uint64_t window_max_bytes);

/* True when the hole in front of the queue has to be given up now; called once for every packet of the
 * connection. */
bool half_hole_is_lost(struct half *half, uint64_t now_ns, const struct reassembly_settings *settings);

/* Gives up the hole in front of the queue and delivers up to the next one. Returns false when there is none.
 */
bool half_skip_hole(struct half *half, const struct half_out *out);

/* At the end of the connection, again and again while something is queued: delivers the first run, with the
 * hole before it given up. */
void half_flush_run(struct half *half, const struct half_out *out);

/* And after the last run: reports what the receiver confirmed but was never captured. */
void half_flush_end(struct half *half, const struct half_out *out);

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
