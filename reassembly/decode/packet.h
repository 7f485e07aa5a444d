/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame as captured and the TCP packet found in it. A packet borrows the frame's bytes and lives as long as
 * they do.
 */
#ifndef MAILTAP_REASSEMBLY_DECODE_PACKET_H
#define MAILTAP_REASSEMBLY_DECODE_PACKET_H

#include "reassembly/mail.h"

/* Link types, as libpcap's DLT_ values on Linux. */
enum link_type {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_RAW_DLT = 12,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_LINUX_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_LINUX_SLL2 = 276,
};

struct frame {
    uint64_t ts_ns;
    int link_type;
    struct slice bytes;
    uint32_t wire_len; /* length on the wire; more than bytes.len when the snap length cut it */
};

enum packet_flag {
    PACKET_FIN = 0x01,
    PACKET_SYN = 0x02,
    PACKET_RST = 0x04,
    PACKET_PSH = 0x08,
    PACKET_ACK = 0x10,
    PACKET_URG = 0x20,
};

struct packet {
    uint64_t ts_ns;
    enum ip_family family;
    struct endpoint src, dst;
    uint32_t seq, ack;
    uint16_t window;
    uint16_t urgent; /* with PACKET_URG: urgent pointer, relative to seq */
    uint8_t flags;
    uint8_t ttl;
    uint8_t vlan_count;
    uint16_t vlan_ids[FLOW_MAX_VLANS];
    uint32_t tunnel_id; /* of the innermost tunnel that has one (GRE key, ERSPAN session, VNI, MPLS label,
                           PPPoE session) */
    struct slice payload;
    uint32_t cut_bytes;    /* payload bytes after `payload` that the snap length cut off */
    struct slice datagram; /* the IP packet whole, for engines that decode themselves */
};

#endif
