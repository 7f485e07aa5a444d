/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Wires the rooms together; see pipeline.h.
 */
#include "sensor/pipeline.h"

#include "sensor/capture.h"

enum status mail_reader_open(struct mail_reader *reader, const struct options *options, mail_fn on_mail,
                             void *context, struct error *error)
{
    *reader = (struct mail_reader){.settings = options->config.reassembly, .ops = options->engine};
    reader->health.settings = options->config.health;
    reader->decoder = (struct decoder){&reader->settings, &reader->counters, options->verify_checksums, NULL};
    reader->assembler = (struct assembler){.settings = &reader->settings,
                                           .counters = &reader->counters,
                                           .mail_fn = on_mail,
                                           .mail_context = context};
    struct engine_options engine = {&reader->settings, &reader->counters, assembler_sink(&reader->assembler)};
    reader->engine = reader->ops->open(&engine, error);
    return reader->engine ? STATUS_OK : STATUS_UNSUPPORTED;
}

enum status mail_reader_read(struct mail_reader *reader, const char *path, struct error *error)
{
    struct frame frame;
    struct packet packet;
    enum capture_result result = CAPTURE_FRAME;
    enum status fed = STATUS_OK;
    struct capture *capture = capture_open(path, error);
    if (!capture) return STATUS_IO;
    reader->assembler.source_path = path;
    while (fed == STATUS_OK && (result = capture_next(capture, &frame, error)) == CAPTURE_FRAME) {
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

void mail_reader_close(struct mail_reader *reader)
{
    reader->ops->close(&reader->engine);
    assembler_free(&reader->assembler);
    decoder_free(&reader->decoder);
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
    judge->analysis = analysis_new(&options->config.analysis, error);
    return judge->analysis ? STATUS_OK : STATUS_USAGE;
}

void judge_mail(struct judge *judge, struct mail *mail)
{
    struct judgement *judgement = analysis_judge(judge->analysis, mail);
    judge->mails++;
    if (mail->last_ns > judge->last_ns) judge->last_ns = mail->last_ns;
    if (verdict_is_alert(&judgement->verdict)) judge->alerts++;
    publisher_publish_mail(judge->publisher, mail, judgement);
    judgement_free(&judgement);
    mail_free(&mail);
}

enum status judge_close(struct judge *judge, struct error *error)
{
    analysis_free(&judge->analysis);
    return judge->publisher ? publisher_close(&judge->publisher, error) : STATUS_OK;
}
