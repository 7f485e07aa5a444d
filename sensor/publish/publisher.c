/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From judged mails to outputs; see publisher.h. Each output numbers its own records, so that whoever reads
 * one sees every loss as a hole in mailtap.seq; a record is rendered once for all outputs to which it is the
 * same.
 */
#include "sensor/publish/publisher.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "sensor/publish/rendering.h"
#include "sensor/publish/sink.h"

enum { RECORD_MAX_BYTES = 1 << 30, HOST_NAME_BYTES = 256 };

struct output {
    struct output *next;
    struct output_spec spec;
    struct sink_context context;
    void *sink;
    uint64_t seq;        /* records given to it */
    uint64_t failed;     /* of these, refused */
    struct error reason; /* of the first refusal */
    bool colour;
    unsigned look; /* number of its format and colour among those of all outputs */
};

struct publisher {
    struct publish_options options;
    struct publish_counters counters;
    struct output *outputs; /* in the order of adding */
    struct output **outputs_end;
    char *format_name, *observer_name, *interface; /* owned */

    unsigned looks;
    struct rendering rendering; /* the latest records; its memory is used again */
    struct buffer numbered;     /* the latest of them as it went out */
};

struct publish_options publish_default_options(void)
{
    return (struct publish_options){
        .defaults = {.format = "ecs", .records = RECORD_BIT(RECORD_ALERT), .min_severity = SEVERITY_LOW},
        .limits = {
#define LIMIT(field, value, minimum, maximum, text) .field = (value),
#include "sensor/publish/limits.def"
#undef LIMIT
        }};
}

static char *host_name(void)
{
    char name[HOST_NAME_BYTES] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return mem_strdup("localhost");
    return mem_strdup(name);
}

struct publisher *publisher_new(const struct publish_options *options, struct error *error)
{
    if (publish_check_format(slice_from_cstr(options->defaults.format), error) != STATUS_OK) return NULL;
    struct publisher *publisher = mem_zalloc(1, sizeof *publisher);
    publisher->options = *options;
    publisher->outputs_end = &publisher->outputs;
    publisher->format_name = mem_strdup(options->defaults.format);
    publisher->options.defaults.format = publisher->format_name;
    publisher->observer_name = options->observer_name ? mem_strdup(options->observer_name) : host_name();
    publisher->interface = mem_strdup(options->interface);
    publisher->rendering = rendering_make();
    publisher->numbered = buffer_make(RECORD_MAX_BYTES);
    (void)signal(SIGPIPE, SIG_IGN);
    return publisher;
}

static bool wants_colour(const struct publisher *publisher, const struct output *output)
{
    enum colour_mode mode = publisher->options.defaults.colour;
    const struct sink_ops *ops = output->spec.sink;
    if (mode != COLOUR_AUTO) return mode == COLOUR_ALWAYS;
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
    if (no_colour && no_colour[0] != '\0') return false;
    return ops->is_terminal && ops->is_terminal(output->sink);
}

/* The number of an earlier output's format and colour, or the next. */
static unsigned find_look(struct publisher *publisher, const struct output *output)
{
    for (const struct output *other = publisher->outputs; other; other = other->next) {
        if (other->spec.format == output->spec.format && other->colour == output->colour) return other->look;
    }
    return publisher->looks++;
}

enum status publisher_add_output(struct publisher *publisher, struct slice spec, struct error *error)
{
    struct output *output = mem_zalloc(1, sizeof *output);
    enum status status = spec_parse(&output->spec, spec, &publisher->options.defaults, error);
    if (status) {
        free(output);
        return status;
    }
    output->context = (struct sink_context){&output->spec, &publisher->options.limits, &publisher->counters};
    status = output->spec.sink->open(&output->context, &output->sink, error);
    if (status) {
        spec_free(&output->spec);
        free(output);
        return status;
    }
    output->colour = wants_colour(publisher, output);
    output->look = find_look(publisher, output);
    *publisher->outputs_end = output;
    publisher->outputs_end = &output->next;
    return STATUS_OK;
}

static bool output_takes(const struct output *output, enum record_kind kind)
{
    return (output->spec.records & RECORD_BIT(kind)) != 0;
}

/* Whether it gets this record of a mail. */
static bool output_wants(const struct output *output, enum record_kind kind, bool is_alert,
                         enum severity severity)
{
    if (!output_takes(output, kind)) return false;
    return kind != RECORD_ALERT || (is_alert && severity >= output->spec.min_severity);
}

static const struct rendered_record *find_rendered(const struct rendering *rendering, enum record_kind kind,
                                                   unsigned look)
{
    for (size_t i = 0; i < rendering->count; i++) {
        const struct rendered_record *record = &rendering->records[i];
        if (record->kind == kind && record->look == look) return record;
    }
    return NULL;
}

/* Appends the record in the output's format and colour, unless it is there. */
static void render(struct publisher *publisher, const struct output *output, const struct record *record,
                   struct rendering *rendering)
{
    if (find_rendered(rendering, record->kind, output->look) || rendering->count >= RENDERED_RECORDS_MAX)
        return;
    struct format_context context = {.limits = &publisher->options.limits,
                                     .counters = &publisher->counters,
                                     .colour = output->colour,
                                     .seq_at = RENDERED_NO_SEQ};
    size_t at = rendering->bytes.len;
    const struct format *format = output->spec.format;
    format_fn write = record->stats     ? format->write_stats
                      : record->session ? format->write_session
                                        : format->write;
    write(&rendering->bytes, record, &context);
    rendering->records[rendering->count++] =
        (struct rendered_record){record->kind, output->look, at, rendering->bytes.len - at, context.seq_at};
}

/* Said at once the first time; publisher_close() sums up. */
static void note_failure(struct publisher *publisher, struct output *output, const struct error *error)
{
    publisher->counters.output_errors++;
    if (output->failed++ > 0) return;
    output->reason = *error;
    log_error("%s: %s", output->spec.label, error->text);
}

static void give_out(struct publisher *publisher, struct output *output, const struct rendering *rendering,
                     enum record_kind kind)
{
    struct error error = {""};
    const struct rendered_record *record = find_rendered(rendering, kind, output->look);
    output->seq++;
    if (!record) {
        (void)error_set(&error, STATUS_LIMIT, "the record is missing");
        note_failure(publisher, output, &error);
        return;
    }
    rendering_number(&publisher->numbered, rendering, record, output->seq);
    publisher->counters.records++;
    publisher->counters.alerts += kind == RECORD_ALERT;
    struct slice bytes = buffer_slice(&publisher->numbered);
    enum status status = output->spec.sink->write(output->sink, kind, bytes, &error);
    if (status) note_failure(publisher, output, &error);
}

static void clear_rendering(struct rendering *rendering)
{
    buffer_clear(&rendering->bytes);
    rendering->count = 0;
}

static const enum record_kind mail_kinds[] = {RECORD_MESSAGE, RECORD_ALERT};

enum { MAIL_KINDS = sizeof mail_kinds / sizeof *mail_kinds };

void publisher_render_mail(struct publisher *publisher, const struct mail *mail,
                           const struct judgement *judgement, struct rendering *rendering)
{
    struct record record;
    bool begun = false;
    clear_rendering(rendering);
    rendering->is_alert = verdict_is_alert(&judgement->verdict);
    rendering->severity = judgement->verdict.severity;
    for (size_t k = 0; k < MAIL_KINDS; k++) {
        for (const struct output *output = publisher->outputs; output; output = output->next) {
            if (!output_wants(output, mail_kinds[k], rendering->is_alert, rendering->severity)) continue;
            if (!begun) record_init(&record, mail, judgement);
            begun = true;
            record.observer_name = publisher->observer_name;
            record.interface = publisher->interface;
            record.kind = mail_kinds[k];
            render(publisher, output, &record, rendering);
        }
    }
}

void publisher_give_mail(struct publisher *publisher, const struct rendering *rendering)
{
    for (size_t k = 0; k < MAIL_KINDS; k++) {
        for (struct output *output = publisher->outputs; output; output = output->next) {
            if (output_wants(output, mail_kinds[k], rendering->is_alert, rendering->severity))
                give_out(publisher, output, rendering, mail_kinds[k]);
        }
    }
}

void publisher_publish_mail(struct publisher *publisher, const struct mail *mail,
                            const struct judgement *judgement)
{
    publisher_render_mail(publisher, mail, judgement, &publisher->rendering);
    publisher_give_mail(publisher, &publisher->rendering);
}

void publisher_add_counters(struct publisher *publisher, const struct publish_counters *more)
{
#define COUNTER(field, text) publisher->counters.field += more->field;
#include "sensor/publish/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) publisher->counters.limit_##field += more->limit_##field;
#include "sensor/publish/limits.def"
#undef LIMIT
}

bool publisher_wants_sessions(const struct publisher *publisher)
{
    for (const struct output *output = publisher->outputs; output; output = output->next) {
        if (output_takes(output, RECORD_SESSION)) return true;
    }
    return false;
}

/* A record of which each output gets one or none, whatever it says. */
static void give_to_all(struct publisher *publisher, struct record *record)
{
    record->observer_name = publisher->observer_name;
    record->interface = publisher->interface;
    clear_rendering(&publisher->rendering);
    for (struct output *output = publisher->outputs; output; output = output->next) {
        if (!output_takes(output, record->kind)) continue;
        render(publisher, output, record, &publisher->rendering);
        give_out(publisher, output, &publisher->rendering, record->kind);
    }
}

void publisher_publish_session(struct publisher *publisher, const struct session_report *report)
{
    struct record record;
    if (!publisher_wants_sessions(publisher)) return;
    record_init_session(&record, report);
    give_to_all(publisher, &record);
}

void publisher_publish_stats(struct publisher *publisher, const struct publish_stats *stats)
{
    struct record record = {.kind = RECORD_STATS,
                            .stats = stats,
                            .time_s = (int64_t)(stats->time_ns / 1000000000u),
                            .time_ns = (uint32_t)(stats->time_ns % 1000000000u)};
    give_to_all(publisher, &record);
}

void publisher_tick(struct publisher *publisher)
{
    for (const struct output *output = publisher->outputs; output; output = output->next) {
        if (output->spec.sink->tick) output->spec.sink->tick(output->sink);
    }
}

const struct publish_counters *publisher_counters(const struct publisher *publisher)
{
    return &publisher->counters;
}

/* One sentence about the records the output could not take, and those it could not bring to their place. */
static enum status close_sink(struct output *output, struct error *error)
{
    struct error undelivered = {""};
    const char *label = output->spec.label;
    enum status status = output->spec.sink->close(output->sink, &undelivered);
    if (output->failed > 0) {
        return error_set(
            error, STATUS_IO, "%.150s: %" PRIu64 " of %" PRIu64 " records were not taken: %.120s%s%.120s",
            label, output->failed, output->seq, output->reason.text, status ? "; " : "", undelivered.text);
    }
    return status ? error_set(error, status, "%.150s: %.300s", label, undelivered.text) : STATUS_OK;
}

/* The first failure is the caller's to report, further ones are logged. */
static enum status close_output(struct output *output, enum status so_far, struct error *error)
{
    struct error own = {""};
    enum status status = close_sink(output, &own);
    if (status && so_far) log_error("%s", own.text);
    if (status && !so_far) so_far = error_set(error, STATUS_IO, "%s", own.text);
    spec_free(&output->spec);
    free(output);
    return so_far;
}

enum status publisher_close(struct publisher **publisher_ptr, struct error *error)
{
    struct publisher *publisher = *publisher_ptr;
    enum status status = STATUS_OK;
    if (!publisher) return STATUS_OK;
    for (struct output *output = publisher->outputs, *next; output; output = next) {
        next = output->next;
        status = close_output(output, status, error);
    }
    rendering_free(&publisher->rendering);
    buffer_free(&publisher->numbered);
    free(publisher->observer_name);
    free(publisher->interface);
    free(publisher->format_name);
    free(publisher);
    *publisher_ptr = NULL;
    return status;
}
