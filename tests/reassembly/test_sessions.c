/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The conversations of conversations/, each fed whole, byte by byte, cut in two at every position and at
 * random places: the same mails and session reports must come out, and no secret.
 */
#include "reassembly/session/session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/reassembly/conversation.h"
#include "tests/reassembly/rendering.h"
#include "tests/support/unit.h"

enum { CONVERSATIONS_MAX = 600, RANDOM_RUNS = 60, CUTS_MAX = 2000 };

/* Decides where the bytes are cut: called with the position of each byte in the conversation, tells whether a
 * piece ends before it. */
typedef bool (*cut_fn)(void *context, size_t position);

struct run {
    const struct conversation *conversation;
    struct reassembly_counters counters;
    struct buffer result;
};

/* ---- playing ---- */

static void check_no_secret(const struct conversation *c, struct slice text)
{
    for (size_t i = 0; i < c->secret_count; i++) {
        if (slice_find(text, buffer_slice(&c->secrets[i])) < text.len)
            fail_msg("secret \"%s\" came out", buffer_cstr((struct buffer *)(uintptr_t)&c->secrets[i]));
    }
}

static void check_anomalies_for_secrets(const struct conversation *c, const struct mail_anomaly *items,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) check_no_secret(c, items[i].evidence);
}

static void check_mail_for_secrets(const struct conversation *c, const struct mail *mail)
{
    const struct mail_session *s = &mail->session;
    const struct mail_envelope *e = &mail->envelope;
    const struct slice facts[] = {s->banner,
                                  s->helo,
                                  s->user,
                                  s->auth_mechanism,
                                  s->origin,
                                  e->mail_from,
                                  e->mail_from_parameters,
                                  buffer_slice(&mail->bytes)};
    for (size_t i = 0; i < COUNT_OF(facts); i++) check_no_secret(c, facts[i]);
    for (size_t i = 0; i < e->rcpt_count; i++) check_no_secret(c, e->rcpt_to[i]);
    for (size_t i = 0; i < e->recipient_count; i++) {
        check_no_secret(c, e->recipients[i].address);
        check_no_secret(c, e->recipients[i].parameters);
    }
    for (size_t i = 0; i < s->reply_count; i++) {
        check_no_secret(c, s->replies[i].command);
    }
    check_anomalies_for_secrets(c, s->anomalies, s->anomaly_count);
}

static void check_tally_for_secrets(const struct conversation *c, const struct session_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) check_no_secret(c, tally->items[i].name);
}

static void take_session(void *context, struct session_report *report)
{
    struct run *run = context;
    const struct slice facts[] = {report->banner, report->helo, report->user, report->auth_mechanism,
                                  report->origin};
    for (size_t i = 0; i < COUNT_OF(facts); i++) check_no_secret(run->conversation, facts[i]);
    check_tally_for_secrets(run->conversation, &report->commands);
    check_tally_for_secrets(run->conversation, &report->replies);
    check_anomalies_for_secrets(run->conversation, report->anomalies, report->anomaly_count);
    render_session(&run->result, report);
    session_report_free(&report);
}

static void take_mail(void *context, struct mail *mail)
{
    struct run *run = context;
    check_mail_for_secrets(run->conversation, mail);
    render_mail(&run->result, mail);
    mail_free(&mail);
}

/* Sends a step's bytes in pieces; returns false when nobody follows any more. */
static bool play_bytes(const struct stream_sink *sink, struct stream *stream, const struct step *step,
                       size_t position, uint64_t *now_ns, cut_fn cut, void *context)
{
    struct slice bytes = buffer_slice(&step->bytes);
    size_t from = 0;
    for (size_t at = 1; at <= bytes.len; at++) {
        if (at < bytes.len && !cut(context, position + at)) continue;
        /* A copy of its own, so that reading beyond the piece is seen. */
        uint8_t *piece = malloc(at - from);
        assert_non_null(piece);
        memcpy(piece, bytes.ptr + from, at - from);
        enum stream_interest interest =
            sink->data_fn(sink->context, stream, step->dir, slice_make(piece, at - from), (*now_ns)++);
        free(piece);
        if (interest == STREAM_IGNORE) return false;
        from = at;
    }
    return true;
}

/* Plays the conversation and renders all that comes out; the caller frees the result. */
static struct buffer play(const struct conversation *c, cut_fn cut, void *context)
{
    struct run run = {.conversation = c, .result = buffer_make(1 << 26)};
    struct assembler assembler = {.settings = &c->settings,
                                  .counters = &run.counters,
                                  .mail_fn = take_mail,
                                  .mail_context = &run,
                                  .session_fn = take_session,
                                  .session_context = &run};
    struct stream_sink sink = assembler_sink(&assembler);
    struct stream stream = {.midstream = c->midstream};
    stream.flow.server.port = c->server_port;
    stream.flow.client.port = 40000;
    uint64_t now_ns = 1;
    size_t position = 0;
    bool followed = true;
    sink.open_fn(sink.context, &stream, now_ns);
    for (size_t i = 0; i < c->step_count && followed; i++) {
        const struct step *step = &c->steps[i];
        if (step->gap_len > 0) {
            followed =
                sink.gap_fn(sink.context, &stream, step->dir, step->gap_len, now_ns++) == STREAM_FOLLOW;
        } else {
            followed = play_bytes(&sink, &stream, step, position, &now_ns, cut, context);
        }
        position += step->bytes.len;
    }
    sink.close_fn(sink.context, &stream, STREAM_CLOSE_FIN, now_ns);
    assert_int_equal(assembler.holding.bytes, 0);
    assembler_free(&assembler);
    render_counters(&run.result, &run.counters);
    check_no_secret(c, buffer_slice(&run.result));
    return run.result;
}

/* ---- ways of cutting ---- */

static bool cut_nowhere(void *context, size_t position)
{
    (void)context, (void)position;
    return false;
}

static bool cut_everywhere(void *context, size_t position)
{
    (void)context, (void)position;
    return true;
}

static bool cut_at(void *context, size_t position)
{
    return position == *(const size_t *)context;
}

struct dice {
    uint64_t state;
    unsigned one_in;
};

static bool cut_by_dice(void *context, size_t position)
{
    struct dice *dice = context;
    (void)position;
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (dice->state >> 33) % dice->one_in == 0;
}

/* ---- the tests ---- */

static size_t total_len(const struct conversation *c)
{
    size_t len = 0;
    for (size_t i = 0; i < c->step_count; i++) len += c->steps[i].bytes.len;
    return len;
}

static void check_same(struct buffer got, struct slice want, const char *how, size_t detail)
{
    if (!slice_equal(buffer_slice(&got), want))
        fail_msg("%s %zu: not the same\n--- got\n%s--- whole\n%.*s", how, detail, buffer_cstr(&got),
                 (int)want.len, (const char *)want.ptr);
    buffer_free(&got);
}

static void check_result(const struct conversation *c, struct slice result)
{
    struct slice wanted = buffer_slice(&c->expected);
    struct buffer got = buffer_make(1 << 26);
    render_filter(&got, result, wanted);
    if (!slice_equal(buffer_slice(&got), wanted))
        fail_msg("not what is expected\n--- got\n%s--- expected\n%.*s", buffer_cstr(&got), (int)wanted.len,
                 (const char *)wanted.ptr);
    buffer_free(&got);
}

static void conversation_gives_its_mails(void **state)
{
    struct conversation *c = conversation_read(*state);
    struct buffer whole = play(c, cut_nowhere, NULL);
    struct slice want = buffer_slice(&whole);
    size_t len = total_len(c), stride = len / CUTS_MAX + 1; /* long ones are long by repetition */
    check_result(c, want);
    check_same(play(c, cut_everywhere, NULL), want, "byte by byte", 1);
    for (size_t at = 1; at < len; at += at < CUTS_MAX / 2 || at + CUTS_MAX / 2 > len ? 1 : stride)
        check_same(play(c, cut_at, &at), want, "cut at", at);
    for (unsigned i = 0; i < RANDOM_RUNS; i++) {
        struct dice dice = {i, i % 2 == 0 ? 3 : 20};
        check_same(play(c, cut_by_dice, &dice), want, "random cuts, seed", i);
    }
    buffer_free(&whole);
    conversation_free(&c);
}

static int is_conversation(const struct dirent *entry)
{
    return slice_ends_nocase(slice_from_cstr(entry->d_name), SLICE(".txt"));
}

int main(void)
{
    static char paths[CONVERSATIONS_MAX][300];
    static struct CMUnitTest tests[CONVERSATIONS_MAX];
    struct dirent **names = NULL;
    int count = scandir("conversations", &names, is_conversation, alphasort);
    if (count <= 0 || count > CONVERSATIONS_MAX) {
        print_error("no conversations, or too many\n");
        return 1;
    }
    for (int i = 0; i < count; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "conversations/%s", names[i]->d_name);
        tests[i] = (struct CMUnitTest){paths[i], conversation_gives_its_mails, NULL, NULL, paths[i]};
        free(names[i]);
    }
    free(names);
    return _cmocka_run_group_tests("conversations", tests, (size_t)count, NULL, NULL);
}
