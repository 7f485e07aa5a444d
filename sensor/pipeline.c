/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wires capture, decode, engine and sessions together; see pipeline.h.
 */
#include "sensor/pipeline.h"

#include "sensor/capture.h"

static void poll_keylog(void *context)
{
    struct mail_reader *reader = context;
    if (reader->keylog) keylog_poll(reader->keylog);
}

/* Frames between two looks at the key log. */
enum { KEYLOG_POLL_FRAMES = 256 };

static enum status open_keylog(struct mail_reader *reader, const char *path, struct error *error)
{
    reader->secrets = tls_secrets_new(reader->settings.tls_secrets_max);
    if (!path) return STATUS_OK;
    reader->keylog = keylog_open(path, reader->secrets, error);
    reader->assembler.secrets = reader->secrets;
    reader->assembler.poll_secrets = poll_keylog;
    reader->assembler.secrets_context = reader;
    return reader->keylog ? STATUS_OK : STATUS_IO;
}

enum status mail_reader_open(struct mail_reader *reader, const struct options *options, mail_fn on_mail,
                             session_fn on_session, void *context, struct error *error)
{
    *reader = (struct mail_reader){.settings = options->config.reassembly, .ops = options->engine};
    reader->health.settings = options->config.health;
    reader->decoder = (struct decoder){&reader->settings, &reader->counters, options->verify_checksums, NULL};
    reader->assembler = (struct assembler){.settings = &reader->settings,
                                           .counters = &reader->counters,
                                           .mail_fn = on_mail,
                                           .mail_context = context,
                                           .session_fn = on_session,
                                           .session_context = context};
    struct engine_options engine = {&reader->settings, &reader->counters, assembler_sink(&reader->assembler)};
    enum status status = open_keylog(reader, options->keylog, error);
    if (status == STATUS_OK) reader->engine = reader->ops->open(&engine, error);
    if (reader->engine) return STATUS_OK;
    mail_reader_close(reader);
    return status == STATUS_OK ? STATUS_UNSUPPORTED : status;
}

/* Secrets that have come since, from the key log or the capture itself. Without any, TLS is not looked into.
 */
static void look_for_secrets(struct mail_reader *reader)
{
    poll_keylog(reader);
    if (tls_secrets_generation(reader->secrets) > 0) reader->assembler.secrets = reader->secrets;
}

enum status mail_reader_feed(struct mail_reader *reader, const struct frame *frame)
{
    struct packet packet;
    enum status fed = STATUS_OK;
    if (frame->ts_ns > reader->last_ns) reader->last_ns = frame->ts_ns;
    if (decode_frame(&reader->decoder, frame, &packet) == DECODE_PACKET)
        fed = reader->ops->feed(reader->engine, &packet);
    health_watch(&reader->health, &reader->counters, false);
    return fed;
}

void mail_reader_tick(struct mail_reader *reader, uint64_t now_ns)
{
    if (now_ns > reader->last_ns) reader->last_ns = now_ns;
    look_for_secrets(reader);
    reader->ops->tick(reader->engine, reader->last_ns);
}

enum status mail_reader_read(struct mail_reader *reader, const char *path, struct error *error)
{
    struct frame frame;
    enum capture_result result = CAPTURE_FRAME;
    enum status fed = STATUS_OK;
    struct capture *capture = capture_open(path, reader->secrets, error);
    if (!capture) return STATUS_IO;
    reader->assembler.source_path = path;
    for (uint64_t i = 0; fed == STATUS_OK; i++) {
        if (i % KEYLOG_POLL_FRAMES == 0) look_for_secrets(reader);
        if ((result = capture_next(capture, &frame, error)) != CAPTURE_FRAME) break;
        fed = mail_reader_feed(reader, &frame);
    }
    capture_close(&capture);
    if (fed != STATUS_OK)
        return error_set(error, fed, "%s: engine %s has no memory left", path, reader->ops->name);
    return result == CAPTURE_END ? STATUS_OK : STATUS_IO;
}

static void count_secrets(struct mail_reader *reader)
{
    struct tls_secrets_counts counts = tls_secrets_counts(reader->secrets);
    reader->counters.tls_secrets = counts.secrets;
    reader->counters.tls_secrets_bad_lines = counts.bad_lines;
    reader->counters.limit_tls_secrets_max = counts.evicted;
}

void mail_reader_close(struct mail_reader *reader)
{
    keylog_close(&reader->keylog);
    if (reader->engine) reader->ops->close(&reader->engine);
    assembler_free(&reader->assembler);
    decoder_free(&reader->decoder);
    count_secrets(reader);
    tls_secrets_free(&reader->secrets);
    health_watch(&reader->health, &reader->counters, true);
}
