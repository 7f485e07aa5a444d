/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames built from the inside out: a stack of bytes to whose front each layer puts its header, with right
 * lengths and checksums unless a field says otherwise. Addresses are fixed: the client is 10.0.0.1 or
 * 2001:db8::1, the server 10.0.0.2 or 2001:db8::2. A stack owns its bytes; frame_bytes() borrows them.
 */
#ifndef MAILTAP_TESTS_SUPPORT_FRAMES_H
#define MAILTAP_TESTS_SUPPORT_FRAMES_H

#include "base/slice.h"

enum { FRAME_ROOM = 70000 };

struct frame_stack {
    size_t at; /* the frame is room[at …] */
    uint8_t room[FRAME_ROOM];
};

struct tcp_fields {
    uint16_t src_port, dst_port; /* 0: 40000 and 25, by direction */
    uint32_t seq, ack;
    uint8_t flags; /* enum packet_flag */
    uint16_t urgent;
    bool to_client, is_ipv6, bad_checksum;
    struct slice options; /* multiple of four bytes */
    struct slice payload;
};

struct ip_fields {
    uint8_t protocol; /* 0: TCP */
    uint8_t ttl;      /* 0: 64 */
    bool to_client, bad_checksum, zero_length;
    uint16_t id;
    uint16_t fragment;    /* IPv4: flags and offset as in the header */
    struct slice options; /* IPv4: multiple of four bytes */
};

/* An empty frame. */
void frame_clear(struct frame_stack *stack);

/* Puts bytes in front. */
void frame_put(struct frame_stack *stack, struct slice bytes);
void frame_put_be16(struct frame_stack *stack, uint16_t value);
void frame_put_be32(struct frame_stack *stack, uint32_t value);

/* A TCP header and its payload; clears the stack first. */
void frame_put_tcp(struct frame_stack *stack, const struct tcp_fields *fields);

void frame_put_ipv4(struct frame_stack *stack, const struct ip_fields *fields);
void frame_put_ipv6(struct frame_stack *stack, const struct ip_fields *fields);

/* An IPv6 extension header of 8 × (1 + more) bytes that announces `next`. */
void frame_put_extension(struct frame_stack *stack, uint8_t next, uint8_t more);

/* An IPv6 fragment header. */
void frame_put_fragment(struct frame_stack *stack, uint8_t next, uint16_t offset, bool more, uint32_t id);

void frame_put_udp(struct frame_stack *stack, uint16_t dst_port);
void frame_put_ethernet(struct frame_stack *stack, uint16_t type);

/* A tag and the type behind it; its own TPID goes in front by the next layer. */
void frame_put_vlan(struct frame_stack *stack, uint16_t id, uint16_t type);

/* The frame so far; lives until the stack changes. */
struct slice frame_bytes(const struct frame_stack *stack);

#endif
