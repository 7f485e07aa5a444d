/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An SMTP session on the wire; see scene.h.
 */
#include "tests/reassembly/scene.h"

#include "tests/support/unit.h"

enum { A = PACKET_ACK, SYN = PACKET_SYN, FIN = PACKET_FIN };

static const enum direction C = DIR_TO_SERVER, S = DIR_TO_CLIENT;

struct frame_stack scene_stack;

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

void scene_feed_stack(struct scene *scene)
{
    struct slice bytes = frame_bytes(&scene_stack);
    struct frame frame = {scene->now_ns += 1000000, LINK_RAW, bytes, (uint32_t)bytes.len};
    struct packet packet;
    if (decode_frame(&scene->decoder, &frame, &packet) == DECODE_PACKET)
        assert_int_equal(scene->ops->feed(scene->engine, &packet), STATUS_OK);
}

void scene_put_segment(const struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                       struct trick trick)
{
    frame_put_tcp(&scene_stack, &(struct tcp_fields){.seq = seq,
                                                     .ack = trick.no_ack ? 0 : scene->seq[!dir],
                                                     .flags = (uint8_t)(trick.flags | (trick.no_ack ? 0 : A)),
                                                     .urgent = trick.urgent,
                                                     .to_client = dir == S,
                                                     .bad_checksum = trick.bad_checksum,
                                                     .payload = payload});
}

void scene_send(struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                struct trick trick)
{
    scene_put_segment(scene, dir, seq, payload, trick);
    frame_put_ipv4(
        &scene_stack,
        &(struct ip_fields){.to_client = dir == S, .ttl = trick.ttl, .bad_checksum = trick.bad_ip_checksum});
    scene_feed_stack(scene);
}

/* In order, nothing special. */
void scene_say(struct scene *scene, enum direction dir, const char *text)
{
    scene_send(scene, dir, scene->seq[dir], slice_from_cstr(text), (struct trick){0});
    scene->seq[dir] += (uint32_t)strlen(text);
}

void scene_open(struct scene *scene)
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

void scene_shake_hands(struct scene *scene)
{
    scene_send(scene, C, scene->seq[C]++, SLICE(""), (struct trick){.flags = SYN, .no_ack = true});
    scene_send(scene, S, scene->seq[S]++, SLICE(""), (struct trick){.flags = SYN});
    scene_say(scene, C, "");
}

void scene_talk_up_to_content(struct scene *scene)
{
    scene_say(scene, S, "220 mx.example ESMTP\r\n");
    scene_say(scene, C, "HELO client.example\r\n");
    scene_say(scene, S, "250 mx.example\r\n");
    scene_say(scene, C, "MAIL FROM:<a@a.example>\r\n");
    scene_say(scene, S, "250 Ok\r\n");
    scene_say(scene, C, "RCPT TO:<b@b.example>\r\n");
    scene_say(scene, S, "250 Ok\r\n");
    scene_say(scene, C, "DATA\r\n");
    scene_say(scene, S, "354 Go on\r\n");
    scene->content = scene->seq[C];
    scene->seq[C] += SCENE_LEN;
}

void scene_begin(struct scene *scene)
{
    scene_open(scene);
    scene_shake_hands(scene);
    scene_talk_up_to_content(scene);
}

/* The bytes [from, to) of the content, as the client really sends them. */
void scene_send_real(struct scene *scene, size_t from, size_t to)
{
    struct slice part = slice_head(slice_skip(SLICE(SCENE_CONTENT), from), to - from);
    scene_send(scene, C, scene->content + (uint32_t)from, part, (struct trick){0});
}

/* So many other bytes there. */
void scene_send_forged(struct scene *scene, size_t from, size_t to, struct trick trick)
{
    uint8_t other[SCENE_LEN];
    memset(other, 'X', sizeof other);
    scene_send(scene, C, scene->content + (uint32_t)from, slice_make(other, to - from), trick);
}

/* The rest of the session: one mail must have come out, and be the server's. */
void scene_finish(struct scene *scene)
{
    scene_say(scene, C, ".\r\n");
    scene_say(scene, S, "250 Queued\r\n");
    scene_say(scene, C, "QUIT\r\n");
    scene_say(scene, S, "221 Bye\r\n");
    scene_send(scene, C, scene->seq[C]++, SLICE(""), (struct trick){.flags = FIN});
    scene_send(scene, S, scene->seq[S]++, SLICE(""), (struct trick){.flags = FIN});
    scene->ops->close(&scene->engine);
    assembler_free(&scene->assembler);
    decoder_free(&scene->decoder);
    assert_int_equal(scene->mails, 1);
    assert_slice_text(buffer_slice(&scene->body), SCENE_CONTENT);
    assert_int_equal(scene->missing, 0);
    assert_false(scene->truncated);
    buffer_free(&scene->body);
}
