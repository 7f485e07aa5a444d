/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords do not stay in memory: the conversations that name secrets are played whole, byte by byte and cut
 * in two at every position, and no block of the heap may hold one when it is released, nor after the server
 * has answered.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/session.h"
#include "tests/reassembly/conversation.h"
#include "tests/reassembly/watch.h"
#include "tests/support/unit.h"

enum { CONVERSATIONS_MAX = 600, CUTS_MAX = 1500, NO_CUT = 0, CUT_EVERYWHERE = -1 };

static void drop_mail(void *context, struct mail *mail)
{
    (void)context;
    mail_free(&mail);
}

struct run {
    const struct conversation *conversation;
    struct reassembly_counters counters;
    struct assembler assembler;
    struct stream_sink sink;
    struct stream stream;
    long cut; /* position, or one of the above */
    bool is_over, has_gap;
};

static void drop_session(void *context, struct session_report *report)
{
    (void)context;
    session_report_free(&report);
}

/* Not where bytes were lost, which may be held as a mail's, nor in the window of a compressed session. */
static void check_live(const struct run *run, size_t step)
{
    if (run->has_gap || run->counters.sessions_compressed > 0) return;
    if (watch_finds_live()) fail_msg("cut at %ld: a secret is in memory after step %zu", run->cut, step);
}

/* A piece of its own, which is the engine's memory and not watched. */
static void give(struct run *run, enum direction dir, struct slice bytes)
{
    if (run->is_over || bytes.len == 0) return;
    uint8_t *piece = malloc(bytes.len);
    assert_non_null(piece);
    memcpy(piece, bytes.ptr, bytes.len);
    watch_begin();
    run->is_over = run->sink.data_fn(run->sink.context, &run->stream, dir, slice_make(piece, bytes.len), 1) ==
                   STREAM_IGNORE;
    watch_end();
    free(piece);
}

static void give_step(struct run *run, const struct step *step, size_t position)
{
    struct slice bytes = buffer_slice(&step->bytes);
    if (step->gap_len > 0 && !run->is_over) {
        run->has_gap = true;
        watch_begin();
        run->is_over =
            run->sink.gap_fn(run->sink.context, &run->stream, step->dir, step->gap_len, 1) == STREAM_IGNORE;
        watch_end();
    }
    if (run->cut == CUT_EVERYWHERE) {
        for (size_t i = 0; i < bytes.len; i++) give(run, step->dir, slice_make(bytes.ptr + i, 1));
        return;
    }
    size_t cut = (size_t)run->cut;
    size_t head = cut > position && cut < position + bytes.len ? cut - position : bytes.len;
    give(run, step->dir, slice_head(bytes, head));
    give(run, step->dir, slice_skip(bytes, head));
}

static void play(const struct conversation *c, long cut)
{
    watch_reset();
    struct run run = {.conversation = c, .cut = cut, .stream.midstream = c->midstream};
    size_t position = 0;
    run.assembler = (struct assembler){.settings = &c->settings,
                                       .counters = &run.counters,
                                       .mail_fn = drop_mail,
                                       .session_fn = drop_session,
                                       .session_context = &run};
    run.sink = assembler_sink(&run.assembler);
    run.stream.flow.server.port = c->server_port;
    for (size_t i = 0; i < c->secret_count; i++) watch_for(buffer_slice(&c->secrets[i]));
    watch_begin();
    run.sink.open_fn(run.sink.context, &run.stream, 1);
    watch_end();
    for (size_t i = 0; i < c->step_count && !run.is_over; i++) {
        give_step(&run, &c->steps[i], position);
        position += c->steps[i].bytes.len;
        if (c->steps[i].dir == DIR_TO_CLIENT && c->steps[i].gap_len == 0) check_live(&run, i);
    }
    watch_begin();
    run.sink.close_fn(run.sink.context, &run.stream, STREAM_CLOSE_FIN, 1);
    assembler_free(&run.assembler);
    watch_end();
    assert_true(watch_blocks() > 0);
    if (watch_leaks() > 0) fail_msg("cut at %ld: %zu blocks held a secret when released", cut, watch_leaks());
}

static void conversation_leaves_no_secret(void **state)
{
    struct conversation *c = conversation_read(*state);
    size_t len = 0;
    for (size_t i = 0; i < c->step_count; i++) len += c->steps[i].bytes.len;
    if (c->secret_count > 0) {
        play(c, NO_CUT);
        play(c, CUT_EVERYWHERE);
        for (size_t at = 1; at < len && at < CUTS_MAX; at++) play(c, (long)at);
    }
    conversation_free(&c);
}

/* The watch itself: growth by realloc() leaves a copy behind, wiped growth does not. */
static void watch_sees_what_is_left(void **state)
{
    (void)state;
    static const struct slice secret = SLICE_INIT("0123456789");
    for (int is_wiped = 0; is_wiped < 2; is_wiped++) {
        struct buffer b = buffer_make(4096);
        watch_reset();
        watch_for(secret);
        watch_begin();
        for (int i = 0; i < 20 && is_wiped; i++) wiped_append(&b, secret);
        for (int i = 0; i < 20 && !is_wiped; i++) (void)buffer_append(&b, secret);
        watch_end();
        assert_true(watch_finds_live());
        watch_begin();
        if (is_wiped) wiped_free(&b);
        buffer_free(&b);
        watch_end();
        assert_int_equal(watch_leaks() == 0, is_wiped);
        assert_false(watch_finds_live());
    }
}

static int is_conversation(const struct dirent *entry)
{
    return slice_ends_nocase(slice_from_cstr(entry->d_name), SLICE(".txt"));
}

int main(void)
{
    static char paths[CONVERSATIONS_MAX][300];
    static struct CMUnitTest tests[CONVERSATIONS_MAX + 1];
    struct dirent **names = NULL;
    int count = scandir("conversations", &names, is_conversation, alphasort);
    if (count <= 0 || count > CONVERSATIONS_MAX) {
        print_error("no conversations, or too many\n");
        return 1;
    }
    for (int i = 0; i < count; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "conversations/%s", names[i]->d_name);
        tests[i] = (struct CMUnitTest){paths[i], conversation_leaves_no_secret, NULL, NULL, paths[i]};
        free(names[i]);
    }
    free(names);
    tests[count] = (struct CMUnitTest)cmocka_unit_test(watch_sees_what_is_left);
    return _cmocka_run_group_tests("secrets", tests, (size_t)count + 1, NULL, NULL);
}
