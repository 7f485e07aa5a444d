/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Analyzer processes: mails and reports of sessions go in, and come out in the same order with what analysis
 * made of them, whatever the number of processes and whatever becomes of them. A process that is lost costs
 * its mail a second try in another one; then the mail is given back as failed. The pool waits in
 * pool_put_*() when too much is under way, never busily; it is used by one thread.
 */
#ifndef MAILTAP_SENSOR_WORKERS_POOL_H
#define MAILTAP_SENSOR_WORKERS_POOL_H

#include "reassembly/session_report.h"
#include "sensor/workers/outcome.h"

struct workers_settings {
#define SETTING(field, value, minimum, maximum, text) uint64_t field;
#define LIMIT(field, value, minimum, maximum, text)   uint64_t field;
#include "sensor/workers/limits.def"
#include "sensor/workers/settings.def"
#undef LIMIT
#undef SETTING
};

struct workers_counters {
#define COUNTER(field, text) uint64_t field;
#include "sensor/workers/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) uint64_t limit_##field;
#include "sensor/workers/limits.def"
#undef LIMIT
};

/* Where everything comes out, in order. A mail comes as mail_wire_read() takes it; arguments live until the
 * call returns, but the report becomes the client's. `recall` comes before on_outcome: it puts what other
 * mails told this one (memory.h) into *memory; unless that is nothing the mail is analysed once more with it,
 * and its outcome is the second. */
struct pool_client {
    void (*recall)(void *context, const struct outcome *outcome, struct buffer *memory);
    void (*on_outcome)(void *context, struct slice mail, const struct outcome *outcome);
    void (*on_failure)(void *context, struct slice mail, struct slice why);
    session_fn on_session;
    void *context;
};

struct pool;

/* Starts `count` processes that have what the analyzer points to as it is now. Nothing of it may be used by
 * threads. NULL with *error when not one can be started. The counters are the caller's and outlive the pool.
 */
struct pool *pool_open(size_t count, const struct workers_settings *settings, struct analyzer *analyzer,
                       const struct pool_client *client, struct workers_counters *counters,
                       struct error *error);

/* Takes the mail and releases it. */
void pool_put_mail(struct pool *pool, struct mail *mail);

/* Takes the report. */
void pool_put_session(struct pool *pool, struct session_report *report);

/* To be called now and then while nothing is put: takes what has come and gives it out, without waiting. */
void pool_tick(struct pool *pool);

/* Waits until everything has come out. */
void pool_finish(struct pool *pool);

/* Ends the processes and clears the caller's pointer; what has not come out is lost. */
void pool_free(struct pool **pool);

#endif
