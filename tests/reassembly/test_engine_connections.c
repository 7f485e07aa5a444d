/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The native engine: how connections begin, end, are forgotten and begin again. One test for each thing.
 */
#include "tests/reassembly/wire.h"
#include "tests/support/unit.h"

enum { A = PACKET_ACK, SYN = PACKET_SYN, FIN = PACKET_FIN, RST = PACKET_RST };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

#define assert_got(wire, dir, want) assert_string_equal(wire_got(wire, dir), want)

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

/* The same packets on two VLANs and in two tunnels: copies, unless the numbers are part of the flow. */
static void copies_of_two_mirrors(void **state)
{
    (void)state;
    for (int apart = 0; apart < 2; apart++) {
        struct wire w;
        wire_open(&w);
        w.settings.vlan_in_flow = w.settings.tunnel_in_flow = (uint64_t)apart;
        w.several = true;
        for (unsigned copy = 0; copy < 3; copy++) {
            w.vlan_id = copy == 1 ? 5 : 0;
            w.tunnel_id = copy == 2 ? 42 : 0;
            wire_send(&w, C, 0, SYN, "");
            wire_send(&w, C, 1, A, "abc");
        }
        assert_int_equal(w.counters.streams, apart ? 3 : 1);
        assert_int_equal(w.counters.segments_duplicate, apart ? 0 : 2);
        assert_got(&w, C, apart ? "abcabcabc" : "abc");
        wire_close(&w);
    }
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
        cmocka_unit_test(reset_ends_it),
        cmocka_unit_test(reset_with_a_wrong_sequence_is_ignored),
        cmocka_unit_test(a_reset_host_that_goes_on_was_not_reset),
        cmocka_unit_test(ports_used_again_after_the_end),
        cmocka_unit_test(ports_used_again_without_an_end),
        cmocka_unit_test(a_syn_nobody_confirms_changes_nothing),
        cmocka_unit_test(simultaneous_open),
        cmocka_unit_test(half_closed),
        cmocka_unit_test(a_fin_before_its_data),
        cmocka_unit_test(midstream),
        cmocka_unit_test(midstream_out_of_order),
        cmocka_unit_test(data_captured_before_the_syn),
        cmocka_unit_test(one_sided),
        cmocka_unit_test(the_table_of_connections_is_bounded),
        cmocka_unit_test(a_flood_of_syns_does_not_displace_connections_in_use),
        cmocka_unit_test(time_outs),
        cmocka_unit_test(packets_keep_it_alive),
        cmocka_unit_test(an_ignored_connection_is_not_shown_any_more),
        cmocka_unit_test(copies_of_two_mirrors),
        cmocka_unit_test(time_that_runs_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
