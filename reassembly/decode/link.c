/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Link layers: Ethernet (IEEE 802.3), VLAN tags (802.1Q, 802.1ad), Linux cooked captures v1 and v2, raw IP
 * and the BSD null/loopback header; formats as on tcpdump.org/linktypes.html.
 */
#include "reassembly/decode/layers.h"

enum {
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD1 = 0x9100,
    ETHERTYPE_QINQ_OLD2 = 0x9200,
    ETHERTYPE_QINQ_OLD3 = 0x9300,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_LOWEST = 0x0600, /* below: an 802.3 length */
};

static enum decode_result link_unknown(struct decoding *d)
{
    if (d->in.bad) return decode_malformed(d);
    d->decoder->counters->link_unknown++;
    return DECODE_NONE;
}

/* 802.3 with LLC: IP inside only as SNAP (AA AA 03, OUI 0, ethertype; RFC 1042). */
static enum decode_result decode_llc(struct decoding *d)
{
    uint32_t llc_oui = cursor_be32(&d->in);
    uint16_t oui_rest = cursor_be16(&d->in);
    if (llc_oui != 0xaaaa0300 || oui_rest != 0) return link_unknown(d);
    return decode_ethertype(d, cursor_be16(&d->in));
}

enum decode_result decode_ethernet(struct decoding *d)
{
    cursor_skip(&d->in, 12);
    uint16_t type = cursor_be16(&d->in);
    return type < ETHERTYPE_LOWEST ? decode_llc(d) : decode_ethertype(d, type);
}

static bool is_vlan_type(uint16_t type)
{
    return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD1 ||
           type == ETHERTYPE_QINQ_OLD2 || type == ETHERTYPE_QINQ_OLD3;
}

enum decode_result decode_ethertype(struct decoding *d, uint16_t type)
{
    struct packet *packet = d->packet;
    for (uint64_t depth = 0; is_vlan_type(type); depth++) {
        if (depth == d->decoder->settings->vlan_depth_max) {
            d->decoder->counters->limit_vlan_depth_max++;
            return DECODE_NONE;
        }
        uint16_t tag = cursor_be16(&d->in);
        if (packet->vlan_count < FLOW_MAX_VLANS) packet->vlan_ids[packet->vlan_count++] = tag & 0x0fff;
        type = cursor_be16(&d->in);
    }
    if (type == ETHERTYPE_IPV4_ID) return decode_ipv4(d);
    if (type == ETHERTYPE_IPV6_ID) return decode_ipv6(d);
    if (type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_MULTICAST) return decode_mpls(d);
    if (type == ETHERTYPE_PPPOE_SESSION) return decode_pppoe(d);
    return link_unknown(d);
}

/* Address family in the writer's byte order: 2 is IPv4 everywhere, IPv6 has a number per system. */
static enum decode_result decode_null(struct decoding *d)
{
    uint32_t family = cursor_be32(&d->in);
    if (family > 0xffff) family = __builtin_bswap32(family);
    if (family == 2) return decode_ipv4(d);
    if (family == 10 || family == 24 || family == 28 || family == 30) return decode_ipv6(d);
    return link_unknown(d);
}

static enum decode_result decode_cooked_v1(struct decoding *d)
{
    cursor_skip(&d->in, 14);
    return decode_ethertype(d, cursor_be16(&d->in));
}

static enum decode_result decode_cooked_v2(struct decoding *d)
{
    uint16_t type = cursor_be16(&d->in);
    cursor_skip(&d->in, 18);
    return decode_ethertype(d, type);
}

static const struct link_row {
    int type;
    enum decode_result (*decode)(struct decoding *d);
} links[] = {
    {LINK_ETHERNET, decode_ethernet},    {LINK_RAW_DLT, decode_ip}, {LINK_RAW, decode_ip},
    {LINK_LINUX_SLL, decode_cooked_v1},  {LINK_NULL, decode_null},  {LINK_LOOP, decode_null},
    {LINK_LINUX_SLL2, decode_cooked_v2}, {LINK_IPV4, decode_ipv4},  {LINK_IPV6, decode_ipv6},
};

static const struct link_row *find_link(int type)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (links[i].type == type) return &links[i];
    }
    return NULL;
}

bool decode_knows_link(int link_type)
{
    return find_link(link_type) != NULL;
}

enum decode_result decode_link(struct decoding *d, int link_type)
{
    const struct link_row *row = find_link(link_type);
    return row ? row->decode(d) : link_unknown(d);
}
