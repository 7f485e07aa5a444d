/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: what is missing, when it is given up, and what waiting for it may cost. One test for
 * each thing.
 */
#include "tests/reassembly/wire.h"
#include "tests/support/unit.h"

enum { A = PACKET_ACK };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

#define assert_got(wire, dir, want) assert_string_equal(wire_got(wire, dir), want)

static void the_end_of_the_input_gives_what_waits(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 6, A, "fgh");
    wire_send(&w, C, 12, A, "lmn");
    wire_end(&w);
    assert_got(&w, C, "abc<2>fgh<3>lmn");
    assert_int_equal(w.reason, STREAM_CLOSE_END);
    wire_close(&w);
}

static void confirmed_bytes_that_never_came_are_a_hole_at_the_end(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    w.ack[S] = 54;
    wire_send(&w, S, 1, A, "");
    wire_end(&w);
    assert_got(&w, C, "abc<50>");
    wire_close(&w);
}

static void the_fin_tells_how_much_is_missing_at_the_end(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_say_goodbye(&w, 23, 0);
    wire_end(&w);
    assert_got(&w, C, "abc<20>");
    wire_close(&w);
}

/* A hole whose end the receiver confirmed is given up after the tolerance, of time and of packets. */
static void a_hole_by_ack(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 6, A, "fgh");
    w.ack[S] = 9;
    wire_idle_packets(&w, 100);
    assert_got(&w, C, "abc"); /* packets and time are short of the tolerance */
    w.step_ns = 0;
    wire_idle_packets(&w, 200);
    assert_got(&w, C, "abc"); /* packets enough, time not */
    w.step_ns = MS;
    wire_wait(&w, w.settings.loss_tolerance_ms);
    wire_idle_packets(&w, 2);
    assert_got(&w, C, "abc<2>fgh");
    assert_int_equal(w.counters.gaps, 1);
    assert_int_equal(w.counters.gap_bytes, 2);
    wire_close(&w);
}

static void a_hole_by_ack_needs_packets_too(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 6, A, "fgh");
    w.ack[S] = 9;
    wire_send(&w, S, 1, A, "");
    wire_wait(&w, 10 * w.settings.loss_tolerance_ms);
    wire_idle_packets(&w, 50);
    assert_got(&w, C, "abc");
    wire_send(&w, C, 4, A, "de"); /* and here it is */
    assert_got(&w, C, "abcdefgh");
    wire_close(&w);
    assert_int_equal(w.gaps, 0);
}

static void a_hole_nobody_confirmed_waits_longer(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 6, A, "fgh");
    w.ack[S] = 4;
    wire_idle_packets(&w, 2000);
    assert_got(&w, C, "abc");
    wire_wait(&w, w.settings.hole_age_max_ms);
    wire_idle_packets(&w, 2);
    assert_got(&w, C, "abc<2>fgh");
    wire_close(&w);
}

static void a_hole_by_size(void **state)
{
    (void)state;
    static const uint8_t block[1000];
    struct wire w;
    wire_open(&w);
    w.settings.queue_stream_max_bytes = 10000;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    for (uint32_t i = 0; i < 20; i++)
        wire_send_bytes(&w, C, 6 + i * 1000, A, slice_make(block, sizeof block));
    assert_int_equal(w.gaps, 1);
    assert_int_equal(w.gap_bytes, 2);
    assert_int_equal(w.got[C].len, 3 + 3 + 20 * 1000);
    assert_int_equal(w.counters.limit_queue_stream_max_bytes, 1);
    wire_close(&w);
}

static void late_segments(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    w.settings.hole_age_max_ms = 10;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 6, A, "fgh");
    wire_wait(&w, 100);
    wire_idle_packets(&w, 2);
    assert_got(&w, C, "abc<2>fgh");
    wire_send(&w, C, 4, A, "de");
    assert_got(&w, C, "abc<2>fgh");
    assert_int_equal(w.counters.segments_late, 1);
    wire_close(&w);
}

static void bytes_cut_by_the_snap_length_are_a_hole(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    struct packet packet = {.ts_ns = w.now_ns,
                            .family = FAMILY_IPV4,
                            .src = {{10, 0, 0, 1}, 40000},
                            .dst = {{10, 0, 0, 2}, 25},
                            .seq = w.isn[C] + 1,
                            .flags = A,
                            .payload = SLICE("abc"),
                            .cut_bytes = 7};
    (void)w.ops->feed(w.engine, &packet);
    assert_got(&w, C, "abc<7>");
    wire_send(&w, C, 14, A, "nop");
    packet.seq = w.isn[C] + 11;
    packet.payload = SLICE("k");
    packet.cut_bytes = 2;
    (void)w.ops->feed(w.engine, &packet);
    assert_got(&w, C, "abc<7>k<2>nop");
    wire_close(&w);
}

/* Many connections with holes: the longest waiting ones are given up when the budget is spent. */
static void the_budget_of_all_queues(void **state)
{
    (void)state;
    enum { CONNECTIONS = 200 };
    static const uint8_t block[1000];
    struct wire w;
    wire_open(&w);
    w.several = true;
    w.settings.queue_total_max_bytes = 65536;
    for (uint16_t i = 0; i < CONNECTIONS; i++) {
        w.client_port = (uint16_t)(20000 + i);
        w.ack[C] = w.ack[S] = 0;
        wire_shake_hands(&w);
        wire_send_bytes(&w, C, 101, A, slice_make(block, sizeof block));
    }
    uint64_t given_up = w.counters.limit_queue_total_max_bytes;
    assert_true(given_up >= CONNECTIONS - 66 && given_up < CONNECTIONS - 50);
    assert_int_equal(w.gaps, given_up);
    assert_int_equal(w.gap_bytes, given_up * 100);
    assert_int_equal(w.opens, given_up);
    assert_int_equal(w.got[C].len, given_up * (1000 + 5));
    wire_end(&w);
    assert_int_equal(w.gaps, CONNECTIONS);
    wire_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_input_gives_what_waits),
        cmocka_unit_test(confirmed_bytes_that_never_came_are_a_hole_at_the_end),
        cmocka_unit_test(the_fin_tells_how_much_is_missing_at_the_end),
        cmocka_unit_test(a_hole_by_ack),
        cmocka_unit_test(a_hole_by_ack_needs_packets_too),
        cmocka_unit_test(a_hole_nobody_confirmed_waits_longer),
        cmocka_unit_test(a_hole_by_size),
        cmocka_unit_test(late_segments),
        cmocka_unit_test(bytes_cut_by_the_snap_length_are_a_hole),
        cmocka_unit_test(the_budget_of_all_queues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
