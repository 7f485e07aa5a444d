/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counters by the rows of the rooms' counters.def and limits.def; see stats.h.
 */
#include "sensor/stats.h"

#define COUNTER(field, text)                        +1
#define LIMIT(field, value, minimum, maximum, text) +1
enum {
    REASSEMBLY_VALUES = 0
#include "reassembly/counters.def"
#include "reassembly/limits.def"
    ,
    ANALYSIS_VALUES = 0
#include "analysis/counters.def"
#include "analysis/limits.def"
    ,
    PUBLISH_VALUES = 0
#include "sensor/publish/counters.def"
#include "sensor/publish/limits.def"
    ,
    EXTRACT_VALUES = 0
#include "sensor/extract/counters.def"
#include "sensor/extract/limits.def"
    ,
    WORKERS_VALUES = 0
#include "sensor/workers/counters.def"
#include "sensor/workers/limits.def"
    ,
    LIVE_VALUES = 0
#include "sensor/live/counters.def"
    ,
    ALL_VALUES =
        REASSEMBLY_VALUES + ANALYSIS_VALUES + PUBLISH_VALUES + EXTRACT_VALUES + WORKERS_VALUES + LIVE_VALUES
};
#undef LIMIT
#undef COUNTER

#define COUNTER(field, text) *at++ = (struct publish_value){SECTION, #field, c->field};
#define LIMIT(field, value, minimum, maximum, text)                                                          \
    *at++ = (struct publish_value){SECTION, "limit_" #field, c->limit_##field};

static struct publish_value *put_reassembly(struct publish_value *at, const struct reassembly_counters *c)
{
#define SECTION "reassembly"
#include "reassembly/counters.def"
#include "reassembly/limits.def"
#undef SECTION
    return at;
}

static struct publish_value *put_analysis(struct publish_value *at, const struct analysis_counters *c)
{
#define SECTION "analysis"
#include "analysis/counters.def"
#include "analysis/limits.def"
#undef SECTION
    return at;
}

static struct publish_value *put_publish(struct publish_value *at, const struct publish_counters *c)
{
#define SECTION "publish"
#include "sensor/publish/counters.def"
#include "sensor/publish/limits.def"
#undef SECTION
    return at;
}

static struct publish_value *put_extract(struct publish_value *at, const struct extract_counters *c)
{
#define SECTION "extract"
#include "sensor/extract/counters.def"
#include "sensor/extract/limits.def"
#undef SECTION
    return at;
}

static struct publish_value *put_workers(struct publish_value *at, const struct workers_counters *c)
{
#define SECTION "workers"
#include "sensor/workers/counters.def"
#include "sensor/workers/limits.def"
#undef SECTION
    return at;
}

static struct publish_value *put_live(struct publish_value *at, const struct live_counters *c)
{
#define SECTION "live"
#include "sensor/live/counters.def"
#undef SECTION
    return at;
}

#undef LIMIT
#undef COUNTER

void stats_publish(const struct judge *judge, const struct mail_reader *reader)
{
    struct publish_value values[ALL_VALUES], *at = values;
    struct publish_stats stats = {.values = values, .time_ns = judge->last_ns};
    if (reader) {
        at = put_reassembly(at, &reader->counters);
        stats.capture_loss = health_loss_rate(&reader->counters);
        if (reader->last_ns > stats.time_ns) stats.time_ns = reader->last_ns;
    }
    at = put_analysis(at, analysis_counters(judge->analyzer.analysis));
    at = put_publish(at, publisher_counters(judge->analyzer.publisher));
    if (judge->extractor) at = put_extract(at, extractor_counters(judge->extractor));
    at = put_workers(at, &judge->workers);
    if (reader && reader->live) at = put_live(at, reader->live);
    stats.count = (size_t)(at - values);
    publisher_publish_stats(judge->analyzer.publisher, &stats);
}
