/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory of unfinished mails: what happens when all sessions together hold more than mails_total_max_bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reassembly/session/session.h"

enum { SESSIONS = 8, LINES = 4000 };
#define LINE "0123456789abcdefghijklmnopqrstuvwxyz\r\n"

struct world {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct assembler assembler;
    struct stream_sink sink;
    struct stream streams[SESSIONS];
    uint64_t now_ns;
    size_t whole, truncated, mail_bytes;
};

static void take_mail(void *context, struct mail *mail)
{
    struct world *world = context;
    if (mail_is_complete(mail)) {
        world->whole++;
    } else {
        assert_true(mail->damage.truncated);
        world->truncated++;
    }
    world->mail_bytes += mail->bytes.len;
    mail_free(&mail);
}

static void world_open(struct world *world, uint64_t budget)
{
    *world = (struct world){.settings = reassembly_default_settings(), .now_ns = 1};
    world->settings.mails_total_max_bytes = budget;
    world->assembler = (struct assembler){.settings = &world->settings,
                                          .counters = &world->counters,
                                          .mail_fn = take_mail,
                                          .mail_context = world};
    world->sink = assembler_sink(&world->assembler);
    for (size_t i = 0; i < SESSIONS; i++) {
        world->streams[i].flow.server.port = 25;
        world->sink.open_fn(world->sink.context, &world->streams[i], world->now_ns);
    }
}

static void say(struct world *world, size_t session, enum direction dir, const char *text)
{
    world->now_ns += 1000000;
    (void)world->sink.data_fn(world->sink.context, &world->streams[session], dir, slice_from_cstr(text),
                              world->now_ns);
}

static void begin_mail(struct world *world, size_t session)
{
    say(world, session, DIR_TO_CLIENT, "220 mx.example ESMTP\r\n");
    say(world, session, DIR_TO_SERVER, "HELO a.example\r\n");
    say(world, session, DIR_TO_CLIENT, "250 mx.example\r\n");
    say(world, session, DIR_TO_SERVER, "MAIL FROM:<a@a.example>\r\n");
    say(world, session, DIR_TO_CLIENT, "250 Ok\r\n");
    say(world, session, DIR_TO_SERVER, "RCPT TO:<b@b.example>\r\n");
    say(world, session, DIR_TO_CLIENT, "250 Ok\r\n");
    say(world, session, DIR_TO_SERVER, "DATA\r\n");
    say(world, session, DIR_TO_CLIENT, "354 go on\r\n");
    say(world, session, DIR_TO_SERVER, "Subject: x\r\n\r\n");
}

static void end_mail(struct world *world, size_t session)
{
    say(world, session, DIR_TO_SERVER, ".\r\n");
    say(world, session, DIR_TO_CLIENT, "250 queued\r\n");
}

/* All sessions send a mail at the same time, line by line. */
static void send_side_by_side(struct world *world)
{
    for (size_t i = 0; i < SESSIONS; i++) begin_mail(world, i);
    for (size_t line = 0; line < LINES; line++)
        for (size_t i = 0; i < SESSIONS; i++) {
            say(world, i, DIR_TO_SERVER, LINE);
            assert_true(world->assembler.holding.bytes <= world->settings.mails_total_max_bytes);
        }
    for (size_t i = 0; i < SESSIONS; i++) end_mail(world, i);
}

static void world_close(struct world *world)
{
    for (size_t i = 0; i < SESSIONS; i++)
        world->sink.close_fn(world->sink.context, &world->streams[i], STREAM_CLOSE_FIN, world->now_ns);
    assert_int_equal(world->assembler.holding.bytes, 0);
    assert_null(world->assembler.holding.head);
    assembler_free(&world->assembler);
}

static void test_enough_memory_keeps_all(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, (size_t)64 << 20);
    send_side_by_side(&world);
    world_close(&world);
    assert_int_equal(world.whole, SESSIONS);
    assert_int_equal(world.counters.limit_mails_total_max_bytes, 0);
}

static void test_too_little_hands_out_what_there_is(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 512 << 10);
    send_side_by_side(&world);
    world_close(&world);
    assert_true(world.truncated >= SESSIONS - 2);
    assert_int_equal(world.counters.limit_mails_total_max_bytes, world.truncated);
    assert_int_equal(world.counters.mails_incomplete, world.truncated);
    assert_true(world.mail_bytes > SESSIONS * LINES * (sizeof LINE - 1) / 4);
}

/* The silent session goes, the busy one stays whole, and the silent one's next mail is read again. */
static void test_the_longest_silent_goes_first(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 512 << 10);
    begin_mail(&world, 0);
    for (size_t line = 0; line < 1000; line++) say(&world, 0, DIR_TO_SERVER, LINE);
    begin_mail(&world, 1);
    for (size_t line = 0; line < 8000; line++) say(&world, 1, DIR_TO_SERVER, LINE);
    assert_int_equal(world.truncated, 1);
    end_mail(&world, 1);
    assert_int_equal(world.whole, 1);
    end_mail(&world, 0);
    say(&world, 0, DIR_TO_SERVER, "MAIL FROM:<a@a.example>\r\n");
    say(&world, 0, DIR_TO_CLIENT, "250 Ok\r\n");
    say(&world, 0, DIR_TO_SERVER, "RCPT TO:<b@b.example>\r\n");
    say(&world, 0, DIR_TO_CLIENT, "250 Ok\r\n");
    say(&world, 0, DIR_TO_SERVER, "DATA\r\n");
    say(&world, 0, DIR_TO_CLIENT, "354 go on\r\n");
    say(&world, 0, DIR_TO_SERVER, "Subject: second\r\n\r\nhello\r\n");
    end_mail(&world, 0);
    assert_int_equal(world.whole, 2);
    world_close(&world);
    assert_int_equal(world.truncated, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enough_memory_keeps_all),
        cmocka_unit_test(test_too_little_hands_out_what_there_is),
        cmocka_unit_test(test_the_longest_silent_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
