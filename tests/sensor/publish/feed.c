/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A publisher driven from stdin, for the functional tests: `feed [options] SPEC…` opens the outputs and obeys
 * one command a line, each answered by "ok" or what it prints on stderr: `publish N` gives out N alerts more
 * (mail numbers go on), `clean` one clean mail from a file, `session` one session's record, `tick` calls
 * publisher_tick(), `counters` prints them as JSON. The end of the input closes the publisher.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"
#include "sensor/publish/publisher.h"

static void publish(struct publisher *publisher, struct sample *sample)
{
    publisher_publish_mail(publisher, sample->mail, &sample->judgement);
    sample_free(&sample);
}

static void print_counters(const struct publish_counters *counters)
{
    const char *separator = "{";
#define COUNTER(field, text)                                                                                 \
    (void)fprintf(stderr, "%s\"" #field "\":%llu", separator, (unsigned long long)counters->field);          \
    separator = ",";
#include "sensor/publish/counters.def"
#undef COUNTER
    (void)fprintf(stderr, "}\n");
}

static void obey(struct publisher *publisher, struct slice command, unsigned *number)
{
    uint64_t count = 0;
    if (slice_starts(command, SLICE("publish ")) && slice_parse_u64(slice_skip(command, 8), &count)) {
        while (count-- > 0) publish(publisher, sample_phishing((*number)++));
    } else if (slice_equal(command, SLICE("clean"))) {
        publish(publisher, sample_clean(MAIL_FILE));
    } else if (slice_equal(command, SLICE("session"))) {
        struct session_report *report = sample_session();
        publisher_publish_session(publisher, report);
        session_report_free(&report);
    } else if (slice_equal(command, SLICE("tick"))) {
        publisher_tick(publisher);
    } else if (slice_equal(command, SLICE("counters"))) {
        print_counters(publisher_counters(publisher));
        return;
    } else {
        abort();
    }
    (void)fprintf(stderr, "ok\n");
}

static int fail(const struct error *error, int status)
{
    (void)fprintf(stderr, "error: %s\n", error->text);
    return status;
}

static void set_limit(struct publish_options *options, const char *setting)
{
    struct slice text = slice_from_cstr(setting), name = slice_head(text, slice_index(text, '='));
    uint64_t number = 0;
    if (!slice_parse_u64(slice_skip(text, name.len + 1), &number)) abort();
#define LIMIT(field, value, minimum, maximum, text)                                                          \
    if (slice_equal(name, SLICE(#field))) options->limits.field = number;
#include "sensor/publish/limits.def"
#undef LIMIT
}

int main(int argc, char **argv)
{
    struct error error = {""};
    struct publish_options options = publish_default_options();
    int arg = 1;
    for (; arg + 1 < argc && strcmp(argv[arg], "--limit") == 0; arg += 2) set_limit(&options, argv[arg + 1]);
    options.observer_name = "test-sensor";
    struct publisher *publisher = publisher_new(&options, &error);
    if (!publisher) return fail(&error, 2);
    for (; arg < argc; arg++) {
        if (publisher_add_output(publisher, slice_from_cstr(argv[arg]), &error) == STATUS_OK) continue;
        (void)publisher_close(&publisher, NULL);
        return fail(&error, 2);
    }
    (void)fprintf(stderr, "ready\n");
    char line[64];
    unsigned number = 0;
    while (fgets(line, sizeof line, stdin)) obey(publisher, slice_trim(slice_from_cstr(line)), &number);
    return publisher_close(&publisher, &error) == STATUS_OK ? 0 : fail(&error, 1);
}
