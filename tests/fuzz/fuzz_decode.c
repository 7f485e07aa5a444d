/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames of any link type through the decoder; fragments may complete each other. Input: one byte of checksum
 * mode, then frames: link type (1), milliseconds since the last (1), bytes cut off (1), length (2), bytes.
 */
#include "reassembly/decode/decode.h"
#include "tests/fuzz/fuzz.h"

#define NS_PER_MS 1000000u

static const int link_types[] = {LINK_NULL, LINK_ETHERNET,  LINK_RAW_DLT, LINK_RAW,       LINK_LOOP,
                                 LINK_IPV4, LINK_LINUX_SLL, LINK_IPV6,    LINK_LINUX_SLL2};

/* What a packet borrows must be readable and lie as the engines expect it. */
static void check_packet(const struct packet *packet)
{
    fuzz_touch(packet->payload);
    fuzz_touch(packet->datagram);
    FUZZ_CHECK(packet->family == FAMILY_IPV4 || packet->family == FAMILY_IPV6);
    FUZZ_CHECK(packet->vlan_count <= FLOW_MAX_VLANS);
    FUZZ_CHECK(packet->payload.len <= packet->datagram.len);
    if (packet->payload.len == 0) return;
    FUZZ_CHECK(packet->payload.ptr >= packet->datagram.ptr);
    FUZZ_CHECK(packet->payload.ptr + packet->payload.len <= packet->datagram.ptr + packet->datagram.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct decoder decoder = {&settings, &counters, fuzz_number(&input, 1) & 1, NULL};
    struct frame frame = {.ts_ns = 0};
    while (input.len > 0) {
        frame.link_type = link_types[fuzz_number(&input, 1) % (sizeof link_types / sizeof *link_types)];
        frame.ts_ns += fuzz_number(&input, 1) * (uint64_t)NS_PER_MS;
        uint32_t cut = fuzz_number(&input, 1);
        frame.bytes = fuzz_take(&input, fuzz_number(&input, 2));
        frame.wire_len = (uint32_t)frame.bytes.len + cut;
        struct packet packet;
        if (decode_frame(&decoder, &frame, &packet) == DECODE_PACKET) check_packet(&packet);
    }
    decoder_free(&decoder);
    return 0;
}
