/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What must hold whatever happens on the wire: cut anywhere, in any order within the tolerance, repeated and
 * overlapping with the same content, the stream comes out as it was; with segments dropped, it comes out with
 * exactly the dropped bytes declared missing. Each case has a seed of its own; a failure names it.
 */
#include "tests/reassembly/wire.h"
#include "tests/support/unit.h"

enum { CASES = 100000, STREAM_MAX = 160, PACKETS_MAX = 120, SEGMENT_MAX = 40 };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

struct dice {
    uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t roll(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(struct dice *dice, uint32_t n)
{
    return (uint32_t)(roll(dice) % n);
}

struct planned {
    enum direction dir;
    uint32_t from, len;
};

struct plan {
    struct planned packets[PACKETS_MAX];
    size_t count;
    uint8_t streams[2][STREAM_MAX];
    uint32_t lens[2];
    bool sent[2][STREAM_MAX]; /* bytes that are in some packet */
    unsigned drop_percent;
};

static void plan_packet(struct plan *plan, enum direction dir, uint32_t from, uint32_t len)
{
    if (plan->count == PACKETS_MAX) return;
    plan->packets[plan->count++] = (struct planned){dir, from, len};
    memset(plan->sent[dir] + from, true, len);
}

/* The stream in consecutive segments, then some more of its parts. */
static void plan_direction(struct dice *dice, struct plan *plan, enum direction dir)
{
    uint32_t len = plan->lens[dir] = below(dice, STREAM_MAX + 1);
    uint32_t longest = 1 + below(dice, SEGMENT_MAX);
    for (uint32_t i = 0; i < len; i++) plan->streams[dir][i] = (uint8_t)('A' + below(dice, 26));
    if (longest < 4) longest = 4; /* so that all fits into the plan */
    for (uint32_t at = 0; at < len;) {
        uint32_t part = 1 + below(dice, longest);
        if (len / longest > 10) part = longest;
        if (part > len - at) part = len - at;
        if (below(dice, 100) >= plan->drop_percent) plan_packet(plan, dir, at, part);
        at += part;
    }
    if (plan->drop_percent > 0 || len == 0) return;
    for (uint32_t again = below(dice, 8); again > 0; again--) {
        uint32_t from = below(dice, len), part = 1 + below(dice, len - from);
        plan_packet(plan, dir, from, part);
    }
}

static void shuffle(struct dice *dice, struct plan *plan)
{
    size_t reach = 1 + below(dice, 100);
    for (size_t i = 0; i < plan->count; i++) {
        size_t room = plan->count - i < reach ? plan->count - i : reach;
        size_t other = i + below(dice, (uint32_t)room);
        struct planned kept = plan->packets[i];
        plan->packets[i] = plan->packets[other];
        plan->packets[other] = kept;
    }
}

static void send_planned(struct dice *dice, struct wire *wire, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned *p = &plan->packets[i];
        uint32_t confirmed = 1 + below(dice, plan->lens[!p->dir] + 1); /* also of what comes later */
        if (confirmed > wire->ack[p->dir]) wire->ack[p->dir] = confirmed;
        wire_send_bytes(wire, p->dir, 1 + p->from, PACKET_ACK,
                        slice_make(plan->streams[p->dir] + p->from, p->len));
    }
}

/* The stream as it must come out: holes as <N>. */
static void check_direction(struct wire *wire, const struct plan *plan, enum direction dir)
{
    struct buffer want = buffer_make(10000);
    for (uint32_t at = 0; at < plan->lens[dir];) {
        uint32_t end = at;
        while (end < plan->lens[dir] && plan->sent[dir][end] == plan->sent[dir][at]) end++;
        if (plan->sent[dir][at]) {
            (void)buffer_append(&want, slice_make(plan->streams[dir] + at, end - at));
        } else {
            (void)buffer_printf(&want, "<%u>", end - at);
        }
        at = end;
    }
    assert_slice(buffer_slice(&wire->got[dir]), buffer_slice(&want));
    buffer_free(&want);
}

static uint64_t present_seed;

static int name_seed(void **state)
{
    (void)state;
    print_message("seed of the last case: %ju\n", (uintmax_t)present_seed);
    return 0;
}

static uint32_t random_isn(struct dice *dice)
{
    uint32_t any = (uint32_t)roll(dice);
    return below(dice, 2) ? any : 0u - below(dice, STREAM_MAX); /* half of them wrap */
}

static void try_case(uint64_t seed, unsigned drop_percent, bool midstream)
{
    struct dice dice = {present_seed = seed};
    struct plan plan = {.drop_percent = drop_percent};
    struct wire wire;
    wire_open(&wire);
    wire.step_ns = below(&dice, MS);
    wire.isn[C] = random_isn(&dice);
    wire.isn[S] = random_isn(&dice);
    plan_direction(&dice, &plan, C);
    plan_direction(&dice, &plan, S);
    shuffle(&dice, &plan);
    if (midstream) {
        wire.settings.start_tolerance_packets = PACKETS_MAX + 1;
        wire.settings.start_tolerance_ms = 1000;
    } else {
        wire_shake_hands(&wire);
    }
    send_planned(&dice, &wire, &plan);
    wire_say_goodbye(&wire, plan.lens[C], plan.lens[S]);
    wire_end(&wire);
    check_direction(&wire, &plan, C);
    check_direction(&wire, &plan, S);
    if (drop_percent == 0) assert_int_equal(wire.counters.gaps, 0);
    assert_int_equal(wire.counters.segments_conflicting, 0);
    wire_close(&wire);
}

static void the_same_bytes_come_out(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < CASES; i++) try_case(i, 0, false);
}

static void the_same_bytes_come_out_of_a_connection_joined_midway(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < CASES / 3; i++) try_case(1000000 + i, 0, true);
}

static void dropped_bytes_are_declared_exactly(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < CASES; i++) try_case(2000000 + i, 1 + (unsigned)(i % 60), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_same_bytes_come_out, name_seed),
        cmocka_unit_test_teardown(the_same_bytes_come_out_of_a_connection_joined_midway, name_seed),
        cmocka_unit_test_teardown(dropped_bytes_are_declared_exactly, name_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
