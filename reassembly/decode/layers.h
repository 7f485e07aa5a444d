/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the layers' files share: the state of one frame's decoding. Each layer reads its header from the cursor and
 * calls the next; the result travels back up.
 */
#ifndef MAILTAP_REASSEMBLY_DECODE_LAYERS_H
#define MAILTAP_REASSEMBLY_DECODE_LAYERS_H

#include "base/cursor.h"
#include "reassembly/decode/decode.h"

struct decoding {
    struct decoder *decoder;
    struct cursor in;
    struct packet *packet;
    uint32_t cut_bytes; /* bytes of the frame beyond the captured ones */
};

enum {
    ETHERTYPE_IPV4_ID = 0x0800,
    ETHERTYPE_IPV6_ID = 0x86dd,
};

/* The frame's first layer by its link type. */
enum decode_result decode_link(struct decoding *d, int link_type);

/* What an ethertype announces: VLAN tags, IPv4, IPv6. */
enum decode_result decode_ethertype(struct decoding *d, uint16_t ethertype);

/* IP with the version taken from the first byte. */
enum decode_result decode_ip(struct decoding *d);
enum decode_result decode_ipv4(struct decoding *d);
enum decode_result decode_ipv6(struct decoding *d);

/* TCP; `wire_len` is the length of header and payload that the IP layer announced. */
enum decode_result decode_transport(struct decoding *d, uint32_t wire_len);

/* Counts a malformed frame. */
enum decode_result decode_malformed(struct decoding *d);

/* One's complement sum of RFC 1071 over the bytes, added to `sum` (not folded). */
uint64_t checksum_add(uint64_t sum, struct slice bytes);

/* Folds to 16 bits; 0xffff means that data with its checksum is right. */
uint16_t checksum_fold(uint64_t sum);

#endif
