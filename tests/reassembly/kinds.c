/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One builder for each kind of frame; see kinds.h.
 */
#include "tests/reassembly/kinds.h"

enum { IPV4 = 0x0800, IPV6 = 0x86dd, VLAN = 0x8100, QINQ = 0x88a8 };

void frame_kind_segment(struct frame_stack *s, bool is_ipv6)
{
    frame_put_tcp(s, &(struct tcp_fields){.seq = 0x01020304,
                                          .ack = 0x05060708,
                                          .flags = PACKET_ACK | PACKET_PSH,
                                          .is_ipv6 = is_ipv6,
                                          .options = SLICE("\1\1\x08\x0a\0\0\0\1\0\0\0\2"),
                                          .payload = SLICE(FRAME_KIND_PAYLOAD)});
}

void frame_kind_packet(struct frame_stack *s)
{
    frame_kind_segment(s, false);
    frame_put_ipv4(s, &(struct ip_fields){0});
}

static void put_packet_ipv6(struct frame_stack *s)
{
    frame_kind_segment(s, true);
    frame_put_ipv6(s, &(struct ip_fields){0});
}

static void build_ethernet(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_ethernet(s, IPV4);
}

static void build_ethernet_ipv6(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put_ethernet(s, IPV6);
}

static void build_ipv4_options(struct frame_stack *s)
{
    frame_kind_segment(s, false);
    frame_put_ipv4(s, &(struct ip_fields){.options = SLICE("\x94\4\0\0\1\1\1\1")});
    frame_put_ethernet(s, IPV4);
}

/* Hop by hop, routing, destination, authentication, mobility. */
static void build_ipv6_extensions(struct frame_stack *s)
{
    frame_kind_segment(s, true);
    frame_put_extension(s, 6, 1);
    frame_put(s,
              SLICE("\x87\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0")); /* authentication counts in words of four bytes */
    frame_put_extension(s, 51, 2);
    frame_put_extension(s, 60, 0);
    frame_put_extension(s, 43, 0);
    frame_put_ipv6(s, &(struct ip_fields){0});
    s->room[s->at + 6] = 0; /* hop by hop */
    frame_put_ethernet(s, IPV6);
}

static void build_ipv6_atomic_fragment(struct frame_stack *s)
{
    frame_kind_segment(s, true);
    frame_put_fragment(s, 6, 0, false, 77);
    frame_put_ipv6(s, &(struct ip_fields){.protocol = 44});
    frame_put_ethernet(s, IPV6);
}

static void build_vlan(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_vlan(s, 100, IPV4);
    frame_put_ethernet(s, VLAN);
}

static void build_qinq(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put_vlan(s, 200, IPV6);
    frame_put_vlan(s, 100, VLAN);
    frame_put_ethernet(s, QINQ);
}

static void build_llc_snap(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put(s, SLICE("\xaa\xaa\3\0\0\0\x08\0"));
    frame_put_ethernet(s, (uint16_t)frame_bytes(s).len);
}

static void build_sll(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_be16(s, IPV4);
    frame_put(s, SLICE("\0\0\0\1\0\6\2\0\0\0\0\1\0\0"));
}

static void build_sll2(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put(s, SLICE("\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0"));
    frame_put_be16(s, IPV6);
}

static void build_null_little(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put(s, SLICE("\2\0\0\0"));
}

static void build_null_big(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put(s, SLICE("\0\0\0\x1e"));
}

static void build_gre(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put_be32(s, 7); /* sequence */
    frame_put_be32(s, 8); /* key */
    frame_put_be32(s, 0); /* checksum */
    frame_put_be16(s, IPV6);
    frame_put_be16(s, 0xb000);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 47});
    frame_put_ethernet(s, IPV4);
}

static void build_gre_ethernet(struct frame_stack *s)
{
    build_vlan(s);
    frame_put_be16(s, 0x6558);
    frame_put_be16(s, 0);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 47});
    frame_put_ethernet(s, IPV4);
}

static void put_erspan(struct frame_stack *s, uint16_t gre_flags, uint16_t type)
{
    if (gre_flags & 0x1000) frame_put_be32(s, 9);
    frame_put_be16(s, type);
    frame_put_be16(s, gre_flags);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 47});
    frame_put_ethernet(s, IPV4);
}

static void build_erspan1(struct frame_stack *s)
{
    build_ethernet(s);
    put_erspan(s, 0, 0x88be);
}

static void build_erspan2(struct frame_stack *s)
{
    build_ethernet(s);
    frame_put(s, SLICE("\x10\1\0\1\0\0\0\0"));
    put_erspan(s, 0x1000, 0x88be);
}

static void build_erspan3(struct frame_stack *s)
{
    build_ethernet(s);
    frame_put(s, SLICE("\x20\1\0\1\0\0\0\0\0\0\0\1"
                       "\0\0\0\0\0\0\0\0"));
    put_erspan(s, 0x1000, 0x22eb);
}

static void build_vxlan(struct frame_stack *s)
{
    build_ethernet_ipv6(s);
    frame_put(s, SLICE("\x08\0\0\0\0\0\x2a\0"));
    frame_put_udp(s, 4789);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 17});
    frame_put_ethernet(s, IPV4);
}

static void build_geneve(struct frame_stack *s)
{
    build_ethernet(s);
    frame_put(s, SLICE("\2\0\x65\x58\0\0\x2a\0"
                       "\0\0\0\1\0\0\0\0"));
    frame_put_udp(s, 6081);
    frame_put_ipv6(s, &(struct ip_fields){.protocol = 17});
    frame_put_ethernet(s, IPV6);
}

static void build_ipip(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 4});
    frame_put_ethernet(s, IPV4);
}

static void build_6in4(struct frame_stack *s)
{
    put_packet_ipv6(s);
    frame_put_ipv4(s, &(struct ip_fields){.protocol = 41});
    frame_put_ethernet(s, IPV4);
}

static void build_4in6(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_ipv6(s, &(struct ip_fields){.protocol = 4});
    frame_put_ethernet(s, IPV6);
}

static void build_mpls(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_be32(s, 0x00011140); /* bottom of the stack */
    frame_put_be32(s, 0x00010040);
    frame_put_ethernet(s, 0x8847);
}

static void build_mpls_ethernet(struct frame_stack *s)
{
    build_ethernet(s);
    frame_put_be32(s, 0); /* control word */
    frame_put_be32(s, 0x00011140);
    frame_put_ethernet(s, 0x8847);
}

static void build_pppoe(struct frame_stack *s)
{
    frame_kind_packet(s);
    frame_put_be16(s, 0x0021);
    frame_put_be16(s, (uint16_t)frame_bytes(s).len);
    frame_put(s, SLICE("\x11\0\0\1"));
    frame_put_ethernet(s, 0x8864);
}

const struct frame_kind frame_kinds[] = {
    {"Ethernet, IPv4", LINK_ETHERNET, build_ethernet, FAMILY_IPV4, 0, 0, 0},
    {"Ethernet, IPv6", LINK_ETHERNET, build_ethernet_ipv6, FAMILY_IPV6, 0, 0, 0},
    {"IPv4 options", LINK_ETHERNET, build_ipv4_options, FAMILY_IPV4, 0, 0, 0},
    {"IPv6 extension headers", LINK_ETHERNET, build_ipv6_extensions, FAMILY_IPV6, 0, 0, 0},
    {"IPv6 atomic fragment", LINK_ETHERNET, build_ipv6_atomic_fragment, FAMILY_IPV6, 0, 0, 0},
    {"802.1Q", LINK_ETHERNET, build_vlan, FAMILY_IPV4, 0, 1, 0},
    {"QinQ", LINK_ETHERNET, build_qinq, FAMILY_IPV6, 0, 2, 0},
    {"802.3 LLC SNAP", LINK_ETHERNET, build_llc_snap, FAMILY_IPV4, 0, 0, 0},
    {"Linux cooked", LINK_LINUX_SLL, build_sll, FAMILY_IPV4, 0, 0, 0},
    {"Linux cooked v2", LINK_LINUX_SLL2, build_sll2, FAMILY_IPV6, 0, 0, 0},
    {"raw IPv4", LINK_RAW, frame_kind_packet, FAMILY_IPV4, 0, 0, 0},
    {"raw IPv6", LINK_RAW_DLT, put_packet_ipv6, FAMILY_IPV6, 0, 0, 0},
    {"LINKTYPE_IPV4", LINK_IPV4, frame_kind_packet, FAMILY_IPV4, 0, 0, 0},
    {"LINKTYPE_IPV6", LINK_IPV6, put_packet_ipv6, FAMILY_IPV6, 0, 0, 0},
    {"null, little endian", LINK_NULL, build_null_little, FAMILY_IPV4, 0, 0, 0},
    {"loop, big endian", LINK_LOOP, build_null_big, FAMILY_IPV6, 0, 0, 0},
    {"GRE with all fields", LINK_ETHERNET, build_gre, FAMILY_IPV6, 1, 0, 8},
    {"GRE, Ethernet, VLAN", LINK_ETHERNET, build_gre_ethernet, FAMILY_IPV4, 1, 1, 0},
    {"ERSPAN I", LINK_ETHERNET, build_erspan1, FAMILY_IPV4, 1, 0, 0},
    {"ERSPAN II", LINK_ETHERNET, build_erspan2, FAMILY_IPV4, 1, 0, 1},
    {"ERSPAN III", LINK_ETHERNET, build_erspan3, FAMILY_IPV4, 1, 0, 1},
    {"VXLAN", LINK_ETHERNET, build_vxlan, FAMILY_IPV6, 1, 0, 42},
    {"GENEVE with an option", LINK_ETHERNET, build_geneve, FAMILY_IPV4, 1, 0, 42},
    {"IP in IP", LINK_ETHERNET, build_ipip, FAMILY_IPV4, 1, 0, 0},
    {"6in4", LINK_ETHERNET, build_6in4, FAMILY_IPV6, 1, 0, 0},
    {"4in6", LINK_ETHERNET, build_4in6, FAMILY_IPV4, 1, 0, 0},
    {"MPLS, two labels", LINK_ETHERNET, build_mpls, FAMILY_IPV4, 1, 0, 17},
    {"MPLS, Ethernet with control word", LINK_ETHERNET, build_mpls_ethernet, FAMILY_IPV4, 1, 0, 17},
    {"PPPoE", LINK_ETHERNET, build_pppoe, FAMILY_IPV4, 1, 0, 1},
};

const size_t frame_kind_count = sizeof frame_kinds / sizeof *frame_kinds;
