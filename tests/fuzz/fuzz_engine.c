/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stream through the native engine, cut, reordered and doubled by a script. Without loss the follower gets
 * the stream's bytes and no gap; with loss it gets them minus the gaps it is told of, at their place, and a
 * gap never covers a byte that was seen before it. Both directions carry the same bytes. Input: flags (1),
 * first sequence numbers (4, 4), steps (1), steps of 4 bytes (see struct step), the stream.
 */
#include <string.h>

#include "reassembly/stream/engine.h"
#include "tests/fuzz/fuzz.h"

enum { FLAG_LOSS = 1, FLAG_FIN = 2, FLAG_MIDSTREAM = 4, STREAM_MAX = 8192, SCRIPT_TIME_MAX_MS = 50000 };

#define NS_PER_MS 1000000u

enum step_kind { STEP_SEGMENT, STEP_NEXT, STEP_ACK, STEP_WAIT };

struct run {
    const struct engine_ops *ops;
    struct engine *engine;
    struct slice stream;
    unsigned flags;
    uint32_t first_seq[2];
    uint64_t now_ns, waited_ms;
    uint8_t sent[2][STREAM_MAX];
    size_t contiguous[2];        /* all before it was sent */
    size_t position[2], gaps[2]; /* where the follower stands; gaps it was told of */
    bool closed;
};

/* ---- the follower ---- */

static void on_open(void *context, struct stream *stream, uint64_t ts_ns)
{
    (void)context, (void)stream, (void)ts_ns;
}

static enum stream_interest on_data(void *context, struct stream *stream, enum direction dir,
                                    struct slice bytes, uint64_t ts_ns)
{
    (void)stream, (void)ts_ns;
    struct run *run = context;
    if (run->flags & FLAG_MIDSTREAM) return STREAM_FOLLOW;
    FUZZ_CHECK(!run->closed && bytes.len > 0);
    FUZZ_CHECK(slice_equal(bytes, slice_head(slice_skip(run->stream, run->position[dir]), bytes.len)));
    run->position[dir] += bytes.len;
    return STREAM_FOLLOW;
}

static enum stream_interest on_gap(void *context, struct stream *stream, enum direction dir, uint64_t len,
                                   uint64_t ts_ns)
{
    (void)stream, (void)ts_ns;
    struct run *run = context;
    if (run->flags & FLAG_MIDSTREAM) return STREAM_FOLLOW;
    FUZZ_CHECK((run->flags & FLAG_LOSS) && !run->closed && len > 0);
    FUZZ_CHECK(run->position[dir] + len <= run->stream.len);
    FUZZ_CHECK(!memchr(run->sent[dir] + run->position[dir], 1, len));
    run->position[dir] += len;
    run->gaps[dir] += len;
    return STREAM_FOLLOW;
}

static void on_close(void *context, struct stream *stream, enum stream_close reason, uint64_t ts_ns)
{
    (void)stream, (void)reason, (void)ts_ns;
    ((struct run *)context)->closed = true;
}

/* ---- the script ---- */

static void feed(struct run *run, enum direction dir, uint8_t flags, size_t offset, struct slice payload)
{
    struct packet p = {.ts_ns = run->now_ns, .family = FAMILY_IPV4, .flags = flags, .payload = payload};
    p.src = (struct endpoint){.addr = {10, 0, 0, 1 + dir}, .port = dir == DIR_TO_SERVER ? 40000 : 25};
    p.dst = (struct endpoint){.addr = {10, 0, 0, 2 - dir}, .port = dir == DIR_TO_SERVER ? 25 : 40000};
    p.seq = run->first_seq[dir] + (uint32_t)offset;
    p.ack = run->first_seq[!dir] + (uint32_t)run->contiguous[!dir];
    FUZZ_CHECK(run->ops->feed(run->engine, &p) == STATUS_OK);
}

static void send_segment(struct run *run, enum direction dir, size_t offset, size_t len)
{
    struct slice payload = slice_head(slice_skip(run->stream, offset), len);
    if (payload.len == 0) return;
    memset(run->sent[dir] + offset, 1, payload.len);
    size_t *contiguous = &run->contiguous[dir];
    while (*contiguous < run->stream.len && run->sent[dir][*contiguous]) ++*contiguous;
    feed(run, dir, PACKET_ACK, offset, payload);
}

/* With loss a receiver may confirm what the capture never saw. */
static void send_ack(struct run *run, enum direction dir, size_t offset)
{
    size_t kept = run->contiguous[!dir];
    if (run->flags & FLAG_LOSS) run->contiguous[!dir] = offset;
    feed(run, dir, PACKET_ACK, run->contiguous[dir], slice_make(NULL, 0));
    run->contiguous[!dir] = kept;
}

static void take_step(struct run *run, struct slice step)
{
    unsigned head = fuzz_number(&step, 1);
    enum direction dir = head & 1 ? DIR_TO_CLIENT : DIR_TO_SERVER;
    size_t offset = fuzz_number(&step, 2) % (run->stream.len + 1), len = fuzz_number(&step, 1) + 1;
    if (head & 8) len *= 16;
    switch ((enum step_kind)(head >> 1 & 3)) {
    case STEP_SEGMENT: send_segment(run, dir, offset, len); break;
    case STEP_NEXT: send_segment(run, dir, run->contiguous[dir], len); break;
    case STEP_ACK:
        for (unsigned i = 0; i <= head >> 4; i++) send_ack(run, dir, offset);
        break;
    case STEP_WAIT:
        if (run->waited_ms + len > SCRIPT_TIME_MAX_MS) break;
        run->waited_ms += len;
        run->now_ns += len * NS_PER_MS;
        run->ops->tick(run->engine, run->now_ns);
        break;
    }
}

static void send_rest(struct run *run, enum direction dir)
{
    while (run->contiguous[dir] < run->stream.len) send_segment(run, dir, run->contiguous[dir], 1460);
}

static void run_script(struct run *run, struct slice script)
{
    const struct slice none = {0};
    if (!(run->flags & FLAG_MIDSTREAM)) {
        feed(run, DIR_TO_SERVER, PACKET_SYN, (size_t)-1, none);
        feed(run, DIR_TO_CLIENT, PACKET_SYN | PACKET_ACK, (size_t)-1, none);
    }
    while (script.len > 0) take_step(run, fuzz_take(&script, 4));
    for (int dir = 0; dir < 2; dir++) {
        if (!(run->flags & FLAG_LOSS)) send_rest(run, (enum direction)dir);
    }
    for (int dir = 0; dir < 2 && (run->flags & FLAG_FIN); dir++)
        feed(run, (enum direction)dir, PACKET_FIN | PACKET_ACK, run->stream.len, none);
}

static void check_ends(const struct run *run)
{
    if (run->flags & FLAG_MIDSTREAM) return;
    for (int dir = 0; dir < 2; dir++) {
        const uint8_t *sent = run->sent[dir];
        FUZZ_CHECK(!memchr(sent + run->position[dir], 1, run->stream.len - run->position[dir]));
        FUZZ_CHECK((run->flags & FLAG_LOSS) ||
                   (run->position[dir] == run->stream.len && run->gaps[dir] == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct run run = {.ops = engine_find(SLICE("native")), .now_ns = 1700000000000000000u};
    run.flags = fuzz_number(&input, 1);
    for (int dir = 0; dir < 2; dir++) run.first_seq[dir] = fuzz_number(&input, 4);
    struct slice script = fuzz_take(&input, fuzz_number(&input, 1) * 4);
    run.stream = slice_head(input, STREAM_MAX);
    struct stream_sink sink = {&run, on_open, on_data, on_gap, on_close};
    struct engine_options options = {&settings, &counters, sink};
    run.engine = run.ops->open(&options, NULL);
    run_script(&run, script);
    run.ops->close(&run.engine);
    check_ends(&run);
    return 0;
}
