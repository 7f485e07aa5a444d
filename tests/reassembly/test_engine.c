/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: one test for each thing that TCP does on a wire and that a capture does to it.
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

static void reset_ends_it(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, S, 1, RST | A, "");
    wire_send(&w, C, 4, A, "def"); /* was on its way */
    wire_wait(&w, w.settings.loss_tolerance_ms + 2);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.reason, STREAM_CLOSE_RST);
    assert_got(&w, C, "abcdef");
    wire_send(&w, C, 7, A, "too late");
    assert_int_equal(w.opens, 1);
    wire_close(&w);
}

static void reset_with_a_wrong_sequence_is_ignored(void **state)
{
    (void)state;
    static const uint32_t wrong[] = {0, (uint32_t)-1000, 1u << 30, 0x80000001};
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    for (size_t i = 0; i < COUNT_OF(wrong); i++) wire_send(&w, C, wrong[i], RST, "");
    wire_wait(&w, 5000);
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.closes, 0);
    assert_int_equal(w.counters.segments_out_of_window, COUNT_OF(wrong));
    wire_close(&w);
    assert_int_equal(w.reason, STREAM_CLOSE_END);
}

static void a_reset_host_that_goes_on_was_not_reset(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 4, RST, ""); /* in sequence, but it never arrived at the server */
    wire_send(&w, C, 4, A, "def");
    wire_wait(&w, 5000);
    wire_send(&w, C, 7, A, "ghi");
    assert_got(&w, C, "abcdefghi");
    assert_int_equal(w.closes, 0);
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

static void ports_used_again_after_the_end(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "first");
    wire_say_goodbye(&w, 5, 0);
    assert_int_equal(w.closes, 1);
    w.isn[C] += 100000;
    w.isn[S] += 999;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "second");
    assert_got(&w, C, "firstsecond");
    wire_close(&w);
    assert_int_equal(w.opens, 2);
    assert_int_equal(w.counters.streams, 2);
    assert_int_equal(w.counters.streams_reused, 0);
}

static void ports_used_again_without_an_end(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "first");
    w.isn[C] -= 5000000;
    w.isn[S] += 999;
    wire_shake_hands(&w);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.reason, STREAM_CLOSE_REUSED);
    wire_send(&w, C, 1, A, "second");
    assert_got(&w, C, "firstsecond");
    wire_close(&w);
    assert_int_equal(w.counters.streams_reused, 1);
}

static void a_syn_nobody_confirms_changes_nothing(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 5000, SYN, "forged");
    wire_send(&w, S, 1, A, "220\r\n");
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.closes, 0);
    wire_close(&w);
    assert_int_equal(w.opens, 1);
}

static void simultaneous_open(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 0, SYN, "");
    wire_send(&w, S, 0, SYN, "");
    w.ack[C] = w.ack[S] = 1;
    wire_send(&w, C, 0, SYN | A, "");
    wire_send(&w, S, 0, SYN | A, "");
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, S, 1, A, "xyz");
    assert_got(&w, C, "abc");
    assert_got(&w, S, "xyz");
    assert_int_equal(w.flow.client.port, 40000);
    wire_close(&w);
    assert_int_equal(w.opens, 1);
}

static void half_closed(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A | FIN, "all I say");
    wire_send(&w, S, 1, A, "a long ");
    assert_int_equal(w.closes, 0);
    wire_send(&w, S, 8, A | FIN, "answer");
    assert_got(&w, S, "a long answer");
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.reason, STREAM_CLOSE_FIN);
    wire_close(&w);
}

static void a_fin_before_its_data(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, S, 1, A | FIN, "");
    wire_send(&w, C, 4, A | FIN, "def");
    assert_int_equal(w.closes, 0);
    wire_send(&w, C, 1, A, "abc");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.closes, 1);
    wire_send(&w, C, 4, A | FIN, "def"); /* and again, after the end */
    wire_close(&w);
    assert_int_equal(w.opens, 1);
}

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

static void midstream(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, S, 500, A, "250 ok\r\n");
    wire_send(&w, C, 700, A, "RCPT");
    wire_idle_packets(&w, 40);
    assert_true(w.midstream);
    assert_got(&w, C, "RCPT");
    assert_got(&w, S, "250 ok\r\n");
    assert_int_equal(w.flow.server.port, 25); /* the lower port, although it spoke first */
    wire_close(&w);
    assert_int_equal(w.counters.streams_midstream, 1);
    assert_int_equal(w.gaps, 0);
}

static void midstream_out_of_order(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 704, A, " TO:");
    wire_send(&w, C, 700, A, "RCPT");
    wire_send(&w, C, 708, A, "<a@b>");
    wire_end(&w);
    assert_got(&w, C, "RCPT TO:<a@b>");
    assert_int_equal(w.gaps, 0);
    wire_close(&w);
}

static void data_captured_before_the_syn(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_send(&w, C, 1, A, "EHLO ");
    wire_send(&w, S, 1, A, "220\r\n");
    wire_shake_hands(&w);
    wire_send(&w, C, 6, A, "x");
    wire_end(&w);
    assert_got(&w, C, "EHLO x");
    assert_got(&w, S, "220\r\n");
    assert_int_equal(w.gaps, 0);
    wire_close(&w);
}

static void one_sided(void **state)
{
    (void)state;
    for (int dir = 0; dir < 2; dir++) {
        struct wire w;
        wire_open(&w);
        wire_send(&w, (enum direction)dir, 0, dir == DIR_TO_SERVER ? SYN : SYN | A, "");
        wire_send(&w, (enum direction)dir, 1, A, "abc");
        wire_send(&w, (enum direction)dir, 7, A, "ghi");
        wire_send(&w, (enum direction)dir, 4, A, "def");
        wire_send(&w, (enum direction)dir, 10, A | FIN, "");
        wire_close(&w);
        assert_false(w.midstream);
        assert_int_equal(w.flow.server.port, 25);
        assert_int_equal(w.counters.streams_one_sided, 1);
        assert_int_equal(w.gaps, 0);
    }
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

static void the_table_of_connections_is_bounded(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    w.settings.streams_max = 16;
    for (uint16_t i = 0; i < 500; i++) {
        w.client_port = (uint16_t)(20000 + i);
        wire_send(&w, C, 0, SYN, "");
    }
    assert_int_equal(w.counters.streams, 500);
    assert_int_equal(w.counters.streams_evicted, 500 - 16);
    wire_close(&w);
}

static void a_flood_of_syns_does_not_displace_connections_in_use(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    w.settings.streams_max = 16;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    for (uint16_t i = 0; i < 500; i++) {
        w.client_port = (uint16_t)(20000 + i);
        wire_send(&w, C, 0, SYN, "");
    }
    w.client_port = 40000;
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    assert_int_equal(w.closes, 0);
    wire_close(&w);
}

static void time_outs(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_wait(&w, w.settings.handshake_timeout_ms + 1000);
    assert_int_equal(w.counters.streams_expired, 1);
    assert_int_equal(w.opens, 0);
    w.isn[C] += 77777;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 7, A, "ghi");
    wire_wait(&w, w.settings.idle_timeout_ms - 2000);
    assert_int_equal(w.closes, 0);
    wire_wait(&w, 4000);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.reason, STREAM_CLOSE_TIMEOUT);
    assert_got(&w, C, "abc<3>ghi");
    assert_int_equal(w.counters.streams_expired, 2);
    wire_close(&w);
}

static void packets_keep_it_alive(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    for (int i = 0; i < 10; i++) {
        wire_wait(&w, w.settings.idle_timeout_ms / 2);
        wire_idle_packets(&w, 1);
    }
    assert_int_equal(w.closes, 0);
    wire_send(&w, C, 4, A, "def");
    assert_got(&w, C, "abcdef");
    wire_close(&w);
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

static void an_ignored_connection_is_not_shown_any_more(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    w.interest = STREAM_IGNORE;
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    wire_send(&w, C, 4, A, "def");
    wire_send(&w, C, 20, A, "xyz");
    wire_send(&w, S, 1, A, "220\r\n");
    assert_got(&w, C, "abc");
    assert_got(&w, S, "");
    wire_say_goodbye(&w, 6, 5);
    wire_close(&w);
    assert_int_equal(w.closes, 1);
    assert_int_equal(w.counters.gaps, 0);
}

static void time_that_runs_backwards(void **state)
{
    (void)state;
    struct wire w;
    wire_open(&w);
    wire_shake_hands(&w);
    wire_send(&w, C, 1, A, "abc");
    w.now_ns -= 900 * MS;
    wire_send(&w, C, 4, A, "def");
    w.now_ns = 1;
    wire_send(&w, C, 7, A, "ghi");
    assert_got(&w, C, "abcdefghi");
    assert_int_equal(w.closes, 0);
    w.now_ns = 5000 * MS;
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
        cmocka_unit_test(reset_ends_it),
        cmocka_unit_test(reset_with_a_wrong_sequence_is_ignored),
        cmocka_unit_test(a_reset_host_that_goes_on_was_not_reset),
        cmocka_unit_test(payload_that_no_host_takes),
        cmocka_unit_test(ports_used_again_after_the_end),
        cmocka_unit_test(ports_used_again_without_an_end),
        cmocka_unit_test(a_syn_nobody_confirms_changes_nothing),
        cmocka_unit_test(simultaneous_open),
        cmocka_unit_test(half_closed),
        cmocka_unit_test(a_fin_before_its_data),
        cmocka_unit_test(the_end_of_the_input_gives_what_waits),
        cmocka_unit_test(confirmed_bytes_that_never_came_are_a_hole_at_the_end),
        cmocka_unit_test(the_fin_tells_how_much_is_missing_at_the_end),
        cmocka_unit_test(midstream),
        cmocka_unit_test(midstream_out_of_order),
        cmocka_unit_test(data_captured_before_the_syn),
        cmocka_unit_test(one_sided),
        cmocka_unit_test(a_hole_by_ack),
        cmocka_unit_test(a_hole_by_ack_needs_packets_too),
        cmocka_unit_test(a_hole_nobody_confirmed_waits_longer),
        cmocka_unit_test(a_hole_by_size),
        cmocka_unit_test(late_segments),
        cmocka_unit_test(bytes_cut_by_the_snap_length_are_a_hole),
        cmocka_unit_test(the_budget_of_all_queues),
        cmocka_unit_test(the_table_of_connections_is_bounded),
        cmocka_unit_test(a_flood_of_syns_does_not_displace_connections_in_use),
        cmocka_unit_test(time_outs),
        cmocka_unit_test(packets_keep_it_alive),
        cmocka_unit_test(segments_far_outside_the_window),
        cmocka_unit_test(an_ignored_connection_is_not_shown_any_more),
        cmocka_unit_test(time_that_runs_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
