/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the layers' files share: the state of one frame's decoding. Each layer reads its header from the
 * cursor and calls the next; the result travels back up.
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
    unsigned tunnel_depth;
};

enum {
    ETHERTYPE_IPV4_ID = 0x0800,
    ETHERTYPE_IPV6_ID = 0x86dd,
};

/* Numbers of upper layers (IANA protocol numbers). */
enum {
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_GRE = 47,
};

/* The frame's first layer by its link type. */
enum decode_result decode_link(struct decoding *d, int link_type);

/* What an ethertype announces: VLAN tags, IPv4, IPv6. */
enum decode_result decode_ethertype(struct decoding *d, uint16_t ethertype);

/* IP with the version taken from the first byte. */
enum decode_result decode_ip(struct decoding *d);
enum decode_result decode_ipv4(struct decoding *d);
enum decode_result decode_ipv6(struct decoding *d);
enum decode_result decode_ethernet(struct decoding *d);

/* What follows the header of an IPv6 datagram put together from fragments; `next` is its first header. */
enum decode_result decode_ipv6_whole(struct decoding *d, uint8_t next);

/* What an IP protocol number announces: TCP, or a tunnel (tunnel.c). */
enum decode_result decode_protocol(struct decoding *d, uint8_t protocol, uint32_t wire_len);
enum decode_result decode_udp(struct decoding *d);
enum decode_result decode_gre(struct decoding *d);
enum decode_result decode_mpls(struct decoding *d);
enum decode_result decode_pppoe(struct decoding *d);

/* Counts one more tunnel header; false when tunnel_depth_max is reached. */
bool decode_enter_tunnel(struct decoding *d);

/* A fragment of a datagram. When it completes one, decoding goes on with that. */
struct ip_fragment;
enum decode_result decode_fragment(struct decoding *d, const struct ip_fragment *fragment);

/* Counts a frame without TCP inside. */
enum decode_result decode_other(struct decoding *d);

/* TCP; `wire_len` is the length of header and payload that the IP layer announced. */
enum decode_result decode_transport(struct decoding *d, uint32_t wire_len);

/* Counts a malformed frame. */
enum decode_result decode_malformed(struct decoding *d);

/* One's complement sum of RFC 1071 over the bytes, added to `sum` (not folded). */
uint64_t checksum_add(uint64_t sum, struct slice bytes);

/* Folds to 16 bits; 0xffff means that data with its checksum is right. */
uint16_t checksum_fold(uint64_t sum);

#endif
