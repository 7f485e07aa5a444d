/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where records go. A sink is a table of operations and a row in sinks.def; it takes finished records and
 * knows nothing of what is in them. It is used by the publisher's thread alone.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_SINK_H
#define MAILTAP_SENSOR_PUBLISH_SINK_H

#include "sensor/publish/spec.h"

/* What a sink is opened with; outlives the sink. */
struct sink_context {
    const struct output_spec *spec;
    const struct publish_limits *limits;
    struct publish_counters *counters;
};

struct sink_ops {
    /* Opens; *state becomes the sink's own. */
    enum status (*open)(const struct sink_context *context, void **state, struct error *error);
    /* Takes one record (without line end). A failure means that this record will not reach its place. */
    enum status (*write)(void *state, enum record_kind kind, struct slice record, struct error *error);
    /* Goes on with what waits; NULL when nothing ever does. */
    void (*tick)(void *state);
    /* Delivers what waits, releases the state. Fails when something was not delivered. */
    enum status (*close)(void *state, struct error *error);
    bool (*is_terminal)(void *state); /* NULL: never */
};

extern const struct sink_ops sink_stdout, sink_file, sink_redis;

#endif
