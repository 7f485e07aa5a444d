/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap live: network interfaces to judged mails, in one loop over interfaces and signals. Time-outs go by
 * packet time; while no frames come it is the last frame's time and what has passed since on a clock that
 * nobody sets.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/mem.h"
#include "sensor/commands.h"
#include "sensor/stats.h"
#include "sensor/summary.h"

enum { FRAMES_A_TURN = 1024, NAMES_MAX_BYTES = 4096, DRAIN_MAX_S = 5 };

#define NS_PER_S  1000000000u
#define NS_PER_MS 1000000u

struct live {
    const struct options *options;
    struct interface **interfaces;
    struct pollfd *polled; /* the interfaces', then the signals' */
    size_t count;
    int signals; /* signalfd(2) */
    struct live_counters counters;
    struct judge judge;
    struct mail_reader reader;
    uint64_t frame_ns, frame_at_ns; /* time of the last frame, and the steady clock then */
    uint64_t ticked_ns, stats_ns;   /* steady clock of the last tick and statistics */
    bool stop, broken;
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void on_mail(void *context, struct mail *mail)
{
    judge_mail(context, mail);
}

static void on_session(void *context, struct session_report *report)
{
    judge_session(context, report);
}

/* ---- signals ---- */

static void handled_signals(sigset_t *set)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    (void)sigemptyset(set);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) (void)sigaddset(set, handled[i]);
}

/* Before any process is started: analyzers inherit that they are blocked, so a signal to the whole group
 * does not cost mails. */
static enum status open_signals(struct live *live, struct error *error)
{
    sigset_t set;
    handled_signals(&set);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        live->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (live->signals >= 0) return STATUS_OK;
    return error_set(error, STATUS_IO, "signals cannot be received: %s", strerror(errno));
}

/* From now on a second signal ends the program at once. */
static void release_signals(void)
{
    sigset_t set;
    handled_signals(&set);
    (void)sigdelset(&set, SIGHUP);
    (void)sigdelset(&set, SIGUSR1);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void count_frames(struct live *live)
{
    for (size_t i = 0; i < live->count; i++) interface_count(live->interfaces[i], &live->counters);
}

static void publish_stats(struct live *live)
{
    count_frames(live);
    live->stats_ns = clock_ns(CLOCK_MONOTONIC);
    stats_publish(&live->judge, &live->reader);
}

static void take_signals(struct live *live)
{
    struct signalfd_siginfo info;
    while (read(live->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGUSR1: publish_stats(live); break;
        case SIGHUP: log_warning("SIGHUP: reloading is not offered by this version; restart instead"); break;
        default: live->stop = true;
        }
    }
}

/* ---- the loop ---- */

static void read_interface(struct live *live, struct interface *interface)
{
    struct frame frame;
    struct error error = {""};
    enum capture_result result = CAPTURE_END;
    for (int i = 0; i < FRAMES_A_TURN && !live->stop; i++) {
        if ((result = interface_next(interface, &frame, &error)) != CAPTURE_FRAME) break;
        live->frame_ns = frame.ts_ns;
        if (mail_reader_feed(&live->reader, &frame) == STATUS_OK) continue;
        (void)error_set(&error, STATUS_LIMIT, "engine %s has no memory left", live->reader.ops->name);
        result = CAPTURE_BROKEN;
        break;
    }
    if (result != CAPTURE_BROKEN) return;
    log_error("%s", error.text);
    live->stop = live->broken = true;
}

static void read_interfaces(struct live *live)
{
    uint64_t before_ns = live->frame_ns;
    for (size_t i = 0; i < live->count && !live->stop; i++) {
        if (live->polled[i].revents) read_interface(live, live->interfaces[i]);
    }
    if (live->frame_ns != before_ns) live->frame_at_ns = clock_ns(CLOCK_MONOTONIC);
}

static void tick(struct live *live)
{
    const struct live_settings *settings = &live->options->config.live;
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now - live->ticked_ns < settings->tick_ms * NS_PER_MS) return;
    live->ticked_ns = now;
    mail_reader_tick(&live->reader, live->frame_ns + (now - live->frame_at_ns));
    judge_tick(&live->judge);
    if (settings->stats_interval_s > 0 && now - live->stats_ns >= settings->stats_interval_s * NS_PER_S)
        publish_stats(live);
}

static void loop(struct live *live)
{
    while (!live->stop) {
        int ready = poll(live->polled, live->count + 1, (int)live->options->config.live.tick_ms);
        if (ready > 0 && live->polled[live->count].revents) take_signals(live);
        if (ready > 0) read_interfaces(live);
        tick(live);
    }
}

/* ---- beginning and end ---- */

static enum status open_interfaces(struct live *live, struct error *error)
{
    const struct options *o = live->options;
    live->interfaces = mem_zalloc(o->interface_count, sizeof(struct interface *));
    live->polled = mem_zalloc(o->interface_count + 1, sizeof *live->polled);
    for (size_t i = 0; i < o->interface_count; i++) {
        struct interface *interface =
            interface_open(o->interfaces[i], &o->config.live, o->config.capture_filter, error);
        if (!interface) return STATUS_IO;
        live->interfaces[live->count++] = interface;
        live->polled[i] = (struct pollfd){.fd = interface_fd(interface), .events = POLLIN};
    }
    live->polled[live->count] = (struct pollfd){.fd = live->signals, .events = POLLIN};
    return STATUS_OK;
}

static enum status open_live(struct live *live, struct error *error)
{
    enum status status = open_signals(live, error);
    if (status == STATUS_OK) status = open_interfaces(live, error);
    if (status == STATUS_OK) status = judge_open(&live->judge, live->options, error);
    if (status != STATUS_OK) return status;
    session_fn sessions = judge_wants_sessions(&live->judge) ? on_session : NULL;
    status = mail_reader_open(&live->reader, live->options, on_mail, sessions, &live->judge, error);
    live->reader.live = &live->counters;
    live->frame_ns = clock_ns(CLOCK_REALTIME);
    live->frame_at_ns = live->ticked_ns = live->stats_ns = clock_ns(CLOCK_MONOTONIC);
    return status;
}

/* What was captured before the signal is still read: the kernel holds blocks that are not full back for a
 * while. On a busy interface there is always more, so the time is bounded. Connections then end where they
 * are. */
static void drain(struct live *live)
{
    uint64_t frames = live->reader.counters.frames - 1;
    uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + DRAIN_MAX_S * (uint64_t)NS_PER_S;
    (void)poll(NULL, 0, 2 * (int)live->options->config.live.block_timeout_ms);
    live->stop = false;
    for (size_t i = 0; i < live->count; i++) live->polled[i].revents = POLLIN;
    while (!live->stop && frames != live->reader.counters.frames && clock_ns(CLOCK_MONOTONIC) < end_ns) {
        frames = live->reader.counters.frames;
        read_interfaces(live);
    }
}

static void finish(struct live *live)
{
    release_signals();
    if (!live->broken) drain(live);
    count_frames(live);
    mail_reader_close(&live->reader);
    judge_finish(&live->judge);
    stats_publish(&live->judge, &live->reader);
    if (!live->options->quiet) summary_print(&live->reader, &live->judge);
}

static void close_live(struct live *live)
{
    for (size_t i = 0; i < live->count; i++) interface_close(&live->interfaces[i]);
    free((void *)live->interfaces);
    free(live->polled);
    if (live->signals >= 0) (void)close(live->signals);
}

static int run(const struct options *options)
{
    struct live live = {.options = options, .signals = -1};
    struct error error = {""};
    bool opened = open_live(&live, &error) == STATUS_OK;
    if (!opened) {
        log_error("%s", error.text);
    } else {
        log_info("capturing from %s", options->publish.interface);
        loop(&live);
        finish(&live);
    }
    bool closed = !live.judge.analyzer.publisher || judge_close(&live.judge, &error) == STATUS_OK;
    if (opened && !closed) log_error("%s", error.text);
    close_live(&live);
    if (!opened) return EXIT_USAGE;
    return closed && !live.broken ? EXIT_DONE : EXIT_INCOMPLETE;
}

/* Records name all interfaces: which of them brought a connection is not told apart. */
static int run_named(struct options *options)
{
    struct buffer names = buffer_make(NAMES_MAX_BYTES);
    for (size_t i = 0; i < options->interface_count; i++)
        (void)buffer_printf(&names, "%s%s", i > 0 ? "," : "", options->interfaces[i]);
    (void)buffer_append_byte(&names, '\0');
    options->publish.interface = (const char *)names.data;
    int exit_status = run(options);
    options->publish.interface = NULL;
    buffer_free(&names);
    return exit_status;
}

int command_live(int argc, char **argv)
{
    struct options options;
    struct error error = {""};
    int exit_status = EXIT_USAGE;
    if (options_parse(&options, 'l', argc, argv, &error) != STATUS_OK) {
        log_error("%s", error.text);
    } else if (options.help) {
        (void)printf("mailtap live [opts] -i IFACE\n\n");
        options_print_help('l');
        exit_status = EXIT_DONE;
    } else if (options.interface_count == 0 || options.path_count > 0) {
        log_error("live needs an interface (-i) and takes no files");
    } else {
        exit_status = run_named(&options);
    }
    options_free(&options);
    return exit_status;
}
