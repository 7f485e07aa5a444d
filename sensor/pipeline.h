/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first half of the way of the data: frames from captures through decode, engine and sessions to mails;
 * judge.h has the second. Used by one thread.
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
    const struct live_counters *live; /* NULL: capture files are read */
    uint64_t last_ns;                 /* packet time reached */
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

/* Takes one frame. STATUS_LIMIT when the engine has no memory left: no more can be read. */
enum status mail_reader_feed(struct mail_reader *reader, const struct frame *frame);

/* Packet time has reached now_ns although no frame says so: time-outs, new secrets. */
void mail_reader_tick(struct mail_reader *reader, uint64_t now_ns);

/* Ends all connections: the last mails come out. */
void mail_reader_close(struct mail_reader *reader);

#endif
