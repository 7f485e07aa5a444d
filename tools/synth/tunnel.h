/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Building a packet from the inside out, and the outer layers that a mirror puts around a frame. The tunnels
 * run between two fixed IPv4 hosts.
 */
#ifndef MAILTAP_SYNTH_TUNNEL_H
#define MAILTAP_SYNTH_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ROOM_AHEAD = 256 }; /* more than all the layers together */

/* What is built so far; there is room for more before `data`. */
struct room {
    uint8_t *data;
    size_t len;
};

static inline uint8_t *room_push(struct room *room, size_t len)
{
    room->len += len;
    return room->data -= len;
}

/* Each writes and returns the place behind. */
static inline uint8_t *put_be16(uint8_t *at, uint16_t value)
{
    *at++ = (uint8_t)(value >> 8);
    *at++ = (uint8_t)value;
    return at;
}

static inline uint8_t *put_be32(uint8_t *at, uint32_t value)
{
    return put_be16(put_be16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static inline uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

struct ipv4_fields {
    uint8_t protocol, ttl;
    uint16_t id, fragment; /* fragment: flags and offset as they stand in the header */
    uint8_t source[4], destination[4];
};

/* Puts an IPv4 header with its checksum before what is there. */
void room_push_ipv4(struct room *room, const struct ipv4_fields *fields);

/* Around an IP packet. */
void tunnel_push_gre(struct room *room, bool inner_v6);

/* Around an Ethernet frame; `entropy` chooses the outer source port. */
void tunnel_push_vxlan(struct room *room, uint16_t entropy);
void tunnel_push_erspan(struct room *room, uint32_t seq, uint16_t vlan);

#endif
