/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For test builds of mailtap alone: an analysis that does what the mail says in a header X-Trigger before it
 * does its work. Linked with --wrap=analysis_judge.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/analysis.h"

enum { PATH_BYTES = 256, CHUNK_BYTES = 16 << 20, CHUNKS = 512, ANSWERS_FD = 3, PAUSE_US = 5000 };

struct judgement *__real_analysis_judge(struct analysis *analysis, const struct mail *mail);
struct judgement *__wrap_analysis_judge(struct analysis *analysis, const struct mail *mail);

static void do_crash(const char *argument)
{
    (void)argument;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
}

/* Only the first who comes. */
static void do_crash_once(const char *argument)
{
    int fd = open(argument, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) do_crash(argument);
}

static void do_exit(const char *argument)
{
    (void)argument;
    _exit(0);
}

static void do_hang(const char *argument)
{
    (void)argument;
    for (;;) (void)pause();
}

static void do_burn(const char *argument)
{
    (void)argument;
    for (volatile unsigned i = 0;; i++) continue;
}

/* Until the file is there. */
static void do_wait(const char *argument)
{
    while (access(argument, F_OK) != 0) (void)usleep(PAUSE_US);
}

static void do_eat(const char *argument)
{
    (void)argument;
    for (int i = 0; i < CHUNKS; i++) {
        if (!malloc(CHUNK_BYTES)) abort();
    }
}

/* Answers that are none. */
static void do_babble(const char *argument)
{
    static const char nonsense[24] = "\377\377\377\377\377\377\377\177 nonsense";
    static const char empty_answer[24] = "\020\0\0\0\0\0\0\0"
                                         "0123456789abcdef";
    bool whole = argument[0] != '\0';
    (void)!write(ANSWERS_FD, whole ? empty_answer : nonsense, 24);
    do_hang(argument);
}

static const struct {
    const char *name;
    void (*run)(const char *argument);
} triggers[] = {
    {"crash", do_crash}, {"crash-once", do_crash_once},
    {"exit", do_exit},   {"hang", do_hang},
    {"burn", do_burn},   {"wait", do_wait},
    {"eat", do_eat},     {"babble", do_babble},
};

struct judgement *__wrap_analysis_judge(struct analysis *analysis, const struct mail *mail)
{
    struct slice bytes = buffer_slice(&mail->bytes), header = SLICE("X-Trigger: ");
    size_t at = slice_find(bytes, header);
    if (at < bytes.len) {
        char name[PATH_BYTES] = "", argument[PATH_BYTES] = "", line[2 * PATH_BYTES] = "";
        struct slice rest = slice_skip(bytes, at + header.len);
        struct slice text = slice_head(slice_head(rest, slice_index(rest, '\r')), sizeof line - 1);
        memcpy(line, text.ptr, text.len);
        (void)sscanf(line, "%255s %255s", name, argument);
        for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++) {
            if (strcmp(triggers[i].name, name) == 0) triggers[i].run(argument);
        }
    }
    return __real_analysis_judge(analysis, mail);
}
