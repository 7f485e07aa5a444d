/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IP fragments: any order, overlaps, extension headers behind the fragment header, time-out, memory bound.
 */
#include "reassembly/decode/decode.h"

#include <stdlib.h>

#include "tests/support/frames.h"
#include "tests/support/unit.h"

enum { PAYLOAD_LEN = 200, MORE = 0x2000 };

struct bench {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct decoder decoder;
    struct packet packet;
    uint64_t now_ns;
};

static struct frame_stack stack;
static uint8_t payload[PAYLOAD_LEN];

static void bench_open(struct bench *bench)
{
    *bench = (struct bench){.settings = reassembly_default_settings(), .now_ns = 1000000000};
    bench->decoder = (struct decoder){.settings = &bench->settings, .counters = &bench->counters};
    for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)(i * 31);
}

static bool feed_frame(struct bench *bench)
{
    struct slice bytes = frame_bytes(&stack);
    struct frame frame = {bench->now_ns, LINK_RAW, bytes, (uint32_t)bytes.len};
    return decode_frame(&bench->decoder, &frame, &bench->packet) == DECODE_PACKET;
}

/* A TCP segment with the payload, in memory of its own; free() it. */
static struct slice make_segment(bool is_ipv6)
{
    frame_put_tcp(&stack, &(struct tcp_fields){.seq = 7,
                                               .flags = PACKET_ACK,
                                               .is_ipv6 = is_ipv6,
                                               .payload = slice_make(payload, sizeof payload)});
    struct slice bytes = frame_bytes(&stack);
    uint8_t *copy = malloc(bytes.len);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    return slice_make(copy, bytes.len);
}

/* Feeds the bytes [from, to) of a datagram's payload as one fragment; true when that gave a packet. */
static bool feed_part(struct bench *bench, struct slice whole, size_t from, size_t to, uint16_t id,
                      bool is_ipv6)
{
    frame_clear(&stack);
    frame_put(&stack, slice_head(slice_skip(whole, from), to - from));
    bool more = to < whole.len;
    if (is_ipv6) {
        frame_put_fragment(&stack, 6, (uint16_t)from, more, id);
        frame_put_ipv6(&stack, &(struct ip_fields){.protocol = 44});
    } else {
        uint16_t field = (uint16_t)(from / 8 | (more ? MORE : 0));
        frame_put_ipv4(&stack, &(struct ip_fields){.id = id, .fragment = field});
    }
    return feed_frame(bench);
}

static void check_whole(const struct bench *bench)
{
    assert_int_equal(bench->packet.src.port, 40000);
    assert_true(bench->packet.seq == 7);
    assert_slice(bench->packet.payload, slice_make(payload, sizeof payload));
    assert_int_equal(bench->packet.cut_bytes, 0);
}

/* Four parts in each of their 24 orders. */
static void any_order(bool is_ipv6)
{
    static const size_t cuts[] = {0, 24, 72, 160};
    struct bench bench;
    bench_open(&bench);
    bench.decoder.verify_checksums = true;
    struct slice whole = make_segment(is_ipv6);
    uint16_t orders = 0;
    for (unsigned code = 0; code < 256; code++) {
        unsigned order[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        unsigned used = 1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3];
        if (used != 15) continue;
        orders++;
        for (size_t i = 0; i < 4; i++) {
            size_t from = cuts[order[i]], to = order[i] == 3 ? whole.len : cuts[order[i] + 1];
            assert_int_equal(feed_part(&bench, whole, from, to, orders, is_ipv6), i == 3);
        }
        check_whole(&bench);
        assert_int_equal(bench.counters.datagrams_defragmented, orders);
    }
    assert_int_equal(orders, 24);
    assert_int_equal(bench.counters.fragments, 96);
    assert_int_equal(bench.counters.fragments_conflicting + bench.counters.datagrams_incomplete, 0);
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

static void ipv4_in_any_order(void **state)
{
    (void)state;
    any_order(false);
}

static void ipv6_in_any_order(void **state)
{
    (void)state;
    any_order(true);
}

static void datagrams_do_not_mix(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct slice whole = make_segment(false);
    assert_false(feed_part(&bench, whole, 0, 80, 1, false));
    assert_false(feed_part(&bench, whole, 80, whole.len, 2, false)); /* another id */
    assert_true(feed_part(&bench, whole, 80, whole.len, 1, false));
    check_whole(&bench);
    assert_true(feed_part(&bench, whole, 0, 80, 2, false));
    check_whole(&bench);
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

static void duplicates_change_nothing(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct slice whole = make_segment(true);
    for (int i = 0; i < 3; i++) assert_false(feed_part(&bench, whole, 0, 80, 1, true));
    for (int i = 0; i < 3; i++) assert_false(feed_part(&bench, whole, 64, 96, 1, true));
    assert_true(feed_part(&bench, whole, 80, whole.len, 1, true));
    check_whole(&bench);
    assert_int_equal(bench.counters.fragments_conflicting, 0);
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

static void of_overlapping_bytes_the_first_stay(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct slice whole = make_segment(false);
    uint8_t forged[300];
    memset(forged, 'F', sizeof forged);
    assert_true(whole.len <= sizeof forged);
    struct slice forgery = slice_make(forged, whole.len);
    assert_false(feed_part(&bench, whole, 0, 80, 1, false));
    assert_false(feed_part(&bench, forgery, 40, 72, 1, false)); /* wholly inside */
    assert_int_equal(bench.counters.fragments_conflicting, 1);
    assert_false(feed_part(&bench, whole, 160, whole.len, 1, false));
    assert_false(feed_part(&bench, forgery, 152, whole.len, 1, false)); /* brings eight forged bytes */
    assert_int_equal(bench.counters.fragments_conflicting, 2);
    assert_true(feed_part(&bench, whole, 72, 168, 1, false));
    assert_int_equal(bench.counters.fragments_conflicting, 3);
    struct slice got = bench.packet.payload;
    assert_slice(slice_head(got, 132), slice_make(payload, 132));
    assert_slice_text(slice_head(slice_skip(got, 132), 8), "FFFFFFFF");
    assert_slice(slice_skip(got, 140), slice_skip(slice_make(payload, sizeof payload), 140));
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

/* Bytes beyond the end never make up for missing ones. */
static void bytes_beyond_the_end(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct slice whole = make_segment(false);
    assert_false(feed_part(&bench, whole, 0, 40, 1, false));
    frame_clear(&stack);
    frame_put(&stack, slice_make(payload, 16));
    frame_put_ipv4(&stack, &(struct ip_fields){.id = 1, .fragment = 56 / 8}); /* says: the end is at 72 */
    assert_false(feed_frame(&bench));
    assert_false(feed_part(&bench, whole, 80, 96, 1, false));
    assert_int_equal(bench.counters.datagrams_defragmented, 0);
    decoder_free(&bench.decoder);
    assert_null(bench.decoder.defragmenter);
    free((void *)(uintptr_t)whole.ptr);
}

/* RFC 8200 4.5: what follows the fragment header belongs to the datagram, also when it is one more extension
 * header; and the next-header field of all but the first fragment is not to be believed. */
static void ipv6_headers_behind_the_fragment_header(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    free((void *)(uintptr_t)make_segment(true).ptr); /* and it is on the stack */
    frame_put_extension(&stack, 6, 1);
    frame_put_extension(&stack, 60, 0);
    uint8_t datagram[300];
    struct slice bytes = frame_bytes(&stack);
    assert_true(bytes.len <= sizeof datagram);
    memcpy(datagram, bytes.ptr, bytes.len);
    static const size_t cuts[] = {0, 8, 64, 1000};
    for (size_t i = 0; i < 3; i++) {
        struct slice part = slice_skip(slice_make(datagram, bytes.len), cuts[i]);
        frame_clear(&stack);
        frame_put(&stack, slice_head(part, cuts[i + 1] - cuts[i]));
        frame_put_fragment(&stack, i == 0 ? 60 : 59, (uint16_t)cuts[i], i < 2, 9);
        frame_put_ipv6(&stack, &(struct ip_fields){.protocol = 44});
        assert_int_equal(feed_frame(&bench), i == 2);
    }
    check_whole(&bench);
    decoder_free(&bench.decoder);
}

/* A fragment header inside a datagram put together leads nowhere. */
static void fragments_inside_fragments(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    free((void *)(uintptr_t)make_segment(true).ptr);
    frame_put_fragment(&stack, 6, 0, true, 5);
    uint8_t datagram[300];
    struct slice bytes = frame_bytes(&stack);
    memcpy(datagram, bytes.ptr, bytes.len);
    for (size_t i = 0; i < 2; i++) {
        frame_clear(&stack);
        frame_put(&stack, i == 0 ? slice_make(datagram, 8) : slice_make(datagram + 8, bytes.len - 8));
        frame_put_fragment(&stack, 44, (uint16_t)(i * 8), i == 0, 9);
        frame_put_ipv6(&stack, &(struct ip_fields){.protocol = 44});
        assert_false(feed_frame(&bench));
    }
    assert_int_equal(bench.counters.datagrams_defragmented, 1);
    assert_int_equal(bench.counters.frames_malformed, 1);
    decoder_free(&bench.decoder);
}

static void a_datagram_waits_only_so_long(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    struct slice whole = make_segment(false);
    assert_false(feed_part(&bench, whole, 0, 80, 1, false));
    bench.now_ns += bench.settings.fragment_timeout_ms * 1000000; /* just in time */
    assert_true(feed_part(&bench, whole, 80, whole.len, 1, false));
    assert_false(feed_part(&bench, whole, 0, 80, 2, false));
    bench.now_ns += bench.settings.fragment_timeout_ms * 1000000 + 1;
    assert_false(feed_part(&bench, whole, 80, whole.len, 2, false)); /* too late: the first part is gone */
    assert_int_equal(bench.counters.datagrams_incomplete, 1);
    assert_true(feed_part(&bench, whole, 0, 80, 2, false));
    check_whole(&bench);
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

/* Many first fragments: the oldest go when the bound is reached, the newest can still be completed. */
static void memory_is_bounded(void **state)
{
    (void)state;
    enum { DATAGRAMS = 5000 };
    struct bench bench;
    bench_open(&bench);
    bench.settings.fragments_total_max_bytes = 65536;
    struct slice whole = make_segment(false);
    for (uint16_t id = 1; id <= DATAGRAMS; id++) assert_false(feed_part(&bench, whole, 0, 80, id, false));
    uint64_t dropped = bench.counters.limit_fragments_total_max_bytes;
    assert_true(dropped > DATAGRAMS - 65536 / 80);
    assert_true(dropped < DATAGRAMS);
    assert_int_equal(bench.counters.datagrams_incomplete, dropped);
    assert_true(feed_part(&bench, whole, 80, whole.len, DATAGRAMS, false));
    check_whole(&bench);
    assert_false(feed_part(&bench, whole, 80, whole.len, 1, false));
    decoder_free(&bench.decoder);
    free((void *)(uintptr_t)whole.ptr);
}

static void beyond_the_longest_datagram(void **state)
{
    (void)state;
    struct bench bench;
    bench_open(&bench);
    frame_clear(&stack);
    frame_put(&stack, slice_make(payload, 64));
    frame_put_ipv4(&stack, &(struct ip_fields){.id = 1, .fragment = 0x1fff}); /* ping of death */
    assert_false(feed_frame(&bench));
    frame_clear(&stack);
    frame_put_ipv4(&stack, &(struct ip_fields){.id = 1, .fragment = MORE | 1}); /* nothing in it */
    assert_false(feed_frame(&bench));
    assert_int_equal(bench.counters.frames_malformed, 2);
    decoder_free(&bench.decoder);
}

/* The longest there is, in pieces of eight bytes from the end. */
static void the_longest_datagram_in_tiny_pieces(void **state)
{
    (void)state;
    enum { LEN = 65512 };
    static uint8_t large[LEN];
    struct bench bench;
    bench_open(&bench);
    frame_put_tcp(&stack, &(struct tcp_fields){.flags = PACKET_ACK, .payload = slice_make(large, LEN - 20)});
    memcpy(large, frame_bytes(&stack).ptr, LEN);
    struct slice whole = slice_make(large, LEN);
    for (size_t at = LEN; at > 0; at -= 8)
        assert_int_equal(feed_part(&bench, whole, at - 8, at, 3, false), at == 8);
    assert_slice(bench.packet.payload, slice_skip(whole, 20));
    decoder_free(&bench.decoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_in_any_order),
        cmocka_unit_test(ipv6_in_any_order),
        cmocka_unit_test(datagrams_do_not_mix),
        cmocka_unit_test(duplicates_change_nothing),
        cmocka_unit_test(of_overlapping_bytes_the_first_stay),
        cmocka_unit_test(bytes_beyond_the_end),
        cmocka_unit_test(ipv6_headers_behind_the_fragment_header),
        cmocka_unit_test(fragments_inside_fragments),
        cmocka_unit_test(a_datagram_waits_only_so_long),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(beyond_the_longest_datagram),
        cmocka_unit_test(the_longest_datagram_in_tiny_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
