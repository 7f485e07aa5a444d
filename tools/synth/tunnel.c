/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outer layers; see tunnel.h.
 */
#include "tools/synth/tunnel.h"

#include "tools/synth/checksum.h"

enum { PROTO_UDP = 17, PROTO_GRE = 47, VXLAN_PORT = 4789, VXLAN_VNI = 4242, ERSPAN_SESSION = 7 };

void room_push_ipv4(struct room *room, const struct ipv4_fields *fields)
{
    uint8_t *header = room_push(room, 20);
    uint8_t *at = put_be16(header, 0x4500);
    at = put_be16(at, (uint16_t)room->len);
    at = put_be16(at, fields->id);
    at = put_be16(at, fields->fragment);
    *at++ = fields->ttl;
    *at++ = fields->protocol;
    at = put_be16(at, 0);
    at = put_bytes(at, fields->source, 4);
    (void)put_bytes(at, fields->destination, 4);
    checksum_store(checksum_add(0, slice_make(header, 20)), header + 10);
}

static void push_outer(struct room *room, uint8_t protocol)
{
    static const uint8_t macs_and_type[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00};
    struct ipv4_fields fields = {.protocol = protocol,
                                 .ttl = 255,
                                 .fragment = 0x4000,
                                 .source = {203, 0, 113, 1},
                                 .destination = {203, 0, 113, 2}};
    room_push_ipv4(room, &fields);
    (void)put_bytes(room_push(room, sizeof macs_and_type), macs_and_type, sizeof macs_and_type);
}

void tunnel_push_gre(struct room *room, bool inner_v6)
{
    uint8_t *at = put_be16(room_push(room, 4), 0);
    (void)put_be16(at, inner_v6 ? 0x86dd : 0x0800);
    push_outer(room, PROTO_GRE);
}

void tunnel_push_vxlan(struct room *room, uint16_t entropy)
{
    uint8_t *at = put_be32(room_push(room, 8), 0x08000000U);
    (void)put_be32(at, (uint32_t)VXLAN_VNI << 8);
    size_t len = room->len + 8;
    at = put_be16(room_push(room, 8), (uint16_t)(entropy | 0xc000));
    at = put_be16(at, VXLAN_PORT);
    at = put_be16(at, (uint16_t)len);
    (void)put_be16(at, 0); /* no UDP checksum (RFC 7348 4.1) */
    push_outer(room, PROTO_UDP);
}

void tunnel_push_erspan(struct room *room, uint32_t seq, uint16_t vlan)
{
    uint8_t *at = put_be16(room_push(room, 8), (uint16_t)(0x1000 | (vlan & 0xfff)));
    at = put_be16(at, 0x1800 | ERSPAN_SESSION); /* En = 3: the frame keeps its own tag */
    (void)put_be32(at, 1);
    at = put_be16(room_push(room, 8), 0x1000); /* GRE with a sequence number */
    at = put_be16(at, 0x88be);
    (void)put_be32(at, seq);
    push_outer(room, PROTO_GRE);
}
