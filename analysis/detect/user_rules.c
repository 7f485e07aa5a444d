/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The users' own YARA rules (A23), over the mail as it came, every file in it and every text as it is shown.
 * A rule's meta may say `description` and `severity`; without the latter a match is an alert.
 */
#include "analysis/analysis.h"
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "analysis/detect/yara_rules.h"

/* What a match weighs by the severity that its rule names. */
static const struct {
    const char *severity;
    double weight;
} weights[] = {{"info", 0.3}, {"low", 1.5}, {"medium", 4.2}, {"high", 5.0}, {"critical", 6.0}};

struct place {
    struct detect_context *context;
    struct slice where;
};

static void add_match(void *data, const struct yara_match *match)
{
    const struct place *place = data;
    struct slice more = match->description.len > 0 ? match->description : match->tags;
    finding_addf(place->context, place->where, "%.*s%s%.*s%s%.*s", SLICE_ARGS(match->rule),
                 match->string.len > 0 ? ", " : "", SLICE_ARGS(match->string), more.len > 0 ? ": " : "",
                 SLICE_ARGS(more));
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (slice_equal_nocase(match->severity, slice_from_cstr(weights[i].severity)))
            finding_grade(place->context, weights[i].weight);
}

static void scan(struct detect_context *context, struct slice bytes, struct slice where)
{
    struct place place = {context, where};
    struct analysis_counters *counters = context->counters;
    if (bytes.len == 0) return;
    if (bytes.len > context->yara_max_bytes) counters->limit_yara_max_bytes++;
    counters->yara_scans++;
    bytes = slice_head(bytes, context->yara_max_bytes);
    if (!yara_rules_scan(context->yara_rules, bytes, (unsigned)context->yara_timeout_s, add_match, &place))
        counters->yara_failed++;
}

void detect_user_rules(struct detect_context *context)
{
    const struct message *message = context->message;
    if (!context->yara_rules) return;
    scan(context, buffer_slice(&context->mail->bytes), SLICE("mail"));
    for (size_t i = 0; i < message->file_count; i++)
        scan(context, message->files[i].content, message->files[i].path);
    for (size_t i = 0; i < message->text_count; i++)
        scan(context, message->texts[i].text, message->texts[i].path);
}
