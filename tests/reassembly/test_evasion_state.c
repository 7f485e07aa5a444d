/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evasion by the state of the connection and by fragments (Ptacek and Newsham, 1998), from frame to mail:
 * resets, ends and beginnings that the server does not believe, and datagrams put together in another way.
 */
#include "tests/reassembly/scene.h"
#include "tests/support/unit.h"

enum { SYN = PACKET_SYN, FIN = PACKET_FIN, RST = PACKET_RST, MORE_FRAGMENTS = 0x2000 };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

/* ---- the connection's state ---- */

static void resets_with_wrong_sequence_numbers(void **state)
{
    (void)state;
    static const int32_t offsets[] = {-1000, -1, 1, 5, 1000, 1 << 19, 1 << 28};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        struct scene s;
        scene_begin(&s);
        scene_send_real(&s, 0, 30);
        scene_send(&s, C, s.content + 30 + (uint32_t)offsets[i], SLICE(""), (struct trick){.flags = RST});
        scene_send(&s, S, s.seq[S] - 100, SLICE(""), (struct trick){.flags = RST});
        scene_send_real(&s, 30, 40);
        s.now_ns += 10000000000;
        scene_send_real(&s, 40, SCENE_LEN);
        scene_finish(&s);
    }
}

static void a_reset_that_does_not_arrive(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 30);
    scene_send(&s, C, s.content + 30, SLICE(""), (struct trick){.flags = RST, .ttl = 1, .no_ack = true});
    scene_send_real(&s, 30, 40);
    s.now_ns += 10000000000;
    scene_send_real(&s, 40, SCENE_LEN);
    scene_finish(&s);
}

static void fins_with_wrong_sequence_numbers(void **state)
{
    (void)state;
    static const int32_t offsets[] = {-1000, -1, 5, 1000, 1 << 20, 1 << 28};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        struct scene s;
        scene_begin(&s);
        scene_send_real(&s, 0, 30);
        scene_send(&s, C, s.content + 30 + (uint32_t)offsets[i], SLICE(""), (struct trick){.flags = FIN});
        scene_send(&s, S, s.seq[S] + 5000, SLICE(""), (struct trick){.flags = FIN});
        scene_send_real(&s, 30, SCENE_LEN);
        scene_finish(&s);
        assert_int_equal(s.counters.gaps, 0);
    }
}

static void another_syn_in_the_middle(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 30);
    scene_send(&s, C, s.content + 77777, SLICE("forged"), (struct trick){.flags = SYN, .no_ack = true});
    scene_send(&s, C, s.content + 29, SLICE("forged"), (struct trick){.flags = SYN, .no_ack = true});
    scene_send_real(&s, 30, SCENE_LEN);
    scene_finish(&s);
}

static void another_syn_before_the_real_one(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_send(&s, C, 12345678, SLICE(""), (struct trick){.flags = SYN, .no_ack = true, .ttl = 1});
    scene_send(&s, C, 12345679, SLICE("EHLO x\r\n"), (struct trick){.ttl = 1});
    scene_shake_hands(&s);
    scene_talk_up_to_content(&s);
    scene_send_real(&s, 0, SCENE_LEN);
    scene_finish(&s);
}

static void data_before_the_syn(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_send(&s, C, s.seq[C] - 5000, SLICE("QUIT\r\n"), (struct trick){0});
    scene_send(&s, S, s.seq[S] - 5000, SLICE("421 go away\r\n"), (struct trick){0});
    scene_shake_hands(&s);
    scene_talk_up_to_content(&s);
    scene_send_real(&s, 0, SCENE_LEN);
    scene_finish(&s);
}

/* ---- fragments ---- */

/* The bytes [from, to) of the datagram in `whole` as a fragment. */
static void send_fragment(struct scene *scene, struct slice whole, size_t from, size_t to)
{
    frame_clear(&scene_stack);
    frame_put(&scene_stack, slice_head(slice_skip(whole, from), to - from));
    uint16_t field = (uint16_t)(from / 8 | (to < whole.len ? MORE_FRAGMENTS : 0));
    frame_put_ipv4(&scene_stack, &(struct ip_fields){.id = 99, .fragment = field});
    scene_feed_stack(scene);
}

static void fragments(struct scene *scene, bool overlap)
{
    uint8_t datagram[20 + SCENE_LEN], other[20 + SCENE_LEN];
    scene_begin(scene);
    scene_put_segment(scene, C, scene->content, SLICE(SCENE_CONTENT), (struct trick){0});
    memcpy(datagram, frame_bytes(&scene_stack).ptr, sizeof datagram);
    memset(other, 'X', sizeof other);
    struct slice whole = slice_make(datagram, sizeof datagram), forgery = slice_make(other, sizeof other);
    send_fragment(scene, whole, 40, 56);
    if (overlap) send_fragment(scene, forgery, 40, 56);
    send_fragment(scene, whole, 56, whole.len);
    send_fragment(scene, whole, 0, 8); /* too short for the TCP header */
    if (overlap) send_fragment(scene, forgery, 0, 8);
    send_fragment(scene, whole, 8, 40);
    scene_finish(scene);
}

static void tiny_fragments_out_of_order(void **state)
{
    (void)state;
    struct scene s;
    fragments(&s, false);
    assert_int_equal(s.counters.datagrams_defragmented, 1);
    assert_int_equal(s.counters.fragments_conflicting, 0);
}

static void overlapping_fragments(void **state)
{
    (void)state;
    struct scene s;
    fragments(&s, true);
    assert_int_equal(s.counters.datagrams_defragmented, 1);
    assert_int_equal(s.counters.fragments_conflicting, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resets_with_wrong_sequence_numbers), cmocka_unit_test(a_reset_that_does_not_arrive),
        cmocka_unit_test(fins_with_wrong_sequence_numbers),   cmocka_unit_test(another_syn_in_the_middle),
        cmocka_unit_test(another_syn_before_the_real_one),    cmocka_unit_test(data_before_the_syn),
        cmocka_unit_test(tiny_fragments_out_of_order),        cmocka_unit_test(overlapping_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
