/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200). Lengths announced by the header rule over
 * what the frame holds (Ethernet padding is cut off); a length of zero comes from segmentation off-load and
 * means "all of it".
 */
#include "reassembly/decode/defrag.h"
#include "reassembly/decode/layers.h"

enum {
    IPV4_HEADER_MIN = 20,
    IPV4_FRAGMENT_BITS = 0x3fff, /* more fragments, offset */
    IPV6_HOP_BY_HOP = 0,
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_AUTHENTICATION = 51,
    IPV6_DESTINATION = 60,
    IPV6_MOBILITY = 135,
    IPV6_HIP = 139,
    IPV6_SHIM6 = 140,
};

enum decode_result decode_ip(struct decoding *d)
{
    if (cursor_left(&d->in) == 0) return decode_malformed(d);
    return d->in.data[0] >> 4 == 6 ? decode_ipv6(d) : decode_ipv4(d);
}

/* Cuts the cursor to the announced length and corrects how much of it the capture lacks; `zero` says that no
 * length was announced. Returns the length on the wire. */
static uint32_t limit_to_length(struct decoding *d, uint32_t announced, bool zero)
{
    size_t left = cursor_left(&d->in);
    if (zero) {
        d->decoder->counters->zero_total_length++;
        return (uint32_t)left + d->cut_bytes;
    }
    if (announced > left && d->cut_bytes == 0) d->decoder->counters->lengths_wrong++;
    d->cut_bytes = announced > left ? announced - (uint32_t)left : 0;
    cursor_limit(&d->in, announced);
    return announced;
}

static bool ipv4_checksum_is_bad(const struct decoding *d, struct slice header)
{
    return d->decoder->verify_checksums && checksum_fold(checksum_add(0, header)) != 0xffff;
}

enum decode_result decode_ipv4(struct decoding *d)
{
    struct cursor *in = &d->in;
    const uint8_t *start = in->data;
    uint8_t version_ihl = cursor_u8(in);
    cursor_skip(in, 1);
    uint16_t total_len = cursor_be16(in);
    uint16_t id = cursor_be16(in);
    uint16_t fragment = cursor_be16(in);
    d->packet->ttl = cursor_u8(in);
    uint8_t protocol = cursor_u8(in);
    cursor_skip(in, 2);
    struct slice src = cursor_take(in, 4), dst = cursor_take(in, 4);
    uint32_t header_len = (version_ihl & 0x0fu) * 4;
    if (in->bad || version_ihl >> 4 != 4 || header_len < IPV4_HEADER_MIN) return decode_malformed(d);
    if (total_len != 0 && total_len < header_len) return decode_malformed(d);
    cursor_skip(in, header_len - IPV4_HEADER_MIN);
    if (in->bad) return decode_malformed(d);
    if (ipv4_checksum_is_bad(d, slice_make(start, header_len))) {
        d->decoder->counters->checksum_bad++;
        return DECODE_NONE;
    }
    uint32_t wire_len = limit_to_length(d, total_len - header_len, total_len == 0);
    d->packet->family = FAMILY_IPV4;
    memcpy(d->packet->src.addr, src.ptr, 4);
    memcpy(d->packet->dst.addr, dst.ptr, 4);
    d->packet->datagram = slice_make(start, (size_t)(in->tail - start));
    if (fragment & IPV4_FRAGMENT_BITS) {
        return decode_fragment(d, &(struct ip_fragment){.family = FAMILY_IPV4,
                                                        .protocol = protocol,
                                                        .id = id,
                                                        .offset = (fragment & 0x1fffu) * 8,
                                                        .more = (fragment & 0x2000) != 0,
                                                        .bytes = cursor_rest(in)});
    }
    return decode_protocol(d, protocol, wire_len);
}

/* The fragment header (RFC 8200 4.5). One with offset 0 and nothing to follow is whole already (RFC 6946). */
static void read_fragment_header(struct cursor *in, struct ip_fragment *fragment)
{
    cursor_skip(in, 1);
    uint16_t offset_flags = cursor_be16(in);
    fragment->offset = offset_flags & 0xfff8u;
    fragment->more = (offset_flags & 1) != 0;
    fragment->id = cursor_be32(in);
}

/* Steps over one extension header; returns false when `next` is none (it is the upper layer's number then).
 */
static bool skip_extension(struct cursor *in, uint8_t *next, struct ip_fragment *fragment)
{
    uint8_t type = *next;
    switch (type) {
    case IPV6_HOP_BY_HOP:
    case IPV6_ROUTING:
    case IPV6_DESTINATION:
    case IPV6_MOBILITY:
    case IPV6_HIP:
    case IPV6_SHIM6:
        *next = cursor_u8(in);
        cursor_skip(in, cursor_u8(in) * 8u + 6);
        return true;
    case IPV6_AUTHENTICATION:
        *next = cursor_u8(in);
        cursor_skip(in, cursor_u8(in) * 4u + 6);
        return true;
    case IPV6_FRAGMENT:
        *next = cursor_u8(in);
        read_fragment_header(in, fragment);
        return true;
    default: return false;
    }
}

/* Steps over extension headers up to the upper layer or into a fragment, whose own headers are part of the
 * datagram; false and counted when that fails. */
static bool skip_extensions(struct decoding *d, uint8_t *next, struct ip_fragment *fragment)
{
    for (uint64_t i = 0; !d->in.bad && !fragment->more && fragment->offset == 0; i++) {
        if (!skip_extension(&d->in, next, fragment)) break;
        if (i == d->decoder->settings->ipv6_headers_max) {
            d->decoder->counters->limit_ipv6_headers_max++;
            return false;
        }
    }
    if (d->in.bad) (void)decode_malformed(d);
    return !d->in.bad;
}

/* A fragment inside a datagram put together is nothing a host sends. */
enum decode_result decode_ipv6_whole(struct decoding *d, uint8_t next)
{
    struct ip_fragment fragment = {.family = FAMILY_IPV6};
    if (!skip_extensions(d, &next, &fragment)) return DECODE_NONE;
    if (fragment.more || fragment.offset > 0) return decode_malformed(d);
    return decode_protocol(d, next, (uint32_t)cursor_left(&d->in));
}

enum decode_result decode_ipv6(struct decoding *d)
{
    struct cursor *in = &d->in;
    const uint8_t *start = in->data;
    uint32_t version = cursor_be32(in) >> 28;
    uint16_t payload_len = cursor_be16(in);
    uint8_t next = cursor_u8(in);
    d->packet->ttl = cursor_u8(in);
    struct slice src = cursor_take(in, 16), dst = cursor_take(in, 16);
    if (in->bad || version != 6) return decode_malformed(d);
    uint32_t wire_len = limit_to_length(d, payload_len, payload_len == 0);
    const uint8_t *payload = in->data;
    struct ip_fragment fragment = {.family = FAMILY_IPV6};
    if (!skip_extensions(d, &next, &fragment)) return DECODE_NONE;
    d->packet->family = FAMILY_IPV6;
    memcpy(d->packet->src.addr, src.ptr, 16);
    memcpy(d->packet->dst.addr, dst.ptr, 16);
    d->packet->datagram = slice_make(start, (size_t)(in->tail - start));
    if (fragment.more || fragment.offset > 0) {
        fragment.protocol = next;
        fragment.bytes = cursor_rest(in);
        return decode_fragment(d, &fragment);
    }
    return decode_protocol(d, next, wire_len - (uint32_t)(in->data - payload));
}
