/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Insertion and evasion by segments (Ptacek and Newsham, 1998), from frame to mail: a client that wants the
 * sensor to read another mail than the server does. The server's view is the mail that must come out; where a
 * passive observer cannot know it, the mail must say that copies of its bytes contradict each other.
 */
#include "tests/reassembly/scene.h"
#include "tests/support/unit.h"

enum { RST = PACKET_RST };

static const enum direction C = DIR_TO_SERVER;

static void nothing_special(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, SCENE_LEN);
    scene_finish(&s);
    assert_int_equal(s.conflicts, 0);
}

static void tiny_segments(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    for (size_t i = 0; i < SCENE_LEN; i++) scene_send_real(&s, i, i + 1);
    scene_finish(&s);
}

static void tiny_segments_backwards(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    for (size_t i = SCENE_LEN; i > 0; i--) scene_send_real(&s, i - 1, i);
    scene_finish(&s);
    assert_int_equal(s.counters.gaps, 0);
}

static void tiny_overlapping_segments_in_steps(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    for (size_t step = 0; step < 7; step++) {
        for (size_t i = 0; i < SCENE_LEN; i++) {
            size_t at = i * 7 % SCENE_LEN, end = at + 5 < SCENE_LEN ? at + 5 : SCENE_LEN;
            scene_send_real(&s, at, end);
        }
    }
    scene_finish(&s);
    assert_int_equal(s.conflicts, 0);
}

/* The server keeps what came first; the other copy comes later, before, behind, around and inside. */
static void overlap_where_the_first_copy_stays(void **state)
{
    (void)state;
    static const size_t other[][2] = {{20, 40}, {10, 30}, {30, 50}, {10, 50}, {25, 35}, {20, 30}, {39, 40}};
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        struct scene s;
        scene_begin(&s);
        scene_send_real(&s, 20, 40); /* waits for what is before it */
        scene_send_real(&s, 10, 20);
        scene_send_real(&s, 40, 50);
        scene_send_forged(&s, other[i][0], other[i][1], (struct trick){0});
        scene_send_real(&s, 0, 10);
        scene_send_real(&s, 50, SCENE_LEN);
        scene_finish(&s);
        assert_true(s.conflicts > 0);
    }
}

/* The server keeps what came last (some do), and the sensor is told so. */
static void overlap_where_the_last_copy_counts(void **state)
{
    (void)state;
    static const size_t other[][2] = {{20, 40}, {10, 30}, {30, 50}, {10, 50}, {25, 35}};
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        struct scene s;
        scene_begin(&s);
        s.settings.overlap_last_wins = 1;
        scene_send_forged(&s, other[i][0], other[i][1], (struct trick){0});
        scene_send_real(&s, 10, 50);
        scene_send_real(&s, 50, SCENE_LEN);
        scene_send_real(&s, 0, 10);
        scene_finish(&s);
        assert_true(s.conflicts > 0);
    }
}

/* A retransmission with other content, of bytes the server has confirmed. */
static void another_copy_of_confirmed_bytes(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 40);
    scene_send_forged(&s, 0, 40, (struct trick){0});
    scene_send_real(&s, 40, SCENE_LEN);
    scene_finish(&s);
    assert_true(s.conflicts > 0);
}

static void wrong_checksums_under_verify(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    s.decoder.verify_checksums = true;
    scene_send_forged(&s, 0, SCENE_LEN, (struct trick){.bad_checksum = true});
    scene_send_forged(&s, 0, 30, (struct trick){.bad_ip_checksum = true});
    scene_send_real(&s, 0, SCENE_LEN);
    scene_finish(&s);
    assert_int_equal(s.counters.checksum_bad, 2);
    assert_int_equal(s.conflicts, 0);
}

/* A copy that dies on its way because of its TTL. After the real one it changes nothing; before it nobody
 * beside the wire can tell which one arrived, but that there were two. */
static void a_copy_with_a_small_ttl(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 30);
    scene_send_forged(&s, 0, 30, (struct trick){.ttl = 1});
    scene_send_real(&s, 30, SCENE_LEN);
    scene_finish(&s);
    assert_true(s.conflicts > 0);
    scene_begin(&s);
    scene_send_forged(&s, 0, 30, (struct trick){.ttl = 1});
    scene_send_real(&s, 0, 30);
    scene_send_real(&s, 30, SCENE_LEN);
    s.ops->close(&s.engine);
    assembler_free(&s.assembler);
    assert_int_equal(s.mails, 1);
    assert_true(s.conflicts > 0);
    buffer_free(&s.body);
}

static void payload_without_ack_or_with_reset(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_forged(&s, 0, 30, (struct trick){.no_ack = true});
    scene_send_forged(&s, 0, 30, (struct trick){.no_ack = true, .flags = PACKET_PSH | PACKET_URG});
    scene_send_forged(&s, 0, 30, (struct trick){.flags = RST});
    scene_send_real(&s, 0, SCENE_LEN);
    scene_finish(&s);
    assert_int_equal(s.counters.segments_unacceptable, 3);
    assert_int_equal(s.conflicts, 0);
}

/* A program reads the stream without its urgent byte, here the '!'. The last piece of the content moves by
 * one for each. */
static void urgent_bytes(struct scene *scene, bool reordered, bool ahead)
{
    scene_begin(scene);
    uint32_t at = scene->content;
    scene->seq[C]++;
    struct slice content = SLICE(SCENE_CONTENT), rest = slice_skip(content, 27);
    if (reordered) scene_send(scene, C, at + 28, rest, (struct trick){0});
    if (ahead)
        scene_send(scene, C, at, slice_head(content, 10), (struct trick){.flags = PACKET_URG, .urgent = 21});
    scene_send(scene, C, at, SLICE("Subject: invoice\r\n\r\n!Please "),
               (struct trick){.flags = ahead ? 0 : PACKET_URG, .urgent = ahead ? 0 : 21});
    if (!reordered) scene_send(scene, C, at + 28, rest, (struct trick){0});
    if (!reordered)
        scene_send(scene, C, at + 20, SLICE("!Please "), (struct trick){0}); /* once more, as plain data */
    scene_finish(scene);
    assert_int_equal(scene->counters.urgent_bytes, 1);
}

static void urgent_data(void **state)
{
    (void)state;
    struct scene s;
    urgent_bytes(&s, false, false);
    urgent_bytes(&s, true, false);
    urgent_bytes(&s, false, true);
    urgent_bytes(&s, true, true);
}

/* The pointer points to what was read already, or far away. */
static void urgent_pointers_to_nowhere(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 30);
    scene_send(&s, C, s.content + 20, slice_head(slice_skip(SLICE(SCENE_CONTENT), 20), 20),
               (struct trick){.flags = PACKET_URG, .urgent = 5});
    scene_send_real(&s, 40, SCENE_LEN);
    scene_send(&s, C, s.seq[C], SLICE(""), (struct trick){.flags = PACKET_URG, .urgent = 60000});
    scene_finish(&s);
    assert_int_equal(s.counters.urgent_bytes, 0);
}

static void segments_outside_the_window(void **state)
{
    (void)state;
    struct scene s;
    scene_begin(&s);
    scene_send_real(&s, 0, 30);
    scene_send(&s, C, s.content + (1u << 30), SLICE("\r\n.\r\n"), (struct trick){0});
    scene_send(&s, C, s.content - (1u << 30), SLICE("\r\n.\r\n"), (struct trick){0});
    scene_send_real(&s, 30, SCENE_LEN);
    scene_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_special),
        cmocka_unit_test(tiny_segments),
        cmocka_unit_test(tiny_segments_backwards),
        cmocka_unit_test(tiny_overlapping_segments_in_steps),
        cmocka_unit_test(overlap_where_the_first_copy_stays),
        cmocka_unit_test(overlap_where_the_last_copy_counts),
        cmocka_unit_test(another_copy_of_confirmed_bytes),
        cmocka_unit_test(wrong_checksums_under_verify),
        cmocka_unit_test(a_copy_with_a_small_ttl),
        cmocka_unit_test(payload_without_ack_or_with_reset),
        cmocka_unit_test(urgent_data),
        cmocka_unit_test(urgent_pointers_to_nowhere),
        cmocka_unit_test(segments_outside_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
