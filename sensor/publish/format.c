/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of formats and what they share; see format.h.
 */
#include "sensor/publish/format.h"

static const struct format formats[] = {
#define FORMAT(name, write, write_session, write_stats) {name, write, write_session, write_stats},
#include "sensor/publish/formats.def"
#undef FORMAT
};

static const struct limit_row {
    const char *key;
    size_t counter; /* offset in struct publish_counters */
} limit_rows[] = {
#define LIMIT(field, value, minimum, maximum, text)                                                          \
    {"publish." #field, offsetof(struct publish_counters, limit_##field)},
#include "sensor/publish/limits.def"
#undef LIMIT
};

const struct format *format_find(struct slice name, enum status *status, struct error *error)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (!slice_equal(name, slice_from_cstr(formats[i].name))) continue;
        if (formats[i].write) return &formats[i];
        *status = error_set(error, STATUS_UNSUPPORTED, "format \"%s\" is not offered by this version",
                            formats[i].name);
        return NULL;
    }
    *status = error_set(error, STATUS_USAGE, "\"%.*s\" is no format; there are ecs and text",
                        (int)slice_head(name, 80).len, (const char *)name.ptr);
    return NULL;
}

enum status publish_check_format(struct slice name, struct error *error)
{
    enum status status = STATUS_OK;
    (void)format_find(name, &status, error);
    return status;
}

void format_limit_reached(struct format_context *context, enum publish_limit limit)
{
    if (context->reached[limit]) return;
    context->reached[limit] = true;
    uint64_t *counter = (uint64_t *)((char *)context->counters + limit_rows[limit].counter);
    *counter += 1;
}

const char *format_limit_key(enum publish_limit limit)
{
    return limit_rows[limit].key;
}

unsigned format_severity_number(enum severity severity)
{
    static const unsigned numbers[] = {
        [SEVERITY_INFO] = 0,  [SEVERITY_LOW] = 21,      [SEVERITY_MEDIUM] = 47,
        [SEVERITY_HIGH] = 73, [SEVERITY_CRITICAL] = 99,
    };
    return numbers[severity];
}
