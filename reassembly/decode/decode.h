/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frame to packet: link layer, VLAN tags, IPv4/IPv6, TCP. Pure; every read goes through the cursor; what is
 * wrong with a frame is counted and never fatal.
 */
#ifndef MAILTAP_REASSEMBLY_DECODE_DECODE_H
#define MAILTAP_REASSEMBLY_DECODE_DECODE_H

#include "reassembly/decode/packet.h"
#include "reassembly/reassembly.h"

struct defragmenter;

struct decoder {
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    bool verify_checksums;
    struct defragmenter *defragmenter; /* owned; made with the first fragment */
};

enum decode_result {
    DECODE_PACKET, /* *packet is a TCP packet */
    DECODE_NONE,   /* nothing for us in it, or malformed; counted */
};

/* *packet is valid until the next call (it may lie in reassembled fragments). */
enum decode_result decode_frame(struct decoder *decoder, const struct frame *frame, struct packet *packet);

/* Drops the fragments that are still held. */
void decoder_free(struct decoder *decoder);

/* True for link types that decode_frame() understands. */
bool decode_knows_link(int link_type);

#endif
