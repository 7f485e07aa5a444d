/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fork(2), give up what is not needed, then read, analyse, answer; see process.h.
 */
#include "sensor/workers/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/workers/mail_wire.h"
#include "sensor/workers/memory.h"
#include "sensor/workers/wire.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER 1
#endif
#endif

enum { SOCKET_FD = 3, MS_PER_S = 1000, US_PER_MS = 1000 };

static bool read_exactly(int fd, void *bytes, size_t len)
{
    uint8_t *at = bytes;
    while (len > 0) {
        ssize_t n = read(fd, at, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool write_exactly(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes = slice_skip(bytes, (size_t)n);
    }
    return true;
}

static bool read_message(int fd, struct buffer *message)
{
    uint64_t len = 0;
    if (!read_exactly(fd, &len, sizeof len) || len > message->max) return false;
    buffer_clear(message);
    buffer_reserve(message, len);
    message->len = len;
    return read_exactly(fd, message->data, len);
}

/* The kernel ends the process by SIGPROF when the mail takes more; 0 stops the clock. */
static void limit_cpu(uint64_t ms)
{
    struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(ms / MS_PER_S), .tv_usec = (suseconds_t)(ms % MS_PER_S) * US_PER_MS}};
    (void)setitimer(ITIMER_PROF, &timer, NULL);
}

/* What the counters gained since `before`, field by field: all are uint64_t. */
static void subtract(void *after, const void *before, size_t bytes)
{
    uint64_t *to = after;
    const uint64_t *from = before;
    for (size_t i = 0; i < bytes / sizeof *to; i++) to[i] -= from[i];
}

/* What other mails told is in `memory`; nothing of it stays. */
static void analyse(struct analyzer *analyzer, const struct mail *mail, struct slice memory,
                    struct outcome *outcome)
{
    struct analysis_counters analysis = *analysis_counters(analyzer->analysis);
    struct publish_counters publish = *publisher_counters(analyzer->publisher);
    struct password_store *store = analysis_password_store(analyzer->analysis);
    analysis_forget(analyzer->analysis);
    memory_apply(store, memory);
    memory_note(store, &outcome->notes);
    analyzer_run(analyzer, mail, outcome);
    memory_note(store, NULL);
    outcome->analysis = *analysis_counters(analyzer->analysis);
    outcome->publish = *publisher_counters(analyzer->publisher);
    subtract(&outcome->analysis, &analysis, sizeof analysis);
    subtract(&outcome->publish, &publish, sizeof publish);
}

/* The message is the header, still empty, and the outcome. */
static bool answer(int fd, struct buffer *message, const struct outcome *outcome)
{
    uint64_t len = 0;
    buffer_clear(message);
    (void)buffer_append(message, slice_make(&len, sizeof len));
    outcome_write(message, outcome);
    len = message->len - sizeof len;
    memcpy(message->data, &len, sizeof len);
    return !message->overflowed && write_exactly(fd, buffer_slice(message));
}

void process_join(struct buffer *message, struct slice memory, const struct mail *mail)
{
    uint64_t header[] = {0, memory.len};
    buffer_clear(message);
    (void)buffer_append(message, slice_make(header, sizeof header));
    (void)buffer_append(message, memory);
    mail_wire_write(message, mail);
    header[0] = message->len - PROCESS_HEADER_BYTES;
    memcpy(message->data, header, PROCESS_HEADER_BYTES);
}

struct slice process_split(struct slice message, struct slice *memory)
{
    struct wire w = wire_reader(message, NULL);
    *memory = slice_make(NULL, 0);
    wire_slice(&w, memory);
    return cursor_rest(&w.in);
}

static _Noreturn void serve(int fd, struct analyzer *analyzer, const struct workers_settings *settings)
{
    struct buffer message = buffer_make(SIZE_MAX / 2);
    struct outcome outcome = outcome_make();
    while (read_message(fd, &message)) {
        struct slice memory, bytes = process_split(buffer_slice(&message), &memory);
        struct mail *mail = mail_wire_read(bytes);
        if (!mail) break;
        limit_cpu(settings->mail_cpu_ms);
        analyse(analyzer, mail, memory, &outcome);
        limit_cpu(0);
        if (!answer(fd, &message, &outcome)) break;
        outcome_clear(&outcome);
        mail_free(&mail);
    }
    _exit(0);
}

static void close_from(int first)
{
    if (close_range((unsigned)first, UINT_MAX, 0) == 0) return;
    long end = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < end; fd++) (void)close(fd);
}

/* Nothing but the socket and standard error stays open. */
static bool close_files(int *fd)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0) return false;
    if (*fd != SOCKET_FD && dup2(*fd, SOCKET_FD) < 0) return false;
    *fd = SOCKET_FD;
    close_from(SOCKET_FD + 1);
    return true;
}

static bool set_limits(const struct workers_settings *settings)
{
    struct rlimit none = {0, 0};
    (void)settings;
#if !defined(HAS_ADDRESS_SANITIZER)
    struct rlimit memory = {settings->memory_max_bytes, settings->memory_max_bytes};
    if (setrlimit(RLIMIT_AS, &memory) != 0) return false;
#endif
    return setrlimit(RLIMIT_CORE, &none) == 0;
}

/* The least the process needs. No crash leaves mail behind in a file, no program it might start gains rights,
 * and it does not outlive its parent. */
static bool confine(int *fd, pid_t parent, const struct workers_settings *settings)
{
    (void)signal(SIGPROF, SIG_DFL);
    (void)signal(SIGINT, SIG_IGN); /* the parent decides */
    return close_files(fd) && set_limits(settings) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
           getppid() == parent;
}

enum status process_start(struct process *process, struct analyzer *analyzer,
                          const struct workers_settings *settings, struct error *error)
{
    int ends[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set(error, STATUS_IO, "no analyzer can be started: %s", strerror(errno));
    process->fd = ends[0];
    process->pid = fork();
    if (process->pid == 0) {
        int fd = ends[1];
        if (!confine(&fd, parent, settings)) _exit(1);
        serve(fd, analyzer, settings);
    }
    (void)close(ends[1]);
    if (process->pid > 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return STATUS_OK;
    (void)error_set(error, STATUS_IO, "no analyzer can be started: %s", strerror(errno));
    (void)process_end(process);
    return STATUS_IO;
}

int process_end(struct process *process)
{
    int status = 0;
    if (process->pid > 0) {
        (void)kill(process->pid, SIGKILL);
        while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) continue;
    }
    if (process->fd >= 0) (void)close(process->fd);
    *process = (struct process){.pid = 0, .fd = -1};
    return status;
}
