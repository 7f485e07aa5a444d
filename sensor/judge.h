/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The second half of the way of the data: mails through analysis, here or in processes of its own, to records
 * and files. Used by one thread; records come out in the order in which mails and reports went in.
 */
#ifndef MAILTAP_SENSOR_JUDGE_H
#define MAILTAP_SENSOR_JUDGE_H

#include "sensor/options.h"
#include "sensor/workers/pool.h"

struct judge {
    struct analyzer analyzer; /* and with it analysis and publisher */
    struct outcome outcome;
    struct extractor *extractor; /* NULL: nothing is written out */
    struct pool *pool;           /* NULL: analysis happens in this process */
    struct workers_counters workers;
    uint64_t mails, alerts;
    uint64_t last_ns; /* time of the latest mail or session */
};

enum status judge_open(struct judge *judge, const struct options *options, struct error *error);

/* Judges a mail, publishes its records and releases it; with processes, some time before judge_finish()
 * returns. */
void judge_mail(struct judge *judge, struct mail *mail);

/* True when some output takes what is told of sessions: else nobody need ask for reports. */
bool judge_wants_sessions(const struct judge *judge);

/* Publishes what is told of a session and releases it. */
void judge_session(struct judge *judge, struct session_report *report);

/* To be called now and then while no mail comes: gives out what analysis has done, tries outputs again. */
void judge_tick(struct judge *judge);

/* Waits until all mails are judged and published: the counters are final then. */
void judge_finish(struct judge *judge);

/* Flushes the outputs. STATUS_IO when one of them failed. */
enum status judge_close(struct judge *judge, struct error *error);

#endif
