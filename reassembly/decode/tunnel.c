/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tunnels, taken off to reach the packet inside: IP in IP (RFC 2003), 6in4 (RFC 4213), GRE (RFC 2784, 2890)
 * with Ethernet and ERSPAN types I to III inside, VXLAN (RFC 7348), GENEVE (RFC 8926), MPLS (RFC 3032) and
 * PPPoE (RFC 2516). The flow of a packet is that of the innermost addresses.
 */
#include "reassembly/decode/layers.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_VERSION = 0x0007,
    TYPE_ETHERNET = 0x6558,
    TYPE_ERSPAN = 0x88be,
    TYPE_ERSPAN_III = 0x22eb,
    ERSPAN_SESSION = 0x03ff,
    PORT_VXLAN = 4789,
    PORT_VXLAN_LINUX = 8472,
    PORT_GENEVE = 6081,
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    MPLS_MAX_LABELS = 16,
};

bool decode_enter_tunnel(struct decoding *d)
{
    if (d->tunnel_depth++ < d->decoder->settings->tunnel_depth_max) {
        d->decoder->counters->tunnels++;
        return true;
    }
    d->decoder->counters->limit_tunnel_depth_max++;
    return false;
}

/* What an ethertype announces inside a tunnel; Ethernet has a number there as well. */
static enum decode_result decode_inner(struct decoding *d, uint16_t type)
{
    if (d->in.bad) return decode_malformed(d);
    if (!decode_enter_tunnel(d)) return DECODE_NONE;
    return type == TYPE_ETHERNET ? decode_ethernet(d) : decode_ethertype(d, type);
}

/* Type I has no header of its own, II eight bytes, III twelve and eight more when its O bit is set
 * (draft-foschiano-erspan-03, 4). */
static enum decode_result decode_erspan(struct decoding *d, uint16_t type, bool has_sequence)
{
    bool has_header = type == TYPE_ERSPAN_III || has_sequence;
    if (has_header) cursor_skip(&d->in, 2);
    if (has_header) d->packet->tunnel_id = cursor_be16(&d->in) & ERSPAN_SESSION;
    if (type == TYPE_ERSPAN && has_sequence) cursor_skip(&d->in, 4);
    if (type == TYPE_ERSPAN_III) {
        cursor_skip(&d->in, 7);
        if (cursor_u8(&d->in) & 1) cursor_skip(&d->in, 8);
    }
    return decode_inner(d, TYPE_ETHERNET);
}

enum decode_result decode_gre(struct decoding *d)
{
    uint16_t flags = cursor_be16(&d->in), type = cursor_be16(&d->in);
    if (flags & (GRE_ROUTING | GRE_VERSION)) return decode_other(d);
    if (flags & GRE_CHECKSUM) cursor_skip(&d->in, 4);
    if (flags & GRE_KEY) d->packet->tunnel_id = cursor_be32(&d->in);
    if (flags & GRE_SEQUENCE) cursor_skip(&d->in, 4);
    if (type == TYPE_ERSPAN || type == TYPE_ERSPAN_III) return decode_erspan(d, type, flags & GRE_SEQUENCE);
    return decode_inner(d, type);
}

static enum decode_result decode_vxlan(struct decoding *d)
{
    uint8_t flags = cursor_u8(&d->in);
    cursor_skip(&d->in, 3);
    d->packet->tunnel_id = cursor_be32(&d->in) >> 8;
    return (flags & 0x08) ? decode_inner(d, TYPE_ETHERNET) : decode_other(d);
}

static enum decode_result decode_geneve(struct decoding *d)
{
    uint8_t version_options = cursor_u8(&d->in);
    cursor_skip(&d->in, 1);
    uint16_t type = cursor_be16(&d->in);
    d->packet->tunnel_id = cursor_be32(&d->in) >> 8;
    cursor_skip(&d->in, (version_options & 0x3fu) * sizeof(uint32_t));
    return version_options >> 6 == 0 ? decode_inner(d, type) : decode_other(d);
}

enum decode_result decode_udp(struct decoding *d)
{
    cursor_skip(&d->in, 2);
    uint16_t port = cursor_be16(&d->in);
    cursor_skip(&d->in, 4);
    if (port == PORT_VXLAN || port == PORT_VXLAN_LINUX) return decode_vxlan(d);
    return port == PORT_GENEVE ? decode_geneve(d) : decode_other(d);
}

/* Labels up to the bottom of the stack; what follows is known only by its first nibble (RFC 4928 2): IP, or
 * Ethernet behind a control word (RFC 4385) or without. */
enum decode_result decode_mpls(struct decoding *d)
{
    uint32_t label = 0;
    for (unsigned i = 0; i < MPLS_MAX_LABELS && !(label & 0x100); i++) label = cursor_be32(&d->in);
    if (d->in.bad || cursor_left(&d->in) == 0) return decode_malformed(d);
    if (!decode_enter_tunnel(d)) return DECODE_NONE;
    d->packet->tunnel_id = label >> 12;
    uint8_t nibble = d->in.data[0] >> 4;
    if (nibble == 4 || nibble == 6) return decode_ip(d);
    if (nibble == 0) cursor_skip(&d->in, 4);
    return decode_ethernet(d);
}

enum decode_result decode_pppoe(struct decoding *d)
{
    cursor_skip(&d->in, 2);
    d->packet->tunnel_id = cursor_be16(&d->in);
    cursor_skip(&d->in, 2);
    uint16_t protocol = cursor_be16(&d->in);
    if (d->in.bad) return decode_malformed(d);
    if (!decode_enter_tunnel(d)) return DECODE_NONE;
    if (protocol == PPP_IPV4) return decode_ipv4(d);
    return protocol == PPP_IPV6 ? decode_ipv6(d) : decode_other(d);
}

enum decode_result decode_protocol(struct decoding *d, uint8_t protocol, uint32_t wire_len)
{
    switch (protocol) {
    case PROTOCOL_TCP: return decode_transport(d, wire_len);
    case PROTOCOL_UDP: return decode_udp(d);
    case PROTOCOL_GRE: return decode_gre(d);
    case PROTOCOL_IPV4: return decode_enter_tunnel(d) ? decode_ipv4(d) : DECODE_NONE;
    case PROTOCOL_IPV6: return decode_enter_tunnel(d) ? decode_ipv6(d) : DECODE_NONE;
    default: return decode_other(d);
    }
}
