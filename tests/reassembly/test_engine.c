/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: segments, as hosts send them and as captures show them. One test for each thing.
 */
#include "tests/reassembly/wire.h"
#include "tests/support/unit.h"

enum { A = PACKET_ACK, SYN = PACKET_SYN, FIN = PACKET_FIN, RST = PACKET_RST };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

#define assert_got(wire, dir, want) assert_string_equal(wire_got(wire, dir), want)

static void a_plain_connection(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    assert_int_equal(w.opens, 0); /* nothing is shown before the first payload */
    wire_send(&w, S, 1, A, "220 hi\r\n");
    assert_int_equal(w.opens, 1);
    wire_send(&w, C, 1, A, "HELO x\r\n");
    wire_send(&w, S, 9, A, "250 ok\r\n");
    assert_got(&w, S, "220 hi\r\n250 ok\r\n");
    assert_got(&w, C, "HELO x\r\n");
    wire_say_goodbye(&w, 8, 16);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.reason, STREAM_CLOSE_FIN);
    assert_false(w.midstream);
    assert_int_equal(w.flow.client.port, 40000);
    assert_int_equal(w.flow.server.port, 25);
    assert_int_equal(w.counters.gaps + w.counters.streams_midstream + w.counters.segments_duplicate, 0);
    wire_close(&w);
    assert_int_equal(w.counters.streams_closed_used, 1);
    assert_int_equal(w.counters.streams_one_sided, 0);
}

static void a_connection_without_payload_is_never_shown(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_say_goodbye(&w, 0, 0);
    wire_close(&w);
    assert_int_equal(w.opens, 0);
    assert_int_equal(w.counters.streams, 1);
    assert_int_equal(w.counters.streams_used, 0);
}

static void out_of_order(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 7, A, "ghi");
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "");
    wire_send(&w, C, 1, A, "abc");
    assert_got(&w, C, "abcdefghi");
    assert_int_equal(w.counters.segments_out_of_order, 2);
    wire_close(&w);
    assert_int_equal(w.gaps, 0);
}

static void duplicates(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    for (int i = 0; i < 3; i++) wire_send(&w, C, 1, A, "abc");
    for (int i = 0; i < 3; i++) wire_send(&w, C, 7, A, "ghi");
    for (int i = 0; i < 3; i++) wire_send(&w, C, 4, A, "def");
    wire_send(&w, C, 1, A, "abcdefghi");
    assert_got(&w, C, "abcdefghi");
    assert_int_equal(w.counters.segments_duplicate, 7);
    assert_int_equal(w.counters.segments_conflicting, 0);
    wire_close(&w);
}

static void overlaps_bring_what_is_new(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abcd");
    wire_send(&w, C, 3, A, "cdef"); /* with delivered bytes */
    wire_send(&w, C, 10, A, "jkl");
    wire_send(&w, C, 9, A, "ijklm"); /* around a queued run */
    wire_send(&w, C, 6, A, "fghij"); /* from delivered into queued */
    assert_got(&w, C, "abcdefghijklm");
    assert_int_equal(w.counters.segments_conflicting, 0);
    assert_true(w.counters.segments_overlapping >= 3);
    wire_close(&w);
}

static void play_contradiction(struct wire *w, uint64_t last_wins)
{
    wire_open(w);
    w->settings.overlap_last_wins = last_wins;
    wire_shake_hands(w);
    wire_send(w, C, 4, A, "DEF");
    wire_send(w, C, 4, A, "xyz");
    wire_send(w, C, 1, A, "ABC");
    wire_end(w);
    assert_int_equal(w->counters.segments_conflicting, 1);
}

static void contradiction_the_first_copy_stays(void **state)
{
    (void)state;
    struct wire w;
    play_contradiction(&w, 0);
    assert_got(&w, C, "ABCDEF");
    wire_close(&w);
}

static void contradiction_the_last_copy_counts_when_set(void **state)
{
    (void)state;
    struct wire w;
    play_contradiction(&w, 1);
    assert_got(&w, C, "ABCxyz");
    wire_close(&w);
}

static void contradiction_of_delivered_bytes_is_counted(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "ABC");
    wire_send(&w, C, 1, A, "xyz");
    assert_got(&w, C, "ABC");
    assert_int_equal(w.counters.segments_conflicting, 1);
    wire_close(&w);
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    for (uint32_t before = 0; before < 12; before++) {
        struct wire w;
        wire_open(&w);
        w.isn[C] = w.isn[S] = (uint32_t)-before;
        wire_shake_hands(&w);
        wire_send(&w, C, 6, A, "fghij");
        wire_send(&w, C, 3, A, "cdefg");
        wire_send(&w, C, 1, A, "ab");
        wire_send(&w, S, 1, A, "0123456789");
        assert_got(&w, C, "abcdefghij");
        assert_got(&w, S, "0123456789");
        wire_say_goodbye(&w, 10, 10);
        assert_int_equal(w.reason, STREAM_CLOSE_FIN);
        assert_int_equal(w.closes, 1);
        wire_close(&w);
    }
}

static void syn_with_data(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 0, SYN, "fast ");
    w.ack[S] = 6;
    wire_send(&w, S, 0, SYN | A, "220\r\n");
    wire_send(&w, C, 6, A, "open");
    assert_got(&w, C, "fast open");
    assert_got(&w, S, "220\r\n");
    wire_close(&w);
}

static void syn_again_with_and_without_data(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 0, SYN, "");
    wire_send(&w, C, 0, SYN, "");
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 0, SYN, "");
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    wire_close(&w);
    assert_int_equal(w.counters.streams, 1);
}

static void keep_alive(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 3, A, "");                /* one before the next byte, empty */
    wire_send_bytes(&w, C, 3, A, SLICE("\0")); /* the same with a byte of garbage */
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.counters.segments_duplicate, 1);
    wire_close(&w);
}

static void zero_window_probe(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    for (int i = 0; i < 5; i++) wire_send(&w, C, 4, A, "d"); /* the next byte alone, again and again */
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    wire_close(&w);
}

static void payload_that_no_host_takes(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 1, 0, "xyz"); /* begins nothing */
    wire_shake_hands(&w);
    wire_send(&w, C, 1, 0, "xyz");
    wire_send(&w, C, 1, PACKET_PSH | FIN, "xyz");
    wire_send(&w, C, 1, RST | A, "xyz");
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.counters.segments_unacceptable, 3);
    wire_close(&w);
    assert_int_equal(w.counters.streams, 1);
}

static void segments_far_outside_the_window(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 1u << 30, A, "forged");
    wire_send(&w, C, (uint32_t) - (1 << 30), A, "forged");
    wire_send(&w, C, 4, A, "def");
    assert_int_equal(w.counters.segments_out_of_window, 2);
    wire_end(&w);
    assert_got(&w, C, "abcdef");
    wire_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_connection),
        cmocka_unit_test(a_connection_without_payload_is_never_shown),
        cmocka_unit_test(out_of_order),
        cmocka_unit_test(duplicates),
        cmocka_unit_test(overlaps_bring_what_is_new),
        cmocka_unit_test(contradiction_the_first_copy_stays),
        cmocka_unit_test(contradiction_the_last_copy_counts_when_set),
        cmocka_unit_test(contradiction_of_delivered_bytes_is_counted),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(syn_with_data),
        cmocka_unit_test(syn_again_with_and_without_data),
        cmocka_unit_test(keep_alive),
        cmocka_unit_test(zero_window_probe),
        cmocka_unit_test(payload_that_no_host_takes),
        cmocka_unit_test(segments_far_outside_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
