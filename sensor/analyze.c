/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap analyze: mail files and directories of them, judged without a capture. Directories are walked in
 * the order of their names, so that the output is the same everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "sensor/commands.h"
#include "sensor/judge.h"
#include "sensor/pipeline.h"
#include "sensor/stats.h"

#define NS_PER_S 1000000000u

/* Reads a descriptor to its end into the mail; the excess over the mail's maximum truncates it. */
static bool read_all(int fd, struct mail *mail)
{
    uint8_t chunk[65536];
    ssize_t got = 0;
    do {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0) (void)buffer_append(&mail->bytes, slice_make(chunk, (size_t)got));
    } while (got > 0 || (got < 0 && errno == EINTR));
    mail->damage.truncated = mail->bytes.overflowed;
    return got == 0;
}

static bool analyze_fd(struct judge *judge, const struct options *options, int fd, const char *path)
{
    struct stat info;
    struct mail *mail = mail_new(options->config.reassembly.mail_max_bytes);
    mail->protocol = MAIL_FILE;
    mail->via = MAIL_VIA_FILE;
    mail->source_path = path;
    if (fstat(fd, &info) == 0)
        mail->first_ns = mail->last_ns =
            (uint64_t)info.st_mtim.tv_sec * NS_PER_S + (uint64_t)info.st_mtim.tv_nsec;
    if (read_all(fd, mail)) {
        judge_mail(judge, mail);
        return true;
    }
    log_error("%s: %s", path, strerror(errno));
    mail_free(&mail);
    return false;
}

static bool analyze_file(struct judge *judge, const struct options *options, const char *path,
                         const char *name)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error("%s: %s", name, strerror(errno));
        return false;
    }
    bool read = analyze_fd(judge, options, fd, name);
    (void)close(fd);
    return read;
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A file, or a directory with all files below it. */
static bool analyze_path(struct judge *judge, const struct options *options, const char *path)
{
    char *roots[] = {mem_strdup(path), NULL};
    bool whole = true;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
    for (FTSENT *entry = walk ? fts_read(walk) : NULL; entry; entry = fts_read(walk)) {
        if (entry->fts_info == FTS_F) {
            whole = analyze_file(judge, options, entry->fts_accpath, entry->fts_path) && whole;
        } else if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR) {
            log_error("%s: %s", entry->fts_path, strerror(entry->fts_errno));
            whole = false;
        }
    }
    if (walk) (void)fts_close(walk);
    free(roots[0]);
    return whole;
}

static int run(const struct options *options)
{
    struct judge judge;
    struct error error = {""};
    bool whole = true;
    if (judge_open(&judge, options, &error) != STATUS_OK) {
        log_error("%s", error.text);
        (void)judge_close(&judge, &error);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < options->path_count; i++) {
        bool is_stdin = strcmp(options->paths[i], "-") == 0;
        bool read = is_stdin ? analyze_fd(&judge, options, STDIN_FILENO, "-")
                             : analyze_path(&judge, options, options->paths[i]);
        whole = read && whole;
    }
    judge_finish(&judge);
    stats_publish(&judge, NULL);
    if (!options->quiet)
        (void)fprintf(stderr, "mailtap: %" PRIu64 " mails, %" PRIu64 " alerts\n", judge.mails, judge.alerts);
    if (judge_close(&judge, &error) != STATUS_OK) {
        log_error("%s", error.text);
        whole = false;
    }
    return whole ? EXIT_DONE : EXIT_INCOMPLETE;
}

int command_analyze(int argc, char **argv)
{
    struct options options;
    struct error error = {""};
    int exit_status = EXIT_USAGE;
    if (options_parse(&options, 'a', argc, argv, &error) != STATUS_OK) {
        log_error("%s", error.text);
    } else if (options.help) {
        (void)printf("mailtap analyze [opts] PATH…\n\n");
        options_print_help('a');
        exit_status = EXIT_DONE;
    } else if (options.path_count == 0) {
        log_error("analyze needs a mail file or a directory; '-' is one mail on stdin");
    } else {
        exit_status = run(&options);
    }
    options_free(&options);
    return exit_status;
}
