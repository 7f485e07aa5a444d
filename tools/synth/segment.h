/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From one TCP segment to the frame or frames that carry it: TCP (RFC 9293, options RFC 7323), IPv4 or IPv6,
 * fragments, tunnel (GRE RFC 2784, VXLAN RFC 7348, ERSPAN type II), VLAN tags, Ethernet; with right lengths
 * and checksums.
 */
#ifndef MAILTAP_SYNTH_SEGMENT_H
#define MAILTAP_SYNTH_SEGMENT_H

#include "base/slice.h"
#include "tools/synth/address.h"
#include "tools/synth/dialogue.h"

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_PUSH = 0x08, TCP_ACK = 0x10 };
enum { MAX_VLANS = 2, MAX_MSS = 61440, MAX_FRAME = 65536 + 512 };

struct endpoint {
    struct address address;
    uint16_t port;
    uint8_t ttl;
};

struct segment {
    const struct endpoint *from, *to;
    enum direction direction;
    uint64_t time_us;
    uint32_t seq, ack, ip_id;
    uint16_t window;
    uint8_t flags;
    bool timestamps;
    uint32_t ts_value, ts_echo;
    uint16_t mss;               /* offered in a SYN */
    const struct turn *payload; /* NULL: none */
    size_t payload_from, payload_len;
};

enum tunnel { TUNNEL_NONE, TUNNEL_GRE, TUNNEL_VXLAN, TUNNEL_ERSPAN };

struct framing {
    uint16_t vlans[MAX_VLANS];
    size_t vlan_count;
    enum tunnel tunnel;
    size_t fragment_len; /* IP payload bytes in one fragment, a multiple of 8; 0: no fragments */
};

/* Takes one frame; the bytes live until it returns. */
typedef void (*frame_fn)(void *context, struct slice frame);

/* Builds the frames of the segment and gives them to `take`, in order. `erspan_seq` counts the frames of that
 * tunnel. */
void segment_build(const struct segment *s, const struct framing *framing, uint32_t *erspan_seq,
                   frame_fn take, void *context);

#endif
