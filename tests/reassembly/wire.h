/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wire between two hosts with a stream engine beside it: packets are given with sequence numbers relative
 * to the initial ones (the first byte of a direction is 1), and what the engine hands out is kept as text:
 * bytes as they are, a hole as <N>. Ends the test on any breach of the engine's promises (close without open,
 * data after close).
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_WIRE_H
#define MAILTAP_TESTS_REASSEMBLY_WIRE_H

#include "base/buffer.h"
#include "reassembly/stream/engine.h"

#define MS ((uint64_t)1000000)

struct wire {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    const struct engine_ops *ops;
    struct engine *engine;
    uint64_t now_ns;
    uint64_t step_ns;     /* time from packet to packet; 1 ms unless set */
    uint32_t isn[2];      /* by enum direction of the packets */
    uint32_t ack[2];      /* what the packets of a direction confirm, relative */
    uint16_t client_port; /* 40000 unless set */
    uint32_t tunnel_id;
    uint16_t vlan_id;     /* 0: no tag */
    struct buffer got[2]; /* since wire_open() or wire_forget() */
    unsigned opens, closes, gaps;
    uint64_t gap_bytes;
    enum stream_close reason; /* of the last close */
    bool is_open, midstream;
    bool several;                  /* connections at once: what comes out is not told apart */
    struct flow flow;              /* of the last open */
    enum stream_interest interest; /* what the follower answers */
};

/* Settings may be changed before the first packet. */
void wire_open(struct wire *wire);

/* Sends a packet of a direction. */
void wire_send(struct wire *wire, enum direction dir, uint32_t seq, unsigned flags, const char *text);
void wire_send_bytes(struct wire *wire, enum direction dir, uint32_t seq, unsigned flags, struct slice bytes);

/* SYN, SYN+ACK, ACK. */
void wire_shake_hands(struct wire *wire);

/* Both sides say FIN after so many bytes each, and confirm. */
void wire_say_goodbye(struct wire *wire, uint32_t to_server, uint32_t to_client);

/* Lets packets without payload of both directions pass, so many of them. */
void wire_idle_packets(struct wire *wire, unsigned count);

/* Packet time goes on without packets. */
void wire_wait(struct wire *wire, uint64_t ms);

/* Forgets what came out so far. */
void wire_forget(struct wire *wire);

/* What came out of a direction; lives until the next packet. */
const char *wire_got(struct wire *wire, enum direction dir);

/* The end of the capture. */
void wire_end(struct wire *wire);

/* Releases what wire_end() leaves for looking at. */
void wire_close(struct wire *wire);

#endif
