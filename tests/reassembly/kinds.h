/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every link layer, VLAN tagging, IP header and tunnel that the decoder knows, with one frame each: the same
 * TCP segment is inside of all of them.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_KINDS_H
#define MAILTAP_TESTS_REASSEMBLY_KINDS_H

#include "reassembly/decode/packet.h"
#include "tests/support/frames.h"

#define FRAME_KIND_PAYLOAD "EHLO client.example\r\n"

struct frame_kind {
    const char *name;
    int link;
    void (*build)(struct frame_stack *stack);
    enum ip_family family;
    unsigned tunnels, vlans; /* VLAN ids are 100 and 200 */
    uint32_t tunnel_id;
};

extern const struct frame_kind frame_kinds[];
extern const size_t frame_kind_count;

/* The segment alone: client to server, sequence number 0x01020304, ACK 0x05060708, with options. */
void frame_kind_segment(struct frame_stack *stack, bool is_ipv6);

/* The same in a plain IPv4 packet. */
void frame_kind_packet(struct frame_stack *stack);

#endif
