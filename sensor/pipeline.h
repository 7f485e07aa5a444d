/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way of the data: frames from captures through decode, engine and sessions to mails, and mails through
 * analysis to records. One pipeline is used by one thread.
 */
#ifndef MAILTAP_SENSOR_PIPELINE_H
#define MAILTAP_SENSOR_PIPELINE_H

#include "reassembly/decode/decode.h"
#include "reassembly/session/session.h"
#include "sensor/keylog.h"
#include "sensor/options.h"

/* Captures to mails: everything below analysis. */
struct mail_reader {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct decoder decoder;
    struct assembler assembler;
    const struct engine_ops *ops;
    struct engine *engine;
    struct health health;
    uint64_t last_ns; /* packet time reached */
    struct tls_secrets *secrets;
    struct keylog *keylog; /* NULL: none is followed */
};

/* Mails come out through `on_mail`, reports of sessions through `on_session` (NULL: none), while frames go
 * in. STATUS_* with *error when the engine cannot start or the key log cannot be read. */
enum status mail_reader_open(struct mail_reader *reader, const struct options *options, mail_fn on_mail,
                             session_fn on_session, void *context, struct error *error);

/* Reads one capture to its end. STATUS_IO with a sentence when it broke off; what was read before has been
 * used. */
enum status mail_reader_read(struct mail_reader *reader, const char *path, struct error *error);

/* Ends all connections: the last mails come out. */
void mail_reader_close(struct mail_reader *reader);

/* Mails to records: analysis and outputs. */
struct judge {
    struct analysis *analysis;
    struct publisher *publisher;
    struct extractor *extractor; /* NULL: nothing is written out */
    uint64_t mails, alerts;
    uint64_t last_ns; /* time of the latest mail or session */
};

enum status judge_open(struct judge *judge, const struct options *options, struct error *error);

/* Judges a mail, publishes its records and releases it. */
void judge_mail(struct judge *judge, struct mail *mail);

/* True when some output takes what is told of sessions: else nobody need ask for reports. */
bool judge_wants_sessions(const struct judge *judge);

/* Publishes what is told of a session and releases it. */
void judge_session(struct judge *judge, struct session_report *report);

/* Flushes the outputs. STATUS_IO when one of them failed. */
enum status judge_close(struct judge *judge, struct error *error);

#endif
