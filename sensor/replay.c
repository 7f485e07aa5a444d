/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap replay: captures to judged mails. Results go to the outputs, log and summary to stderr.
 */
#include <stdio.h>

#include "base/log.h"
#include "sensor/capture.h"
#include "sensor/commands.h"
#include "sensor/judge.h"
#include "sensor/pipeline.h"
#include "sensor/stats.h"
#include "sensor/summary.h"

static void on_mail(void *context, struct mail *mail)
{
    judge_mail(context, mail);
}

static void on_session(void *context, struct session_report *report)
{
    judge_session(context, report);
}

/* Reads all captures; returns false when one broke off. */
static bool read_captures(struct mail_reader *reader, const struct options *options)
{
    struct error error = {""};
    bool whole = true;
    capture_sort_paths(options->paths, options->path_count);
    for (size_t i = 0; i < options->path_count; i++) {
        if (mail_reader_read(reader, options->paths[i], &error) == STATUS_OK) continue;
        log_error("%s", error.text);
        whole = false;
    }
    mail_reader_close(reader);
    return whole;
}

static int run(const struct options *options)
{
    struct judge judge;
    struct mail_reader reader;
    struct error error = {""};
    enum status status = judge_open(&judge, options, &error);
    if (status == STATUS_OK) {
        session_fn sessions = judge_wants_sessions(&judge) ? on_session : NULL;
        status = mail_reader_open(&reader, options, on_mail, sessions, &judge, &error);
    }
    if (status != STATUS_OK) {
        log_error("%s", error.text);
        (void)judge_close(&judge, &error);
        return EXIT_USAGE;
    }
    bool whole = read_captures(&reader, options);
    judge_finish(&judge);
    stats_publish(&judge, &reader);
    if (!options->quiet) summary_print(&reader, &judge);
    if (judge_close(&judge, &error) != STATUS_OK) {
        log_error("%s", error.text);
        whole = false;
    }
    return whole ? EXIT_DONE : EXIT_INCOMPLETE;
}

int command_replay(int argc, char **argv)
{
    struct options options;
    struct error error = {""};
    int exit_status = EXIT_USAGE;
    if (options_parse(&options, 'r', argc, argv, &error) != STATUS_OK) {
        log_error("%s", error.text);
    } else if (options.help) {
        (void)printf("mailtap replay [opts] CAPTURE…\n\n");
        options_print_help('r');
        exit_status = EXIT_DONE;
    } else if (options.path_count == 0) {
        log_error("replay needs a capture file; '-' is stdin");
    } else {
        exit_status = run(&options);
    }
    options_free(&options);
    return exit_status;
}
