/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a record to bytes. A format is a function and a row in formats.def.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_FORMAT_H
#define MAILTAP_SENSOR_PUBLISH_FORMAT_H

#include "base/buffer.h"
#include "sensor/publish/record.h"
#include "sensor/publish/rendering.h"

enum publish_limit {
#define LIMIT(field, value, minimum, maximum, text) PUBLISH_LIMIT_##field,
#include "sensor/publish/limits.def"
#undef LIMIT
    PUBLISH_LIMIT_COUNT
};

struct format_context {
    const struct publish_limits *limits;
    struct publish_counters *counters;
    bool colour;
    uint64_t seq_at; /* set by formats that show mailtap.seq: as that of struct rendered_record */
    bool reached[PUBLISH_LIMIT_COUNT]; /* by the record being written; cleared by format_write() */
};

/* Appends the record without a line feed at its end. */
typedef void (*format_fn)(struct buffer *out, const struct record *record, struct format_context *context);

struct format {
    const char *name;
    format_fn write, write_session, write_stats;
};

/* The format with this name, or NULL with *error filled; *status tells wrong usage from not offered. */
const struct format *format_find(struct slice name, enum status *status, struct error *error);

void format_ecs(struct buffer *out, const struct record *record, struct format_context *context);
void format_text(struct buffer *out, const struct record *record, struct format_context *context);
void format_ecs_session(struct buffer *out, const struct record *record, struct format_context *context);
void format_text_session(struct buffer *out, const struct record *record, struct format_context *context);
void format_ecs_stats(struct buffer *out, const struct record *record, struct format_context *context);
void format_text_stats(struct buffer *out, const struct record *record, struct format_context *context);

/* Notes that this record reached a limit; counted once a record. */
void format_limit_reached(struct format_context *context, enum publish_limit limit);

/* The configuration key, "publish.urls_per_record_max". */
const char *format_limit_key(enum publish_limit limit);

/* The number as records spell severities: 0, 21, 47, 73, 99. */
unsigned format_severity_number(enum severity severity);

#endif
