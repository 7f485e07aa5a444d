/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way through the analysis rooms: extract, detect, verdict; see analysis.h.
 */
#include "analysis/analysis.h"

#include <stdlib.h>

#include "analysis/detect/knowledge.h"
#include "analysis/extract/extract.h"
#include "base/mem.h"

struct analysis {
    struct analysis_limits limits;
    struct analysis_counters counters;
    struct knowledge *knowledge;
};

struct analysis_limits analysis_default_limits(void)
{
    return (struct analysis_limits){
#define LIMIT(field, value, minimum, maximum, text)   .field = (value),
#define SETTING(field, value, minimum, maximum, text) .field = (value),
#include "analysis/limits.def"
#include "analysis/settings.def"
#undef SETTING
#undef LIMIT
    };
}

struct analysis *analysis_new(const struct analysis_limits *limits, struct error *error)
{
    struct knowledge *knowledge = knowledge_new(error);
    if (!knowledge) return NULL;
    extract_init(); /* opens what it needs now: callers may enter a sandbox next */
    struct analysis *analysis = mem_zalloc(1, sizeof *analysis);
    analysis->limits = *limits;
    analysis->knowledge = knowledge;
    return analysis;
}

void analysis_free(struct analysis **analysis)
{
    if (!*analysis) return;
    knowledge_free(&(*analysis)->knowledge);
    free(*analysis);
    *analysis = NULL;
}

const struct analysis_counters *analysis_counters(const struct analysis *analysis)
{
    return &analysis->counters;
}

struct judgement *analysis_judge(struct analysis *analysis, const struct mail *mail)
{
    struct judgement *judgement = mem_zalloc(1, sizeof *judgement);
    judgement->message = extract_message(mail, &analysis->limits, &analysis->counters);
    struct detect_context context = {
        .message = judgement->message,
        .mail = mail,
        .knowledge = analysis->knowledge,
        .findings_per_rule_max = analysis->limits.findings_per_rule_max,
        .burst_rcpts = analysis->limits.burst_rcpts,
        .auth_failures_many = analysis->limits.auth_failures_many,
    };
    struct finding_list findings = detect_run_all(&context);
    verdict_reach(&judgement->verdict, &context, findings);
    analysis->counters.mails_analyzed++;
    return judgement;
}

void judgement_free(struct judgement **judgement)
{
    if (!*judgement) return;
    message_free(&(*judgement)->message);
    free(*judgement);
    *judgement = NULL;
}
