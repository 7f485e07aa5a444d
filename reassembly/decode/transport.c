/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCP (RFC 9293 3.1), its checksum with the pseudo header (RFC 9293 3.1, RFC 8200 8.1), and the one's
 * complement sum (RFC 1071).
 */
#include "reassembly/decode/layers.h"

enum { TCP_HEADER_MIN = 20 };

uint64_t checksum_add(uint64_t sum, struct slice bytes)
{
    size_t i = 0;
    for (; i + 4 <= bytes.len; i += 4) {
        uint32_t word;
        memcpy(&word, bytes.ptr + i, sizeof word);
        sum += word;
    }
    uint8_t tail[4] = {0};
    memcpy(tail, bytes.ptr + i, bytes.len - i);
    uint32_t word;
    memcpy(&word, tail, sizeof word);
    return sum + word;
}

uint16_t checksum_fold(uint64_t sum)
{
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static bool checksum_is_right(const struct packet *p, struct slice segment)
{
    size_t addr_len = p->family == FAMILY_IPV4 ? 4 : 16;
    uint8_t tail[8] = {(uint8_t)(segment.len >> 24),
                       (uint8_t)(segment.len >> 16),
                       (uint8_t)(segment.len >> 8),
                       (uint8_t)segment.len,
                       0,
                       0,
                       0,
                       PROTOCOL_TCP};
    uint64_t sum = checksum_add(0, slice_make(p->src.addr, addr_len));
    sum = checksum_add(sum, slice_make(p->dst.addr, addr_len));
    sum = checksum_add(sum, slice_make(tail, sizeof tail));
    return checksum_fold(checksum_add(sum, segment)) == 0xffff;
}

/* Looks at the checksum where that is asked for, or as a sample; only whole segments can be checked. Returns
 * whether the packet may be used. */
static bool pass_checksum(struct decoding *d, struct slice segment)
{
    struct reassembly_counters *counters = d->decoder->counters;
    bool sample =
        !d->decoder->verify_checksums && counters->checksum_sampled < d->decoder->settings->checksum_samples;
    if (d->cut_bytes > 0 || !(sample || d->decoder->verify_checksums)) return true;
    bool right = checksum_is_right(d->packet, segment);
    if (sample) {
        counters->checksum_sampled++;
        counters->checksum_sampled_bad += right ? 0 : 1;
        return true;
    }
    counters->checksum_bad += right ? 0 : 1;
    return right;
}

enum decode_result decode_transport(struct decoding *d, uint32_t wire_len)
{
    struct cursor *in = &d->in;
    struct packet *packet = d->packet;
    struct slice segment = slice_make(in->data, cursor_left(in));
    packet->src.port = cursor_be16(in);
    packet->dst.port = cursor_be16(in);
    packet->seq = cursor_be32(in);
    packet->ack = cursor_be32(in);
    uint32_t header_len = (cursor_u8(in) >> 4) * 4u;
    packet->flags = cursor_u8(in) & 0x3f;
    packet->window = cursor_be16(in);
    cursor_skip(in, 2);
    packet->urgent = cursor_be16(in);
    if (in->bad || header_len < TCP_HEADER_MIN || header_len > wire_len) return decode_malformed(d);
    if (header_len > segment.len) { /* options cut by the snap length: nothing of the payload was captured */
        cursor_skip(in, cursor_left(in));
        packet->cut_bytes = wire_len - header_len;
    } else {
        cursor_skip(in, header_len - TCP_HEADER_MIN);
        packet->cut_bytes = d->cut_bytes;
    }
    if (!pass_checksum(d, segment)) return DECODE_NONE;
    packet->payload = cursor_rest(in);
    d->decoder->counters->packets++;
    d->decoder->counters->payload_bytes += packet->payload.len;
    d->decoder->counters->payload_cut_bytes += packet->cut_bytes;
    return DECODE_PACKET;
}
