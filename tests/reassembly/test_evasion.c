/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Insertion and evasion (Ptacek and Newsham, 1998) against the whole way from frame to mail: a client that
 * wants the sensor to read another mail than the server does. The server's view is the mail that must come
 * out; where a passive observer cannot know it, the mail must say that copies of its bytes contradict each
 * other.
 */
#include "reassembly/decode/decode.h"
#include "reassembly/session/session.h"

#include "tests/support/frames.h"
#include "tests/support/unit.h"

enum { A = PACKET_ACK, SYN = PACKET_SYN, FIN = PACKET_FIN, RST = PACKET_RST, MORE_FRAGMENTS = 0x2000 };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

#define CONTENT "Subject: invoice\r\n\r\nPlease open http://evil.example/ today.\r\n"
enum { LEN = sizeof CONTENT - 1 };

struct scene {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct decoder decoder;
    struct assembler assembler;
    const struct engine_ops *ops;
    struct engine *engine;
    uint64_t now_ns;
    uint32_t seq[2];  /* next of each direction */
    uint32_t content; /* sequence number of the content's first byte */
    unsigned mails;
    uint64_t conflicts, missing;
    bool truncated;
    struct buffer body;
};

/* How a packet is not what it seems. */
struct trick {
    bool bad_checksum, bad_ip_checksum, no_ack;
    uint8_t ttl;
    unsigned flags; /* besides ACK */
};

static struct frame_stack stack;

static void take_mail(void *context, struct mail *mail)
{
    struct scene *scene = context;
    scene->mails++;
    scene->conflicts = mail->damage.conflicts;
    scene->missing = mail->damage.missing_bytes;
    scene->truncated = mail->damage.truncated;
    (void)buffer_append(&scene->body, buffer_slice(&mail->bytes));
    mail_free(&mail);
}

static void feed_stack(struct scene *scene)
{
    struct slice bytes = frame_bytes(&stack);
    struct frame frame = {scene->now_ns += 1000000, LINK_RAW, bytes, (uint32_t)bytes.len};
    struct packet packet;
    if (decode_frame(&scene->decoder, &frame, &packet) == DECODE_PACKET)
        assert_int_equal(scene->ops->feed(scene->engine, &packet), STATUS_OK);
}

static void put_segment(const struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                        struct trick trick)
{
    frame_put_tcp(&stack, &(struct tcp_fields){.seq = seq,
                                               .ack = trick.no_ack ? 0 : scene->seq[!dir],
                                               .flags = (uint8_t)(trick.flags | (trick.no_ack ? 0 : A)),
                                               .to_client = dir == S,
                                               .bad_checksum = trick.bad_checksum,
                                               .payload = payload});
}

static void send(struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                 struct trick trick)
{
    put_segment(scene, dir, seq, payload, trick);
    frame_put_ipv4(
        &stack,
        &(struct ip_fields){.to_client = dir == S, .ttl = trick.ttl, .bad_checksum = trick.bad_ip_checksum});
    feed_stack(scene);
}

/* In order, nothing special. */
static void say(struct scene *scene, enum direction dir, const char *text)
{
    send(scene, dir, scene->seq[dir], slice_from_cstr(text), (struct trick){0});
    scene->seq[dir] += (uint32_t)strlen(text);
}

static void open_scene(struct scene *scene)
{
    *scene = (struct scene){.settings = reassembly_default_settings(),
                            .ops = engine_find(SLICE("native")),
                            .now_ns = 1000000000,
                            .seq = {0xfffffff0, 5000},
                            .body = buffer_make(1 << 20)};
    scene->decoder = (struct decoder){.settings = &scene->settings, .counters = &scene->counters};
    scene->assembler = (struct assembler){.settings = &scene->settings,
                                          .counters = &scene->counters,
                                          .mail_fn = take_mail,
                                          .mail_context = scene};
    struct engine_options options = {&scene->settings, &scene->counters, assembler_sink(&scene->assembler)};
    struct error error;
    scene->engine = scene->ops->open(&options, &error);
    assert_non_null(scene->engine);
}

static void shake_hands(struct scene *scene)
{
    send(scene, C, scene->seq[C]++, SLICE(""), (struct trick){.flags = SYN, .no_ack = true});
    send(scene, S, scene->seq[S]++, SLICE(""), (struct trick){.flags = SYN});
    say(scene, C, "");
}

static void talk_up_to_content(struct scene *scene)
{
    say(scene, S, "220 mx.example ESMTP\r\n");
    say(scene, C, "HELO client.example\r\n");
    say(scene, S, "250 mx.example\r\n");
    say(scene, C, "MAIL FROM:<a@a.example>\r\n");
    say(scene, S, "250 Ok\r\n");
    say(scene, C, "RCPT TO:<b@b.example>\r\n");
    say(scene, S, "250 Ok\r\n");
    say(scene, C, "DATA\r\n");
    say(scene, S, "354 Go on\r\n");
    scene->content = scene->seq[C];
    scene->seq[C] += LEN;
}

static void begin(struct scene *scene)
{
    open_scene(scene);
    shake_hands(scene);
    talk_up_to_content(scene);
}

/* The bytes [from, to) of the content, as the client really sends them. */
static void real(struct scene *scene, size_t from, size_t to)
{
    struct slice part = slice_head(slice_skip(SLICE(CONTENT), from), to - from);
    send(scene, C, scene->content + (uint32_t)from, part, (struct trick){0});
}

/* So many other bytes there. */
static void forged(struct scene *scene, size_t from, size_t to, struct trick trick)
{
    uint8_t other[LEN];
    memset(other, 'X', sizeof other);
    send(scene, C, scene->content + (uint32_t)from, slice_make(other, to - from), trick);
}

/* The rest of the session: one mail must have come out, and be the server's. */
static void finish(struct scene *scene)
{
    say(scene, C, ".\r\n");
    say(scene, S, "250 Queued\r\n");
    say(scene, C, "QUIT\r\n");
    say(scene, S, "221 Bye\r\n");
    send(scene, C, scene->seq[C]++, SLICE(""), (struct trick){.flags = FIN});
    send(scene, S, scene->seq[S]++, SLICE(""), (struct trick){.flags = FIN});
    scene->ops->close(&scene->engine);
    decoder_free(&scene->decoder);
    assert_int_equal(scene->mails, 1);
    assert_slice_text(buffer_slice(&scene->body), CONTENT);
    assert_int_equal(scene->missing, 0);
    assert_false(scene->truncated);
    buffer_free(&scene->body);
}

/* ---- segments ---- */

static void nothing_special(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, LEN);
    finish(&s);
    assert_int_equal(s.conflicts, 0);
}

static void tiny_segments(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    for (size_t i = 0; i < LEN; i++) real(&s, i, i + 1);
    finish(&s);
}

static void tiny_segments_backwards(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    for (size_t i = LEN; i > 0; i--) real(&s, i - 1, i);
    finish(&s);
    assert_int_equal(s.counters.gaps, 0);
}

static void tiny_overlapping_segments_in_steps(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    for (size_t step = 0; step < 7; step++) {
        for (size_t i = 0; i < LEN; i++) {
            size_t at = i * 7 % LEN, end = at + 5 < LEN ? at + 5 : LEN;
            real(&s, at, end);
        }
    }
    finish(&s);
    assert_int_equal(s.conflicts, 0);
}

/* The server keeps what came first; the other copy comes later, before, behind, around and inside. */
static void overlap_where_the_first_copy_stays(void **state)
{
    (void)state;
    static const size_t other[][2] = {{20, 40}, {10, 30}, {30, 50}, {10, 50}, {25, 35}, {20, 30}, {39, 40}};
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        struct scene s;
        begin(&s);
        real(&s, 20, 40); /* waits for what is before it */
        real(&s, 10, 20);
        real(&s, 40, 50);
        forged(&s, other[i][0], other[i][1], (struct trick){0});
        real(&s, 0, 10);
        real(&s, 50, LEN);
        finish(&s);
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
        begin(&s);
        s.settings.overlap_last_wins = 1;
        forged(&s, other[i][0], other[i][1], (struct trick){0});
        real(&s, 10, 50);
        real(&s, 50, LEN);
        real(&s, 0, 10);
        finish(&s);
        assert_true(s.conflicts > 0);
    }
}

/* A retransmission with other content, of bytes the server has confirmed. */
static void another_copy_of_confirmed_bytes(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, 40);
    forged(&s, 0, 40, (struct trick){0});
    real(&s, 40, LEN);
    finish(&s);
    assert_true(s.conflicts > 0);
}

static void wrong_checksums_under_verify(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    s.decoder.verify_checksums = true;
    forged(&s, 0, LEN, (struct trick){.bad_checksum = true});
    forged(&s, 0, 30, (struct trick){.bad_ip_checksum = true});
    real(&s, 0, LEN);
    finish(&s);
    assert_int_equal(s.counters.checksum_bad, 2);
    assert_int_equal(s.conflicts, 0);
}

/* A copy that dies on its way because of its TTL. After the real one it changes nothing; before it nobody
 * beside the wire can tell which one arrived, but that there were two. */
static void a_copy_with_a_small_ttl(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, 30);
    forged(&s, 0, 30, (struct trick){.ttl = 1});
    real(&s, 30, LEN);
    finish(&s);
    assert_true(s.conflicts > 0);
    begin(&s);
    forged(&s, 0, 30, (struct trick){.ttl = 1});
    real(&s, 0, 30);
    real(&s, 30, LEN);
    s.ops->close(&s.engine);
    assert_int_equal(s.mails, 1);
    assert_true(s.conflicts > 0);
    buffer_free(&s.body);
}

static void payload_without_ack_or_with_reset(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    forged(&s, 0, 30, (struct trick){.no_ack = true});
    forged(&s, 0, 30, (struct trick){.no_ack = true, .flags = PACKET_PSH | PACKET_URG});
    forged(&s, 0, 30, (struct trick){.flags = RST});
    real(&s, 0, LEN);
    finish(&s);
    assert_int_equal(s.counters.segments_unacceptable, 3);
    assert_int_equal(s.conflicts, 0);
}

static void segments_outside_the_window(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, 30);
    send(&s, C, s.content + (1u << 30), SLICE("\r\n.\r\n"), (struct trick){0});
    send(&s, C, s.content - (1u << 30), SLICE("\r\n.\r\n"), (struct trick){0});
    real(&s, 30, LEN);
    finish(&s);
}

/* ---- the connection's state ---- */

static void resets_with_wrong_sequence_numbers(void **state)
{
    (void)state;
    static const int32_t offsets[] = {-1000, -1, 1, 5, 1000, 1 << 19, 1 << 28};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        struct scene s;
        begin(&s);
        real(&s, 0, 30);
        send(&s, C, s.content + 30 + (uint32_t)offsets[i], SLICE(""), (struct trick){.flags = RST});
        send(&s, S, s.seq[S] - 100, SLICE(""), (struct trick){.flags = RST});
        real(&s, 30, 40);
        s.now_ns += 10000000000;
        real(&s, 40, LEN);
        finish(&s);
    }
}

static void a_reset_that_does_not_arrive(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, 30);
    send(&s, C, s.content + 30, SLICE(""), (struct trick){.flags = RST, .ttl = 1, .no_ack = true});
    real(&s, 30, 40);
    s.now_ns += 10000000000;
    real(&s, 40, LEN);
    finish(&s);
}

static void fins_with_wrong_sequence_numbers(void **state)
{
    (void)state;
    static const int32_t offsets[] = {-1000, -1, 5, 1000, 1 << 20, 1 << 28};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        struct scene s;
        begin(&s);
        real(&s, 0, 30);
        send(&s, C, s.content + 30 + (uint32_t)offsets[i], SLICE(""), (struct trick){.flags = FIN});
        send(&s, S, s.seq[S] + 5000, SLICE(""), (struct trick){.flags = FIN});
        real(&s, 30, LEN);
        finish(&s);
        assert_int_equal(s.counters.gaps, 0);
    }
}

static void another_syn_in_the_middle(void **state)
{
    (void)state;
    struct scene s;
    begin(&s);
    real(&s, 0, 30);
    send(&s, C, s.content + 77777, SLICE("forged"), (struct trick){.flags = SYN, .no_ack = true});
    send(&s, C, s.content + 29, SLICE("forged"), (struct trick){.flags = SYN, .no_ack = true});
    real(&s, 30, LEN);
    finish(&s);
}

static void another_syn_before_the_real_one(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    send(&s, C, 12345678, SLICE(""), (struct trick){.flags = SYN, .no_ack = true, .ttl = 1});
    send(&s, C, 12345679, SLICE("EHLO x\r\n"), (struct trick){.ttl = 1});
    shake_hands(&s);
    talk_up_to_content(&s);
    real(&s, 0, LEN);
    finish(&s);
}

static void data_before_the_syn(void **state)
{
    (void)state;
    struct scene s;
    open_scene(&s);
    send(&s, C, s.seq[C] - 5000, SLICE("QUIT\r\n"), (struct trick){0});
    send(&s, S, s.seq[S] - 5000, SLICE("421 go away\r\n"), (struct trick){0});
    shake_hands(&s);
    talk_up_to_content(&s);
    real(&s, 0, LEN);
    finish(&s);
}

/* ---- fragments ---- */

/* The bytes [from, to) of the datagram in `whole` as a fragment. */
static void send_fragment(struct scene *scene, struct slice whole, size_t from, size_t to)
{
    frame_clear(&stack);
    frame_put(&stack, slice_head(slice_skip(whole, from), to - from));
    uint16_t field = (uint16_t)(from / 8 | (to < whole.len ? MORE_FRAGMENTS : 0));
    frame_put_ipv4(&stack, &(struct ip_fields){.id = 99, .fragment = field});
    feed_stack(scene);
}

static void fragments(struct scene *scene, bool overlap)
{
    uint8_t datagram[20 + LEN], other[20 + LEN];
    begin(scene);
    put_segment(scene, C, scene->content, SLICE(CONTENT), (struct trick){0});
    memcpy(datagram, frame_bytes(&stack).ptr, sizeof datagram);
    memset(other, 'X', sizeof other);
    struct slice whole = slice_make(datagram, sizeof datagram), forgery = slice_make(other, sizeof other);
    send_fragment(scene, whole, 40, 56);
    if (overlap) send_fragment(scene, forgery, 40, 56);
    send_fragment(scene, whole, 56, whole.len);
    send_fragment(scene, whole, 0, 8); /* too short for the TCP header */
    if (overlap) send_fragment(scene, forgery, 0, 8);
    send_fragment(scene, whole, 8, 40);
    finish(scene);
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
        cmocka_unit_test(segments_outside_the_window),
        cmocka_unit_test(resets_with_wrong_sequence_numbers),
        cmocka_unit_test(a_reset_that_does_not_arrive),
        cmocka_unit_test(fins_with_wrong_sequence_numbers),
        cmocka_unit_test(another_syn_in_the_middle),
        cmocka_unit_test(another_syn_before_the_real_one),
        cmocka_unit_test(data_before_the_syn),
        cmocka_unit_test(tiny_fragments_out_of_order),
        cmocka_unit_test(overlapping_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
