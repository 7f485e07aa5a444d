/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames built from the inside out; see frames.h. Checksums are computed here byte by byte, apart from the
 * product's own code.
 */
#include "tests/support/frames.h"

#include <stdlib.h>

enum { TCP = 6, CLIENT_PORT = 40000, SERVER_PORT = 25 };

static const uint8_t addresses_ipv4[2][4] = {{10, 0, 0, 1}, {10, 0, 0, 2}};
static const uint8_t addresses_ipv6[2][16] = {{0x20, 0x01, 0x0d, 0xb8, [15] = 1},
                                              {0x20, 0x01, 0x0d, 0xb8, [15] = 2}};

void frame_clear(struct frame_stack *stack)
{
    stack->at = FRAME_ROOM;
}

void frame_put(struct frame_stack *stack, struct slice bytes)
{
    if (bytes.len > stack->at) abort();
    stack->at -= bytes.len;
    if (bytes.len > 0) memcpy(stack->room + stack->at, bytes.ptr, bytes.len);
}

void frame_put_be16(struct frame_stack *stack, uint16_t value)
{
    uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
    frame_put(stack, slice_make(bytes, sizeof bytes));
}

void frame_put_be32(struct frame_stack *stack, uint32_t value)
{
    frame_put_be16(stack, (uint16_t)value);
    frame_put_be16(stack, (uint16_t)(value >> 16));
}

struct slice frame_bytes(const struct frame_stack *stack)
{
    return slice_make(stack->room + stack->at, FRAME_ROOM - stack->at);
}

static uint32_t sum_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* Writes the checksum of the front `len` bytes, with `sum` of a pseudo header, at `offset` of the frame. */
static void fill_checksum(struct frame_stack *stack, size_t len, uint32_t sum, size_t offset, bool bad)
{
    uint8_t *front = stack->room + stack->at;
    uint16_t value = (uint16_t)~sum_words(sum, front, len);
    if (bad) value ^= 0x5555;
    front[offset] = (uint8_t)(value >> 8);
    front[offset + 1] = (uint8_t)value;
}

static uint32_t pseudo_header(bool is_ipv6, size_t len)
{
    uint8_t rest[8] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, TCP};
    uint32_t sum = 0;
    for (size_t i = 0; i < 2; i++)
        sum = is_ipv6 ? sum_words(sum, addresses_ipv6[i], 16) : sum_words(sum, addresses_ipv4[i], 4);
    return sum_words(sum, rest, sizeof rest);
}

void frame_put_tcp(struct frame_stack *stack, const struct tcp_fields *fields)
{
    uint16_t ports[2] = {fields->src_port, fields->dst_port};
    if (!ports[0]) ports[0] = fields->to_client ? SERVER_PORT : CLIENT_PORT;
    if (!ports[1]) ports[1] = fields->to_client ? CLIENT_PORT : SERVER_PORT;
    frame_clear(stack);
    frame_put(stack, fields->payload);
    frame_put(stack, fields->options);
    frame_put_be16(stack, fields->urgent);
    frame_put_be16(stack, 0);      /* checksum */
    frame_put_be16(stack, 0xffff); /* window */
    uint8_t length_flags[2] = {(uint8_t)((20 + fields->options.len) / 4 << 4), fields->flags};
    frame_put(stack, slice_make(length_flags, 2));
    frame_put_be32(stack, fields->ack);
    frame_put_be32(stack, fields->seq);
    frame_put_be16(stack, ports[1]);
    frame_put_be16(stack, ports[0]);
    size_t len = frame_bytes(stack).len;
    fill_checksum(stack, len, pseudo_header(fields->is_ipv6, len), 16, fields->bad_checksum);
}

void frame_put_ipv4(struct frame_stack *stack, const struct ip_fields *fields)
{
    size_t header_len = 20 + fields->options.len;
    size_t total_len = fields->zero_length ? 0 : header_len + frame_bytes(stack).len;
    uint8_t ttl_protocol[2] = {fields->ttl ? fields->ttl : 64, fields->protocol ? fields->protocol : TCP};
    uint8_t version_tos[2] = {(uint8_t)(0x40 | header_len / 4), 0};
    frame_put(stack, fields->options);
    frame_put(stack, slice_make(addresses_ipv4[fields->to_client ? 0 : 1], 4));
    frame_put(stack, slice_make(addresses_ipv4[fields->to_client ? 1 : 0], 4));
    frame_put_be16(stack, 0);
    frame_put(stack, slice_make(ttl_protocol, 2));
    frame_put_be16(stack, fields->fragment);
    frame_put_be16(stack, fields->id);
    frame_put_be16(stack, (uint16_t)total_len);
    frame_put(stack, slice_make(version_tos, 2));
    fill_checksum(stack, header_len, 0, 10, fields->bad_checksum);
}

void frame_put_ipv6(struct frame_stack *stack, const struct ip_fields *fields)
{
    size_t payload_len = fields->zero_length ? 0 : frame_bytes(stack).len;
    uint8_t next_ttl[2] = {fields->protocol ? fields->protocol : TCP, fields->ttl ? fields->ttl : 64};
    frame_put(stack, slice_make(addresses_ipv6[fields->to_client ? 0 : 1], 16));
    frame_put(stack, slice_make(addresses_ipv6[fields->to_client ? 1 : 0], 16));
    frame_put(stack, slice_make(next_ttl, 2));
    frame_put_be16(stack, (uint16_t)payload_len);
    frame_put_be32(stack, 0x60000000);
}

void frame_put_extension(struct frame_stack *stack, uint8_t next, uint8_t more)
{
    static const uint8_t zeros[8 * 256];
    uint8_t front[2] = {next, more};
    frame_put(stack, slice_make(zeros, 6 + 8u * more));
    frame_put(stack, slice_make(front, 2));
}

void frame_put_fragment(struct frame_stack *stack, uint8_t next, uint16_t offset, bool more, uint32_t id)
{
    uint8_t front[2] = {next, 0};
    frame_put_be32(stack, id);
    frame_put_be16(stack, (uint16_t)(offset | (more ? 1 : 0)));
    frame_put(stack, slice_make(front, 2));
}

void frame_put_udp(struct frame_stack *stack, uint16_t dst_port)
{
    size_t len = frame_bytes(stack).len + 8;
    frame_put_be16(stack, 0);
    frame_put_be16(stack, (uint16_t)len);
    frame_put_be16(stack, dst_port);
    frame_put_be16(stack, 50000);
}

void frame_put_ethernet(struct frame_stack *stack, uint16_t type)
{
    frame_put_be16(stack, type);
    frame_put(stack, SLICE("\x02\0\0\0\0\1\x02\0\0\0\0\2"));
}

void frame_put_vlan(struct frame_stack *stack, uint16_t id, uint16_t type)
{
    frame_put_be16(stack, type);
    frame_put_be16(stack, (uint16_t)(0xe000 | id)); /* with a priority */
}
