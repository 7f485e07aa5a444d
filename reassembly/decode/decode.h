/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frame to packet: link layer, VLAN tags, IPv4/IPv6, TCP. Pure; every read goes through the cursor; what is wrong with
 * a frame is counted and never fatal.
 */
#ifndef MAILTAP_REASSEMBLY_DECODE_DECODE_H
#define MAILTAP_REASSEMBLY_DECODE_DECODE_H

#include "reassembly/decode/packet.h"
#include "reassembly/reassembly.h"

struct decoder {
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    bool verify_checksums;
};

enum decode_result {
    DECODE_PACKET, /* *packet is a TCP packet */
    DECODE_NONE,   /* nothing for us in it, or malformed; counted */
};

enum decode_result decode_frame(struct decoder *decoder, const struct frame *frame, struct packet *packet);

/* True for link types that decode_frame() understands. */
bool decode_knows_link(int link_type);

#endif
