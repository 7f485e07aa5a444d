/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The door of the publishing room: judged mails go in, records go out to every output that wants them. A
 * publisher is used by one thread. It owns its outputs; mails and judgements stay the caller's and are not
 * kept after a call.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_PUBLISHER_H
#define MAILTAP_SENSOR_PUBLISH_PUBLISHER_H

#include "analysis/analysis.h"
#include "base/slice.h"
#include "base/status.h"
#include "reassembly/mail.h"
#include "reassembly/session_report.h"

enum record_kind {
#define RECORD(id, name, dataset, kind, offered) RECORD_##id,
#include "sensor/publish/records.def"
#undef RECORD
    RECORD_KIND_COUNT
};

/* A set of record kinds. */
#define RECORD_BIT(kind) (1U << (kind))

enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct publish_limits {
#define LIMIT(field, value, minimum, maximum, text) uint64_t field;
#include "sensor/publish/limits.def"
#undef LIMIT
};

struct publish_counters {
#define COUNTER(field, text) uint64_t field;
#include "sensor/publish/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) uint64_t limit_##field;
#include "sensor/publish/limits.def"
#undef LIMIT
};

/* What holds for an output whose SPEC does not say otherwise. */
struct publish_defaults {
    const char *format;         /* a name of formats.def */
    unsigned records;           /* RECORD_BITs */
    enum severity min_severity; /* of alerts; messages are given out whatever their severity */
    enum colour_mode colour;    /* COLOUR_AUTO: text on a terminal, unless NO_COLOR is set */
};

struct publish_options {
    struct publish_defaults defaults;
    struct publish_limits limits;
    const char *observer_name; /* NULL: the host's name */
    const char *interface;     /* live capture's interface; NULL otherwise */
};

/* ecs, alerts of severity low and above, the defaults of limits.def. */
struct publish_options publish_default_options(void);

/* Reads the LIST of --records ("alerts,messages", "all": every kind this version offers). */
enum status publish_parse_records(struct slice list, unsigned *records, struct error *error);

/* STATUS_OK when the format exists; else says what is wrong. */
enum status publish_check_format(struct slice name, struct error *error);

struct publisher;

/* A publisher without outputs; copies the options. The process ignores SIGPIPE from here on: an output that
 * went away is reported as an error instead. NULL with *error filled when the defaults name an unknown
 * format. */
struct publisher *publisher_new(const struct publish_options *options, struct error *error);

/* Opens the output that SPEC describes (docs/records.md has the grammar). A Redis that cannot be reached is
 * not an error (it may come), one that refuses the password is. Messages never hold the password.
 * STATUS_USAGE: the SPEC is wrong; STATUS_UNSUPPORTED: not offered; STATUS_IO: it cannot be opened. */
enum status publisher_add_output(struct publisher *publisher, struct slice spec, struct error *error);

/* Gives the mail's records to the outputs: one `mailtap.message`, and one `mailtap.alert` when the verdict is
 * an alert. Failures are counted, logged once per output, and reported by publisher_close(). */
void publisher_publish_mail(struct publisher *publisher, const struct mail *mail,
                            const struct judgement *judgement);

/* True when some output takes session records: else reports need not be made. */
bool publisher_wants_sessions(const struct publisher *publisher);

/* Gives one `mailtap.session` record to the outputs that want it. */
void publisher_publish_session(struct publisher *publisher, const struct session_report *report);

/* A counter: "reassembly", "frames". */
struct publish_value {
    const char *section, *name;
    uint64_t value;
};

struct publish_stats {
    const struct publish_value *values; /* those of one section stand together */
    size_t count;
    double capture_loss; /* share of the payload that was not captured, 0 to 1 */
    uint64_t time_ns;    /* packet time, since 1970 UTC */
};

/* Gives one `mailtap.stats` record to the outputs that want it. */
void publisher_publish_stats(struct publisher *publisher, const struct publish_stats *stats);

/* To be called now and then while no mail comes: tries to deliver what waits for a Redis that was away. */
void publisher_tick(struct publisher *publisher);

const struct publish_counters *publisher_counters(const struct publisher *publisher);

/* Adds what was counted elsewhere. */
void publisher_add_counters(struct publisher *publisher, const struct publish_counters *more);

/* Delivers what waits (for a bounded time), closes the outputs, releases the publisher and clears the
 * caller's pointer. STATUS_IO with the first failure in *error when any record did not reach its output. */
enum status publisher_close(struct publisher **publisher, struct error *error);

/* Hex digits of event.id, and room for their NUL. */
enum { EVENT_ID_SIZE = 33 };

/* The event.id of the mail's records: of the flow, the connection's first payload and the mail's index; for a
 * mail file of its bytes. */
void publish_event_id(const struct mail *mail, char id[static EVENT_ID_SIZE]);

#endif
