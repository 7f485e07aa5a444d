/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Segments to frames; see segment.h. A packet is built from the inside out: the payload stands at a fixed
 * distance from the start of the room and every layer is put before what is there.
 */
#include "tools/synth/segment.h"

#include "tools/synth/checksum.h"
#include "tools/synth/tunnel.h"

enum { PROTO_TCP = 6, PROTO_FRAGMENT = 44, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_QINQ = 0x88a8 };

static uint8_t *put_tcp_options(uint8_t *at, const struct segment *s)
{
    static const uint8_t sack_permitted[] = {4, 2}, no_ops[] = {1, 1}, window_scale[] = {1, 3, 3, 7};
    if (s->flags & TCP_SYN) {
        uint8_t mss[] = {2, 4, (uint8_t)(s->mss >> 8), (uint8_t)s->mss};
        at = put_bytes(at, mss, sizeof mss);
        at = put_bytes(at, sack_permitted, sizeof sack_permitted);
    }
    if (s->timestamps) {
        if (!(s->flags & TCP_SYN)) at = put_bytes(at, no_ops, sizeof no_ops);
        *at++ = 8, *at++ = 10;
        at = put_be32(at, s->ts_value);
        at = put_be32(at, s->ts_echo);
    } else if (s->flags & TCP_SYN) {
        at = put_bytes(at, no_ops, sizeof no_ops);
    }
    return s->flags & TCP_SYN ? put_bytes(at, window_scale, sizeof window_scale) : at;
}

static uint8_t *put_payload(uint8_t *at, const struct segment *s)
{
    size_t skip = s->payload_from, left = s->payload_len;
    for (size_t i = 0; s->payload && i < TURN_PARTS; i++) {
        struct slice piece = slice_head(slice_skip(s->payload->parts[i], skip), left);
        skip -= skip < s->payload->parts[i].len ? skip : s->payload->parts[i].len;
        left -= piece.len;
        if (piece.len) at = put_bytes(at, piece.ptr, piece.len);
    }
    return at;
}

static void store_tcp_checksum(const struct segment *s, uint8_t *tcp, size_t len)
{
    size_t address_len = s->from->address.v6 ? 16 : 4;
    uint8_t rest[8] = {0, PROTO_TCP, (uint8_t)(len >> 8), (uint8_t)len};
    uint64_t sum = checksum_add(0, slice_make(s->from->address.bytes, address_len));
    sum = checksum_add(sum, slice_make(s->to->address.bytes, address_len));
    sum = checksum_add(sum, slice_make(rest, sizeof rest));
    checksum_store(checksum_add(sum, slice_make(tcp, len)), tcp + 16);
}

/* Writes the whole TCP segment and returns its length. */
static size_t build_tcp(uint8_t *tcp, const struct segment *s)
{
    uint8_t *options = tcp + 20;
    uint8_t *payload = put_tcp_options(options, s);
    uint8_t *at = put_be16(tcp, s->from->port);
    at = put_be16(at, s->to->port);
    at = put_be32(at, s->seq);
    at = put_be32(at, s->flags & TCP_ACK ? s->ack : 0);
    *at++ = (uint8_t)((payload - tcp) / 4 << 4);
    *at++ = s->flags;
    at = put_be16(at, s->window);
    (void)put_be32(at, 0);
    size_t len = (size_t)(put_payload(payload, s) - tcp);
    store_tcp_checksum(s, tcp, len);
    return len;
}

struct fragment {
    size_t offset;
    bool more, whole;
};

static void push_ipv4(struct room *room, const struct segment *s, const struct fragment *f)
{
    struct ipv4_fields fields = {.protocol = PROTO_TCP,
                                 .ttl = s->from->ttl,
                                 .id = (uint16_t)s->ip_id,
                                 .fragment =
                                     f->whole ? 0x4000 : (uint16_t)(f->offset / 8 | (f->more ? 0x2000 : 0))};
    memcpy(fields.source, s->from->address.bytes, 4);
    memcpy(fields.destination, s->to->address.bytes, 4);
    room_push_ipv4(room, &fields);
}

static void push_ipv6(struct room *room, const struct segment *s, const struct fragment *f)
{
    if (!f->whole) {
        uint8_t *header = room_push(room, 8);
        *header++ = PROTO_TCP, *header++ = 0;
        header = put_be16(header, (uint16_t)(f->offset | (f->more ? 1 : 0)));
        (void)put_be32(header, s->ip_id);
    }
    size_t len = room->len;
    uint8_t *at = room_push(room, 40);
    at = put_be32(at, 0x60000000U);
    at = put_be16(at, (uint16_t)len);
    *at++ = f->whole ? PROTO_TCP : PROTO_FRAGMENT;
    *at++ = s->from->ttl;
    at = put_bytes(at, s->from->address.bytes, 16);
    (void)put_bytes(at, s->to->address.bytes, 16);
}

/* A locally administered address, the same for the same host. */
static uint8_t *put_mac(uint8_t *at, const struct address *a)
{
    *at++ = 0x02, *at++ = a->v6 ? 6 : 4;
    return put_bytes(at, a->bytes + (a->v6 ? 12 : 0), 4);
}

static void push_ethernet(struct room *room, const struct segment *s, const struct framing *framing)
{
    uint16_t type = s->from->address.v6 ? 0x86dd : 0x0800;
    for (size_t i = framing->vlan_count; i > 0; i--) {
        uint8_t *tag = room_push(room, 4);
        (void)put_be16(put_be16(tag, framing->vlans[i - 1]), type);
        type = i == 1 && framing->vlan_count > 1 ? ETHERTYPE_QINQ : ETHERTYPE_VLAN;
    }
    uint8_t *at = room_push(room, 14);
    at = put_mac(at, &s->to->address);
    at = put_mac(at, &s->from->address);
    (void)put_be16(at, type);
}

static struct slice wrap(struct room *room, const struct segment *s, const struct framing *framing,
                         const struct fragment *f, uint32_t *erspan_seq)
{
    if (s->from->address.v6)
        push_ipv6(room, s, f);
    else
        push_ipv4(room, s, f);
    if (framing->tunnel == TUNNEL_GRE)
        tunnel_push_gre(room, s->from->address.v6);
    else
        push_ethernet(room, s, framing);
    if (framing->tunnel == TUNNEL_VXLAN) tunnel_push_vxlan(room, s->from->port ^ s->to->port);
    if (framing->tunnel == TUNNEL_ERSPAN)
        tunnel_push_erspan(room, (*erspan_seq)++, framing->vlan_count ? framing->vlans[0] : 0);
    return slice_make(room->data, room->len);
}

void segment_build(const struct segment *s, const struct framing *framing, uint32_t *erspan_seq,
                   frame_fn take, void *context)
{
    static _Thread_local uint8_t whole[MAX_FRAME], part[MAX_FRAME];
    struct room room = {whole + ROOM_AHEAD, 0};
    room.len = build_tcp(room.data, s);
    size_t step = framing->fragment_len, total = room.len;
    if (step == 0 || total <= step) {
        struct fragment all = {0, false, true};
        take(context, wrap(&room, s, framing, &all, erspan_seq));
        return;
    }
    for (size_t at = 0; at < total; at += step) {
        size_t len = total - at < step ? total - at : step;
        struct fragment f = {at, at + len < total, false};
        struct room piece = {part + ROOM_AHEAD, len};
        (void)put_bytes(piece.data, whole + ROOM_AHEAD + at, len);
        take(context, wrap(&piece, s, framing, &f, erspan_seq));
    }
}
