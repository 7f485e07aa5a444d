/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of things, who does what, and what happens when a process is lost; see pool.h.
 */
#include "sensor/workers/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "sensor/workers/mail_wire.h"
#include "sensor/workers/slot.h"

enum { LOSSES_MAX = 2, ITEM_SELF_BYTES = sizeof(struct item) };

#define ANSWER_MAX_BYTES ((size_t)4 << 30)

struct pool {
    struct workers_settings settings;
    struct analyzer analyzer;
    struct pool_client client;
    struct workers_counters *counters;
    struct outcome outcome; /* its memory is used again, as that of the next */
    struct buffer memory;
    struct item *head, **tail;
    size_t item_count;
    uint64_t item_bytes;
    struct item_line waiting; /* mails no process has */
    struct slot *slots;
    struct pollfd *polled;
    size_t slot_count;
};

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

struct pool *pool_open(size_t count, const struct workers_settings *settings, struct analyzer *analyzer,
                       const struct pool_client *client, struct workers_counters *counters,
                       struct error *error)
{
    struct pool *pool = mem_zalloc(1, sizeof *pool);
    *pool = (struct pool){.settings = *settings,
                          .analyzer = *analyzer,
                          .client = *client,
                          .counters = counters,
                          .outcome = outcome_make(),
                          .memory = buffer_make(SIZE_MAX / 2),
                          .slots = mem_zalloc(count, sizeof *pool->slots),
                          .polled = mem_zalloc(count, sizeof *pool->polled),
                          .slot_count = count};
    pool->tail = &pool->head;
    for (size_t i = 0; i < count; i++) pool->slots[i].process.fd = -1;
    for (size_t i = 0; i < count; i++) {
        if (process_start(&pool->slots[i].process, &pool->analyzer, settings, error) == STATUS_OK) continue;
        pool_free(&pool);
        return NULL;
    }
    return pool;
}

/* ---- what comes out ---- */

static void item_free(struct item *item)
{
    session_report_free(&item->report);
    buffer_free(&item->mail);
    buffer_free(&item->answer);
    free(item);
}

static uint64_t item_bytes(const struct item *item)
{
    return ITEM_SELF_BYTES + item->mail.len + item->answer.len;
}

/* The mail's bytes as the client takes them. */
static struct slice mail_of(const struct item *item)
{
    struct slice memory;
    return process_split(slice_skip(buffer_slice(&item->mail), PROCESS_HEADER_BYTES), &memory);
}

/* True when the mail was analysed without what other mails told it: it stands first in line again. */
static bool came_too_early(struct pool *pool, struct item *item)
{
    if (item->has_memory || item->has_failed) return false;
    if (!outcome_read(&pool->outcome, buffer_slice(&item->answer))) return false;
    pool->client.recall(pool->client.context, &pool->outcome, &pool->memory);
    outcome_clear(&pool->outcome);
    struct mail *mail = pool->memory.len > 0 ? mail_wire_read(mail_of(item)) : NULL;
    if (!mail) return false;
    pool->item_bytes -= item_bytes(item);
    process_join(&item->mail, buffer_slice(&pool->memory), mail);
    buffer_free(&item->answer);
    pool->item_bytes += item_bytes(item);
    mail_free(&mail);
    item->has_memory = true;
    item->is_done = false;
    item_line_prepend(&pool->waiting, item);
    return true;
}

static void give_out_mail(struct pool *pool, struct item *item)
{
    struct slice mail = mail_of(item);
    if (!item->has_failed && outcome_read(&pool->outcome, buffer_slice(&item->answer))) {
        pool->client.on_outcome(pool->client.context, mail, &pool->outcome);
        outcome_clear(&pool->outcome);
        return;
    }
    if (!item->has_failed) (void)error_set(&item->why, STATUS_BAD, "its analyzer gave no proper answer");
    pool->counters->mails_failed++;
    pool->client.on_failure(pool->client.context, mail, slice_from_cstr(item->why.text));
}

static void give_out(struct pool *pool)
{
    while (pool->head && pool->head->is_done) {
        struct item *item = pool->head;
        if (!item->report && came_too_early(pool, item)) return;
        pool->head = item->next;
        if (!pool->head) pool->tail = &pool->head;
        pool->item_count--;
        pool->item_bytes -= item_bytes(item);
        if (item->report) {
            pool->client.on_session(pool->client.context, item->report);
            item->report = NULL;
        } else {
            give_out_mail(pool, item);
        }
        item_free(item);
    }
}

/* ---- losses ---- */

static void fail(struct item *item, const char *why)
{
    item->has_failed = item->is_done = true;
    (void)error_set(&item->why, STATUS_IO, "%s", why);
}

static void say_how_it_ended(struct pool *pool, int status, bool was_silent, struct error *why)
{
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    pool->counters->analyzers_lost++;
    if (was_silent) {
        pool->counters->limit_mail_wall_ms++;
        (void)error_set(why, STATUS_LIMIT, "longer than workers.mail_wall_ms");
    } else if (signal == SIGPROF) {
        pool->counters->limit_mail_cpu_ms++;
        (void)error_set(why, STATUS_LIMIT, "longer than workers.mail_cpu_ms");
    } else if (signal) {
        (void)error_set(why, STATUS_IO, "the analyzer was ended by signal %d", signal);
    } else {
        (void)error_set(why, STATUS_IO, "the analyzer ended with status %d", WEXITSTATUS(status));
    }
}

/* The mail that was being analysed is blamed; those behind it were not looked at yet. All stand first in line
 * again, in order. */
static void lose(struct pool *pool, struct slot *slot, bool was_silent)
{
    struct error why = {""};
    struct item *blamed = slot->given.first;
    say_how_it_ended(pool, process_end(&slot->process), was_silent, &why);
    log_warning("an analyzer was lost%s: %s", blamed ? " over a mail" : "", why.text);
    if (slot->given.last) {
        slot->given.last->following = pool->waiting.first;
        if (!pool->waiting.last) pool->waiting.last = slot->given.last;
        pool->waiting.first = slot->given.first;
    }
    *slot = (struct slot){.process = slot->process};
    if (!blamed) return;
    pool->item_bytes -= blamed->answer.len;
    buffer_free(&blamed->answer);
    if (++blamed->losses < LOSSES_MAX) {
        pool->counters->mails_retried++;
        return;
    }
    (void)item_line_take(&pool->waiting);
    fail(blamed, why.text);
}

/* ---- who does what ---- */

/* The least busy process with room; for a mail over which one was lost, a process that is to be started or
 * did nothing yet, where there is one. */
static struct slot *pick_slot(struct pool *pool, const struct item *item)
{
    struct slot *best = NULL;
    for (size_t i = 0; i < pool->slot_count; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->given_count >= pool->settings.window_mails) continue;
        if (item->losses > 0 && slot->served + slot->given_count == 0) return slot;
        if (!best || slot->given_count < best->given_count) best = slot;
    }
    return best;
}

/* A process that cannot be started is no reason to stop as long as others live. */
static bool make_alive(struct pool *pool, struct slot **slot)
{
    struct error error = {""};
    if (slot_is_alive(*slot)) return true;
    if (process_start(&(*slot)->process, &pool->analyzer, &pool->settings, &error) == STATUS_OK) return true;
    log_error("%s", error.text);
    *slot = NULL;
    for (size_t i = 0; i < pool->slot_count; i++) {
        struct slot *other = &pool->slots[i];
        if (slot_is_alive(other) && (!*slot || other->given_count < (*slot)->given_count)) *slot = other;
    }
    return *slot != NULL;
}

static void assign(struct pool *pool)
{
    while (pool->waiting.first) {
        struct slot *slot = pick_slot(pool, pool->waiting.first);
        if (!slot) return;
        bool alive = make_alive(pool, &slot);
        struct item *item = item_line_take(&pool->waiting);
        if (!alive) {
            fail(item, "no analyzer could be started");
            continue;
        }
        slot_give(slot, item, now_ms());
        if (slot_send(slot, now_ms()) == SLOT_LOST) lose(pool, slot, false);
    }
}

static bool is_silent(const struct pool *pool, const struct slot *slot, uint64_t now)
{
    return slot->given_count > 0 && now - slot->progress_ms >= pool->settings.mail_wall_ms;
}

/* Milliseconds until the first process has been silent for too long; -1: none works. */
static int time_left(const struct pool *pool, uint64_t now)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < pool->slot_count; i++) {
        const struct slot *slot = &pool->slots[i];
        if (slot->given_count == 0) continue;
        uint64_t end = slot->progress_ms + pool->settings.mail_wall_ms, left = end > now ? end - now : 0;
        if (left < least) least = left;
    }
    return least == UINT64_MAX ? -1 : (int)(least < INT32_MAX ? least : INT32_MAX);
}

static void serve_slot(struct pool *pool, struct slot *slot, short events)
{
    uint64_t now = now_ms();
    enum slot_event event = SLOT_WAITS;
    if (events & (POLLIN | POLLHUP | POLLERR)) event = slot_receive(slot, now);
    if (event == SLOT_WAITS && (events & POLLOUT)) event = slot_send(slot, now);
    if (event == SLOT_LOST) {
        lose(pool, slot, false);
    } else if (is_silent(pool, slot, now)) {
        lose(pool, slot, true);
    }
}

/* Hands out, sends, takes, gives out; waits for something to happen when `wait` is set. */
static void turn(struct pool *pool, bool wait)
{
    assign(pool);
    for (size_t i = 0; i < pool->slot_count; i++) {
        const struct slot *slot = &pool->slots[i];
        pool->polled[i] = (struct pollfd){.fd = slot->process.fd, .events = POLLIN};
        if (slot->sending) pool->polled[i].events |= POLLOUT;
    }
    bool ready = pool->head && pool->head->is_done;
    int timeout = wait && !ready ? time_left(pool, now_ms()) : 0;
    if (poll(pool->polled, pool->slot_count, timeout) < 0) {
        for (size_t i = 0; i < pool->slot_count; i++) pool->polled[i].revents = 0;
    }
    for (size_t i = 0; i < pool->slot_count; i++) {
        if (slot_is_alive(&pool->slots[i])) serve_slot(pool, &pool->slots[i], pool->polled[i].revents);
    }
    assign(pool);
    give_out(pool);
}

/* ---- what goes in ---- */

static void wait_for_room(struct pool *pool, uint64_t bytes)
{
    const struct workers_settings *s = &pool->settings;
    while (pool->item_count >= s->queue_max_mails ||
           (pool->item_count > 0 && pool->item_bytes + bytes > s->queue_max_bytes))
        turn(pool, true);
}

static void put(struct pool *pool, struct item *item)
{
    wait_for_room(pool, item_bytes(item));
    *pool->tail = item;
    pool->tail = &item->next;
    item->held_bytes = &pool->item_bytes;
    pool->item_count++;
    pool->item_bytes += item_bytes(item);
    if (!item->report) item_line_append(&pool->waiting, item);
    turn(pool, false);
}

void pool_put_mail(struct pool *pool, struct mail *mail)
{
    struct item *item = mem_zalloc(1, sizeof *item);
    item->answer = buffer_make(ANSWER_MAX_BYTES);
    item->mail = buffer_make(SIZE_MAX / 2);
    process_join(&item->mail, slice_make(NULL, 0), mail);
    mail_free(&mail);
    put(pool, item);
}

void pool_put_session(struct pool *pool, struct session_report *report)
{
    struct item *item = mem_zalloc(1, sizeof *item);
    item->report = report;
    item->is_done = true;
    put(pool, item);
}

void pool_tick(struct pool *pool)
{
    turn(pool, false);
}

void pool_finish(struct pool *pool)
{
    while (pool->head) turn(pool, true);
}

void pool_free(struct pool **pool_ptr)
{
    struct pool *pool = *pool_ptr;
    if (!pool) return;
    for (size_t i = 0; i < pool->slot_count; i++) (void)process_end(&pool->slots[i].process);
    for (struct item *item = pool->head, *next; item; item = next) {
        next = item->next;
        item_free(item);
    }
    outcome_free(&pool->outcome);
    buffer_free(&pool->memory);
    free(pool->slots);
    free(pool->polled);
    free(pool);
    *pool_ptr = NULL;
}
