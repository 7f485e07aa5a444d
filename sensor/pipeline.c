/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wires the rooms together; see pipeline.h.
 */
#include "sensor/pipeline.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
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

enum status mail_reader_read(struct mail_reader *reader, const char *path, struct error *error)
{
    struct frame frame;
    struct packet packet;
    enum capture_result result = CAPTURE_FRAME;
    enum status fed = STATUS_OK;
    struct capture *capture = capture_open(path, reader->secrets, error);
    if (!capture) return STATUS_IO;
    reader->assembler.source_path = path;
    for (uint64_t i = 0; fed == STATUS_OK; i++) {
        if (i % KEYLOG_POLL_FRAMES == 0) look_for_secrets(reader);
        if ((result = capture_next(capture, &frame, error)) != CAPTURE_FRAME) break;
        if (frame.ts_ns > reader->last_ns) reader->last_ns = frame.ts_ns;
        if (decode_frame(&reader->decoder, &frame, &packet) == DECODE_PACKET)
            fed = reader->ops->feed(reader->engine, &packet);
        health_watch(&reader->health, &reader->counters, false);
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

enum status judge_open(struct judge *judge, const struct options *options, struct error *error)
{
    *judge = (struct judge){0};
    judge->publisher = publisher_new(&options->publish, error);
    if (!judge->publisher) return STATUS_USAGE;
    if (options->out_count == 0) {
        enum status status = publisher_add_output(judge->publisher, SLICE("-"), error);
        if (status != STATUS_OK) return status;
    }
    for (size_t i = 0; i < options->out_count; i++) {
        enum status status = publisher_add_output(judge->publisher, slice_from_cstr(options->outs[i]), error);
        if (status != STATUS_OK) return status;
    }
    if (options->extract) {
        judge->extractor = extractor_open(options->extract, &options->config.extract, error);
        if (!judge->extractor) return STATUS_IO;
    }
    judge->analysis = analysis_new(&options->config.analysis, error);
    return judge->analysis ? STATUS_OK : STATUS_USAGE;
}

/* The mail and all files in it that could be read. */
static void extract_mail(struct extractor *extractor, const struct mail *mail, const struct message *message)
{
    char id[EVENT_ID_SIZE];
    size_t count = 0;
    struct extract_file *files = mem_zalloc(message->file_count + 1, sizeof *files);
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *file = &message->files[i];
        bool was_read = file->sha256[0] != '\0';
        if (was_read) files[count++] = (struct extract_file){file->name, file->content};
    }
    publish_event_id(mail, id);
    extractor_write(extractor, id, buffer_slice(&mail->bytes), files, count);
    free(files);
}

void judge_mail(struct judge *judge, struct mail *mail)
{
    struct judgement *judgement = analysis_judge(judge->analysis, mail);
    judge->mails++;
    if (mail->last_ns > judge->last_ns) judge->last_ns = mail->last_ns;
    if (verdict_is_alert(&judgement->verdict)) judge->alerts++;
    publisher_publish_mail(judge->publisher, mail, judgement);
    if (judge->extractor) extract_mail(judge->extractor, mail, judgement->message);
    judgement_free(&judgement);
    mail_free(&mail);
}

bool judge_wants_sessions(const struct judge *judge)
{
    return publisher_wants_sessions(judge->publisher);
}

void judge_session(struct judge *judge, struct session_report *report)
{
    if (report->last_ns > judge->last_ns) judge->last_ns = report->last_ns;
    publisher_publish_session(judge->publisher, report);
    session_report_free(&report);
}

enum status judge_close(struct judge *judge, struct error *error)
{
    analysis_free(&judge->analysis);
    struct error unwritten = {""};
    enum status extracted = extractor_close(&judge->extractor, &unwritten);
    enum status status = publisher_close(&judge->publisher, error);
    if (extracted == STATUS_OK) return status;
    if (status != STATUS_OK) log_error("%s", error->text);
    return error_set(error, extracted, "%s", unwritten.text);
}
