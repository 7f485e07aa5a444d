/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One way for outcomes, wherever analysis happens; see judge.h.
 */
#include "sensor/judge.h"
#include "sensor/rule_files.h"

#include <errno.h>

#include "base/log.h"
#include "sensor/workers/mail_wire.h"
#include "sensor/workers/memory.h"

enum { MODEL_MAX_BYTES = 1 << 24 };

static void give_out(struct judge *judge, const struct mail *mail, const struct outcome *outcome)
{
    if (outcome->rendering.is_alert) judge->alerts++;
    publisher_give_mail(judge->analyzer.publisher, &outcome->rendering);
    if (!judge->extractor) return;
    char id[EVENT_ID_SIZE];
    publish_event_id(mail, id);
    extractor_write(judge->extractor, id, buffer_slice(&mail->bytes), outcome->files, outcome->file_count);
}

static void recall(void *context, const struct outcome *outcome, struct buffer *memory)
{
    struct judge *judge = context;
    struct password_store *store = analysis_password_store(judge->analyzer.analysis);
    memory_recall(store, buffer_slice(&outcome->notes), memory);
}

static void on_outcome(void *context, struct slice bytes, const struct outcome *outcome)
{
    struct judge *judge = context;
    analysis_add_counters(judge->analyzer.analysis, &outcome->analysis);
    publisher_add_counters(judge->analyzer.publisher, &outcome->publish);
    memory_apply(analysis_password_store(judge->analyzer.analysis), buffer_slice(&outcome->notes));
    struct mail *mail = judge->extractor ? mail_wire_read(bytes) : NULL;
    give_out(judge, mail, outcome);
    mail_free(&mail);
}

static void on_failure(void *context, struct slice bytes, struct slice why)
{
    struct judge *judge = context;
    struct mail *mail = mail_wire_read(bytes);
    if (!mail) return;
    analyzer_fail(&judge->analyzer, mail, why, &judge->outcome);
    give_out(judge, mail, &judge->outcome);
    outcome_clear(&judge->outcome);
    mail_free(&mail);
}

static void on_session(void *context, struct session_report *report)
{
    struct judge *judge = context;
    publisher_publish_session(judge->analyzer.publisher, report);
    session_report_free(&report);
}

static enum status open_outputs(struct judge *judge, const struct options *options, struct error *error)
{
    struct publisher *publisher = judge->analyzer.publisher;
    if (options->out_count == 0) return publisher_add_output(publisher, SLICE("-"), error);
    for (size_t i = 0; i < options->out_count; i++) {
        enum status status = publisher_add_output(publisher, slice_from_cstr(options->outs[i]), error);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

static enum status open_pool(struct judge *judge, const struct options *options, struct error *error)
{
    struct pool_client client = {recall, on_outcome, on_failure, on_session, judge};
    if (options->workers == 0) return STATUS_OK;
    judge->pool = pool_open(options->workers, &options->config.workers, &judge->analyzer, &client,
                            &judge->workers, error);
    return judge->pool ? STATUS_OK : STATUS_IO;
}

/* The text model of the configuration, when it names one. */
static enum status use_model(struct judge *judge, const char *path, struct error *error)
{
    struct buffer bytes = buffer_make(MODEL_MAX_BYTES);
    uint8_t piece[16384];
    if (!*path) return STATUS_OK;
    FILE *file = fopen(path, "rbe");
    if (!file) return error_set(error, STATUS_USAGE, "analysis.model_file: %s: %s", path, strerror(errno));
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        (void)buffer_append(&bytes, slice_make(piece, got));
    (void)fclose(file);
    struct error reason = {""};
    enum status status = analysis_use_model(judge->analyzer.analysis, buffer_slice(&bytes), &reason);
    buffer_free(&bytes);
    if (status == STATUS_OK) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "analysis.model_file: %s: %s", path, reason.text);
}

enum status judge_open(struct judge *judge, const struct options *options, struct error *error)
{
    *judge = (struct judge){.outcome = outcome_make()};
    judge->analyzer.publisher = publisher_new(&options->publish, error);
    if (!judge->analyzer.publisher) return STATUS_USAGE;
    enum status status = open_outputs(judge, options, error);
    if (status != STATUS_OK) return status;
    judge->analyzer.wants_files = options->extract != NULL;
    if (options->extract) {
        judge->extractor = extractor_open(options->extract, &options->config.extract, error);
        if (!judge->extractor) return STATUS_IO;
    }
    judge->analyzer.analysis = analysis_new(&options->config.analysis, error);
    if (!judge->analyzer.analysis) return STATUS_USAGE;
    status = use_model(judge, options->config.model_file, error);
    if (status == STATUS_OK)
        status = rule_files_load(options->config.yara_rules, judge->analyzer.analysis, error);
    return status == STATUS_OK ? open_pool(judge, options, error) : status;
}

void judge_mail(struct judge *judge, struct mail *mail)
{
    judge->mails++;
    if (mail->last_ns > judge->last_ns) judge->last_ns = mail->last_ns;
    if (judge->pool) {
        pool_put_mail(judge->pool, mail);
        return;
    }
    analyzer_run(&judge->analyzer, mail, &judge->outcome);
    give_out(judge, mail, &judge->outcome);
    outcome_clear(&judge->outcome);
    mail_free(&mail);
}

bool judge_wants_sessions(const struct judge *judge)
{
    return publisher_wants_sessions(judge->analyzer.publisher);
}

void judge_session(struct judge *judge, struct session_report *report)
{
    if (report->last_ns > judge->last_ns) judge->last_ns = report->last_ns;
    if (judge->pool) {
        pool_put_session(judge->pool, report);
    } else {
        on_session(judge, report);
    }
}

void judge_tick(struct judge *judge)
{
    if (judge->pool) pool_tick(judge->pool);
    publisher_tick(judge->analyzer.publisher);
}

void judge_finish(struct judge *judge)
{
    if (judge->pool) pool_finish(judge->pool);
}

enum status judge_close(struct judge *judge, struct error *error)
{
    struct error unwritten = {""};
    pool_free(&judge->pool);
    outcome_free(&judge->outcome);
    analysis_free(&judge->analyzer.analysis);
    enum status extracted = extractor_close(&judge->extractor, &unwritten);
    enum status status = publisher_close(&judge->analyzer.publisher, error);
    if (extracted == STATUS_OK) return status;
    if (status != STATUS_OK) log_error("%s", error->text);
    return error_set(error, extracted, "%s", unwritten.text);
}
