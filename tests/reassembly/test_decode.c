/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From frame to TCP packet: every link layer and tunnel with one frame each, which is then cut at every
 * length and put before a page without access; lengths, checksums, bounds of nesting.
 */
#include "reassembly/decode/decode.h"

#include "tests/reassembly/kinds.h"
#include "tests/support/guarded.h"
#include "tests/support/unit.h"

enum { IPV4 = 0x0800, VLAN = 0x8100 };

/* A decoder with counters of its own. */
struct bench {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct decoder decoder;
    struct packet packet;
};

static void bench_open(struct bench *bench)
{
    *bench = (struct bench){.settings = reassembly_default_settings()};
    bench->decoder = (struct decoder){.settings = &bench->settings, .counters = &bench->counters};
}

static enum decode_result decode(struct bench *bench, int link, struct slice bytes, size_t wire_len)
{
    struct frame frame = {.ts_ns = 1, .link_type = link, .bytes = bytes, .wire_len = (uint32_t)wire_len};
    return decode_frame(&bench->decoder, &frame, &bench->packet);
}

/* Why a frame gave no packet, as the counters say. */
static uint64_t reasons(const struct reassembly_counters *c)
{
    return c->frames_malformed + c->link_unknown + c->not_tcp + c->fragments + c->checksum_bad +
           c->limit_vlan_depth_max + c->limit_ipv6_headers_max + c->limit_tunnel_depth_max;
}

static struct frame_stack stack;

static void check_packet(const struct packet *p, enum ip_family family)
{
    assert_int_equal(p->family, family);
    assert_int_equal(p->src.addr[family == FAMILY_IPV4 ? 3 : 15], 1);
    assert_int_equal(p->dst.addr[family == FAMILY_IPV4 ? 3 : 15], 2);
    assert_int_equal(p->src.port, 40000);
    assert_int_equal(p->dst.port, 25);
    assert_true(p->seq == 0x01020304 && p->ack == 0x05060708);
    assert_int_equal(p->flags, PACKET_ACK | PACKET_PSH);
    assert_int_equal(p->ttl, 64);
    assert_int_equal(p->window, 0xffff);
}

static void every_kind_gives_its_packet(void **state)
{
    (void)state;
    for (size_t k = 0; k < frame_kind_count; k++) {
        struct bench bench;
        bench_open(&bench);
        bench.decoder.verify_checksums = true;
        frame_kinds[k].build(&stack);
        struct slice bytes = frame_bytes(&stack);
        assert_true(decode_knows_link(frame_kinds[k].link));
        if (decode(&bench, frame_kinds[k].link, bytes, bytes.len) != DECODE_PACKET)
            fail_msg("%s", frame_kinds[k].name);
        check_packet(&bench.packet, frame_kinds[k].family);
        assert_slice_text(bench.packet.payload, FRAME_KIND_PAYLOAD);
        assert_int_equal(bench.packet.cut_bytes, 0);
        assert_int_equal(bench.counters.tunnels, frame_kinds[k].tunnels);
        assert_int_equal(bench.packet.vlan_count, frame_kinds[k].vlans);
        assert_int_equal(bench.packet.tunnel_id, frame_kinds[k].tunnel_id);
        if (frame_kinds[k].vlans > 0) assert_int_equal(bench.packet.vlan_ids[0], 100);
        if (frame_kinds[k].vlans > 1) assert_int_equal(bench.packet.vlan_ids[1], 200);
        assert_int_equal(bench.counters.packets, 1);
        assert_int_equal(bench.counters.payload_bytes, strlen(FRAME_KIND_PAYLOAD));
        decoder_free(&bench.decoder);
    }
}

/* Cut by the snap length (wire_len stays) or short on the wire: never a crash, a reason counted, and what is
 * missing of the payload is told. */
static void check_cut(const struct frame_kind *kind, struct slice cut, size_t wire_len)
{
    struct bench bench;
    bench_open(&bench);
    enum decode_result result = decode(&bench, kind->link, cut, wire_len);
    assert_int_equal(bench.counters.frames_truncated, wire_len > cut.len);
    if (result == DECODE_PACKET) {
        check_packet(&bench.packet, kind->family);
        assert_int_equal(bench.packet.payload.len + bench.packet.cut_bytes, strlen(FRAME_KIND_PAYLOAD));
        assert_int_equal(reasons(&bench.counters), 0);
        bool told = bench.counters.lengths_wrong + bench.counters.frames_truncated > 0;
        assert_true(told || bench.packet.cut_bytes == 0);
    } else {
        if (reasons(&bench.counters) != 1) fail_msg("%s cut at %zu of %zu", kind->name, cut.len, wire_len);
    }
    decoder_free(&bench.decoder);
}

static void every_truncation_of_every_kind(void **state)
{
    (void)state;
    struct guarded page = guarded_make(4096);
    for (size_t k = 0; k < frame_kind_count; k++) {
        frame_kinds[k].build(&stack);
        struct slice bytes = frame_bytes(&stack);
        for (size_t len = 0; len < bytes.len; len++) {
            struct slice cut = guarded_copy(&page, slice_head(bytes, len));
            check_cut(&frame_kinds[k], cut, bytes.len);
            check_cut(&frame_kinds[k], cut, len);
        }
    }
    guarded_free(&page);
}

/* One byte changed to several values, at every place: no crash, and either a packet or a reason. */
static void every_byte_damaged(void **state)
{
    (void)state;
    static const uint8_t values[] = {0, 1, 4, 5, 6, 0x2c, 0x3c, 0x40, 0x45, 0x4f, 0x7f, 0x80, 0xf0, 0xff};
    struct guarded page = guarded_make(4096);
    struct bench bench;
    bench_open(&bench);
    for (size_t k = 0; k < frame_kind_count; k++) {
        frame_kinds[k].build(&stack);
        struct slice bytes = frame_bytes(&stack);
        for (size_t at = 0; at < bytes.len * COUNT_OF(values); at++) {
            struct slice copy = guarded_copy(&page, bytes);
            page.map[page.room - bytes.len + at / COUNT_OF(values)] = values[at % COUNT_OF(values)];
            bench.counters = (struct reassembly_counters){0};
            enum decode_result result = decode(&bench, frame_kinds[k].link, copy, copy.len);
            assert_true((result == DECODE_PACKET) == (reasons(&bench.counters) == 0));
        }
    }
    decoder_free(&bench.decoder);
    guarded_free(&page);
}

static void zero_total_length_takes_the_captured_length(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    frame_kind_segment(&stack, false);
    frame_put_ipv4(&stack, &(struct ip_fields){.zero_length = true});
    assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len), DECODE_PACKET);
    assert_slice_text(bench.packet.payload, FRAME_KIND_PAYLOAD);
    frame_kind_segment(&stack, true);
    frame_put_ipv6(&stack, &(struct ip_fields){.zero_length = true});
    assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len + 1000),
                     DECODE_PACKET);
    assert_slice_text(bench.packet.payload, FRAME_KIND_PAYLOAD);
    assert_int_equal(bench.packet.cut_bytes, 1000);
    assert_int_equal(bench.counters.zero_total_length, 2);
}

static void ethernet_padding_is_no_payload(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    frame_put_tcp(&stack, &(struct tcp_fields){.flags = PACKET_ACK});
    frame_put_ipv4(&stack, &(struct ip_fields){0});
    frame_put_ethernet(&stack, IPV4);
    uint8_t padded[60] = {0};
    struct slice frame = frame_bytes(&stack);
    assert_true(frame.len < sizeof padded);
    memcpy(padded, frame.ptr, frame.len);
    memset(padded + frame.len, 'x', sizeof padded - frame.len);
    assert_int_equal(decode(&bench, LINK_ETHERNET, slice_make(padded, sizeof padded), sizeof padded),
                     DECODE_PACKET);
    assert_int_equal(bench.packet.payload.len, 0);
    /* The same frame with the padding cut off by the snap length lacks nothing. */
    assert_int_equal(decode(&bench, LINK_ETHERNET, frame, sizeof padded), DECODE_PACKET);
    assert_int_equal(bench.packet.cut_bytes, 0);
}

static void try_checksums(bool verify, bool bad_tcp, bool bad_ip, enum decode_result want)
{
    struct bench bench;
    bench_open(&bench);
    bench.decoder.verify_checksums = verify;
    frame_put_tcp(&stack, &(struct tcp_fields){.payload = SLICE("odd"), .bad_checksum = bad_tcp});
    frame_put_ipv4(&stack, &(struct ip_fields){.bad_checksum = bad_ip});
    assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len), want);
    assert_int_equal(bench.counters.checksum_bad, want == DECODE_NONE);
    assert_int_equal(bench.counters.checksum_sampled, !verify);
    assert_int_equal(bench.counters.checksum_sampled_bad, !verify && bad_tcp);
}

static void checksums_verified_or_ignored(void **state)
{
    (void)state;
    try_checksums(false, false, false, DECODE_PACKET);
    try_checksums(false, true, true, DECODE_PACKET);
    try_checksums(true, false, false, DECODE_PACKET);
    try_checksums(true, true, false, DECODE_NONE);
    try_checksums(true, false, true, DECODE_NONE);
}

static void checksums_of_cut_segments_are_not_judged(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    bench.decoder.verify_checksums = true;
    frame_kind_packet(&stack);
    struct slice whole = frame_bytes(&stack);
    assert_int_equal(decode(&bench, LINK_RAW, slice_head(whole, whole.len - 5), whole.len), DECODE_PACKET);
    assert_int_equal(bench.packet.cut_bytes, 5);
    assert_int_equal(bench.counters.checksum_bad, 0);
}

static void checksums_of_every_length(void **state)
{
    (void)state;
    uint8_t payload[100];
    for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)(i * 37 + 200);
    for (size_t len = 0; len <= sizeof payload; len++) {
        struct bench bench;
        bench_open(&bench);
        bench.decoder.verify_checksums = true;
        frame_put_tcp(&stack, &(struct tcp_fields){.payload = slice_make(payload, len), .is_ipv6 = true});
        frame_put_ipv6(&stack, &(struct ip_fields){0});
        assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len),
                         DECODE_PACKET);
        assert_int_equal(bench.packet.payload.len, len);
    }
}

static void nested_tunnels(unsigned depth, unsigned limit, bool passes)
{
    struct bench bench;
    bench_open(&bench);
    bench.settings.tunnel_depth_max = limit;
    frame_kind_packet(&stack);
    for (unsigned i = 0; i < depth; i++) frame_put_ipv4(&stack, &(struct ip_fields){.protocol = 4});
    enum decode_result result = decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len);
    assert_int_equal(result, passes ? DECODE_PACKET : DECODE_NONE);
    assert_int_equal(bench.counters.limit_tunnel_depth_max, !passes);
}

static void tunnels_nest_up_to_the_bound(void **state)
{
    (void)state;
    nested_tunnels(4, 4, true);
    nested_tunnels(5, 4, false);
    nested_tunnels(0, 0, true);
    nested_tunnels(1, 0, false);
    nested_tunnels(1000, 16, false);
}

static void vlan_tags_up_to_the_bound(void **state)
{
    (void)state;
    for (unsigned tags = 3; tags <= 6; tags++) {
        struct bench bench;
        bench_open(&bench);
        frame_kind_packet(&stack);
        frame_put_vlan(&stack, (uint16_t)tags, IPV4);
        for (unsigned i = tags - 1; i > 0; i--) frame_put_vlan(&stack, (uint16_t)i, VLAN);
        frame_put_ethernet(&stack, VLAN);
        enum decode_result result =
            decode(&bench, LINK_ETHERNET, frame_bytes(&stack), frame_bytes(&stack).len);
        assert_int_equal(result, tags <= 4 ? DECODE_PACKET : DECODE_NONE);
        assert_int_equal(bench.counters.limit_vlan_depth_max, tags > 4);
        assert_int_equal(bench.packet.vlan_count, FLOW_MAX_VLANS); /* the outermost are kept */
        assert_int_equal(bench.packet.vlan_ids[0], 1);
        assert_int_equal(bench.packet.vlan_ids[1], 2);
    }
}

static void extension_headers_up_to_the_bound(void **state)
{
    (void)state;
    for (unsigned headers = 15; headers <= 18; headers++) {
        struct bench bench;
        bench_open(&bench);
        frame_kind_segment(&stack, true);
        for (unsigned i = 0; i < headers; i++) frame_put_extension(&stack, i == 0 ? 6 : 60, 0);
        frame_put_ipv6(&stack, &(struct ip_fields){.protocol = 60});
        enum decode_result result = decode(&bench, LINK_RAW, frame_bytes(&stack), frame_bytes(&stack).len);
        assert_int_equal(result, headers <= 16 ? DECODE_PACKET : DECODE_NONE);
        assert_int_equal(bench.counters.limit_ipv6_headers_max, headers > 16);
    }
}

static void what_is_not_ours_is_counted(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    frame_clear(&stack);
    frame_put(&stack, SLICE("\0\1\x08\0\6\4\0\1 an ARP request or so"));
    frame_put_ethernet(&stack, 0x0806);
    assert_int_equal(decode(&bench, LINK_ETHERNET, frame_bytes(&stack), 100), DECODE_NONE);
    assert_int_equal(bench.counters.link_unknown, 1);
    assert_int_equal(decode(&bench, 9999, frame_bytes(&stack), 100), DECODE_NONE);
    assert_int_equal(bench.counters.link_unknown, 2);
    assert_false(decode_knows_link(9999));
    frame_clear(&stack);
    frame_put(&stack, SLICE("a DNS question or so"));
    frame_put_udp(&stack, 53);
    frame_put_ipv4(&stack, &(struct ip_fields){.protocol = 17});
    assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), 100), DECODE_NONE);
    assert_int_equal(bench.counters.not_tcp, 1);
    frame_put_be32(&stack, 0x5a5a5a5a); /* IP version 5 */
    assert_int_equal(decode(&bench, LINK_RAW, frame_bytes(&stack), 100), DECODE_NONE);
    assert_int_equal(bench.counters.frames_malformed, 1);
    assert_int_equal(bench.counters.packets, 0);
    assert_int_equal(bench.counters.frames, 4);
    assert_int_equal(bench.counters.frame_bytes, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_gives_its_packet),
        cmocka_unit_test(every_truncation_of_every_kind),
        cmocka_unit_test(every_byte_damaged),
        cmocka_unit_test(zero_total_length_takes_the_captured_length),
        cmocka_unit_test(ethernet_padding_is_no_payload),
        cmocka_unit_test(checksums_verified_or_ignored),
        cmocka_unit_test(checksums_of_cut_segments_are_not_judged),
        cmocka_unit_test(checksums_of_every_length),
        cmocka_unit_test(tunnels_nest_up_to_the_bound),
        cmocka_unit_test(vlan_tags_up_to_the_bound),
        cmocka_unit_test(extension_headers_up_to_the_bound),
        cmocka_unit_test(what_is_not_ours_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
