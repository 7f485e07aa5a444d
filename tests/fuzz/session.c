/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See session.h. The mails and the report of a run are written down as text, and the texts of the runs
 * compared.
 */
#include "tests/fuzz/session.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "reassembly/session/protocol.h"
#include "reassembly/session/smtp.h"

enum { CHUNK_TO_CLIENT = 1, CHUNK_GAP = 2, FLAG_MIDSTREAM = 1, TEXT_MAX = 1 << 26 };

#define NOW_NS 1700000000000000000u

struct run {
    struct stream_sink sink;
    struct stream stream;
    enum stream_interest interest;
    struct buffer mails;
    bool greeted, lossy; /* the server's first line was seen; see session.h */
};

static void write_slice(struct buffer *out, const char *name, struct slice s)
{
    (void)buffer_printf(out, "%s %zu ", name, s.len);
    (void)buffer_append(out, s);
    (void)buffer_append_byte(out, '\n');
}

static void write_recipient(struct buffer *out, const struct mail_recipient *recipient)
{
    write_slice(out, "recipient", recipient->address);
    write_slice(out, "parameters", recipient->parameters);
    write_slice(out, "status", slice_from_cstr(recipient->status.text));
    (void)buffer_printf(out, "%d %d\n", recipient->outcome, recipient->code);
}

/* How often is left out, and what the TLS reader saw: these go by the piece. */
static void write_anomalies(struct buffer *out, const struct mail_anomaly *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool by_piece = items[i].anomaly == ANOMALY_PLAINTEXT_BEFORE_TLS;
        write_slice(out, anomaly_name(items[i].anomaly), by_piece ? slice_make(NULL, 0) : items[i].evidence);
    }
}

static void write_tally(struct buffer *out, const struct session_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        write_slice(out, "said", tally->items[i].name);
        (void)buffer_printf(out, "%" PRIu64 "\n", tally->items[i].count);
    }
}

static void write_session(void *context, struct session_report *report)
{
    struct buffer *out = &((struct run *)context)->mails;
    write_tally(out, &report->commands);
    write_tally(out, &report->replies);
    write_anomalies(out, report->anomalies, report->anomaly_count);
    write_slice(out, "auth", report->auth_mechanism);
    (void)buffer_printf(out, "auth %d %" PRIu64 " %" PRIu64 "\n", report->auth_result, report->auth_attempts,
                        report->auth_failures);
    session_report_free(&report);
}

static void write_mail(void *context, struct mail *mail)
{
    struct buffer *out = &((struct run *)context)->mails;
    const struct mail_damage *damage = &mail->damage;
    (void)buffer_printf(out, "mail %" PRIu32 " %s %d %d missing %" PRIu64 " truncated %d\n", mail->index,
                        mail_via_name(mail->via), mail->accepted, mail->reading, damage->missing_bytes,
                        damage->truncated);
    for (size_t i = 0; i < damage->gap_count; i++) {
        FUZZ_CHECK(damage->gaps[i].offset <= mail->bytes.len);
        (void)buffer_printf(out, "gap %" PRIu64 " %" PRIu64 "\n", damage->gaps[i].offset,
                            damage->gaps[i].len);
    }
    write_slice(out, "from", mail->envelope.mail_from);
    for (size_t i = 0; i < mail->envelope.rcpt_count; i++)
        write_slice(out, "rcpt", mail->envelope.rcpt_to[i]);
    for (size_t i = 0; i < mail->envelope.recipient_count; i++)
        write_recipient(out, &mail->envelope.recipients[i]);
    for (size_t i = 0; i < mail->session.reply_count; i++) {
        write_slice(out, "reply", mail->session.replies[i].command);
        (void)buffer_printf(out, "%d\n", mail->session.replies[i].code);
    }
    write_anomalies(out, mail->session.anomalies, mail->session.anomaly_count);
    write_slice(out, "origin", mail->session.origin);
    write_slice(out, "helo", mail->session.helo);
    write_slice(out, "user", mail->session.user);
    write_slice(out, "bytes", buffer_slice(&mail->bytes));
    mail_free(&mail);
}

/* ---- feeding ---- */

static void feed(struct run *run, enum direction dir, struct slice bytes)
{
    if (run->interest == STREAM_IGNORE || bytes.len == 0) return;
    run->interest = run->sink.data_fn(run->sink.context, &run->stream, dir, bytes, NOW_NS);
}

static void feed_pieces(struct run *run, enum direction dir, struct slice bytes, size_t piece)
{
    while (bytes.len > 0) feed(run, dir, fuzz_take(&bytes, piece));
}

/* Chunks of `piece` bytes at most; 0 joins what follows each other in one direction. */
static void feed_chunks(struct run *run, struct slice input, size_t piece)
{
    struct buffer joined = buffer_make(TEXT_MAX);
    enum direction joined_dir = DIR_TO_SERVER;
    while (input.len > 0) {
        unsigned head = fuzz_number(&input, 1);
        enum direction dir = head & CHUNK_TO_CLIENT ? DIR_TO_CLIENT : DIR_TO_SERVER;
        size_t len = fuzz_number(&input, 2);
        bool is_gap = head & CHUNK_GAP;
        if (joined.len > 0 && (is_gap || dir != joined_dir)) {
            feed(run, joined_dir, buffer_slice(&joined));
            buffer_clear(&joined);
        }
        joined_dir = dir;
        run->lossy |= is_gap || (!run->greeted && dir == DIR_TO_SERVER);
        run->greeted |= slice_index(slice_head(input, len), '\n') < (len < input.len ? len : input.len);
        if (is_gap && len > 0 && run->interest == STREAM_FOLLOW) {
            run->interest = run->sink.gap_fn(run->sink.context, &run->stream, dir, len, NOW_NS);
        } else if (!is_gap && piece > 0) {
            feed_pieces(run, dir, fuzz_take(&input, len), piece);
        } else if (!is_gap) {
            (void)buffer_append(&joined, fuzz_take(&input, len));
        }
    }
    feed(run, joined_dir, buffer_slice(&joined));
    buffer_free(&joined);
}

/* Once commands and replies of SMTP do not match one to one, what is what depends on which came first. */
static bool is_out_of_step(const struct stream *stream)
{
    const struct session *session = stream->user;
    return session->protocol == &protocol_smtp && !((const struct smtp *)session->state)->in_step;
}

/* The mails as text, to be freed, and whether bytes were lost. */
static struct buffer mails_of(uint16_t server_port, struct slice input, size_t piece, bool midstream,
                              bool *lossy)
{
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct run run = {.mails = buffer_make(TEXT_MAX)};
    struct assembler assembler = {.settings = &settings,
                                  .counters = &counters,
                                  .mail_fn = write_mail,
                                  .mail_context = &run,
                                  .session_fn = write_session,
                                  .session_context = &run};
    run.sink = assembler_sink(&assembler);
    run.stream.midstream = midstream;
    run.stream.flow = (struct flow){.family = FAMILY_IPV4, .client.port = 40000, .server.port = server_port};
    run.sink.open_fn(run.sink.context, &run.stream, NOW_NS);
    feed_chunks(&run, input, piece);
    *lossy = run.lossy || midstream || is_out_of_step(&run.stream);
    run.sink.close_fn(run.sink.context, &run.stream, STREAM_CLOSE_FIN, NOW_NS);
    assembler_free(&assembler);
    return run.mails;
}

void fuzz_session(uint16_t server_port, struct slice input)
{
    bool midstream = fuzz_number(&input, 1) & FLAG_MIDSTREAM;
    const size_t pieces[] = {65536, 0, fuzz_number(&input, 1) % 64 + 1};
    struct buffer first = {0};
    bool lossy = false;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        bool lossy_now = false;
        struct buffer mails = mails_of(server_port, input, pieces[i], midstream, &lossy_now);
        lossy |= lossy_now;
        if (i == 0) {
            first = mails;
            continue;
        }
        bool same = lossy || slice_equal(buffer_slice(&first), buffer_slice(&mails));
        if (!same)
            (void)fprintf(stderr, "---- as given\n%s\n---- pieces of %zu\n%s\n", buffer_cstr(&first),
                          pieces[i], buffer_cstr(&mails));
        FUZZ_CHECK(same);
        buffer_free(&mails);
    }
    buffer_free(&first);
}
