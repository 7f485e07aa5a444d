/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way through the analysis rooms: extract, detect, verdict; see analysis.h.
 */
#include "analysis/analysis.h"

#include <stdlib.h>

#include "analysis/data/model.h"
#include "analysis/detect/knowledge.h"
#include "analysis/detect/yara_rules.h"
#include "analysis/extract/extract.h"
#include "analysis/model/text_model.h"
#include "base/mem.h"

enum { NS_PER_S = 1000000000 };

struct analysis {
    struct analysis_limits limits;
    struct analysis_counters counters;
    struct knowledge *knowledge;
    struct text_model *model;
    struct yara_rules *yara_rules; /* NULL: none */
    struct features *features;
    struct password_store *own_store, *store;
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
    struct text_model *model = text_model_read(data_text_model(), error);
    struct knowledge *knowledge = model ? knowledge_new(error) : NULL;
    if (!knowledge) {
        text_model_free(&model);
        return NULL;
    }
    extract_init(); /* opens what it needs now: callers may enter a sandbox next */
    struct analysis *analysis = mem_zalloc(1, sizeof *analysis);
    analysis->limits = *limits;
    analysis->knowledge = knowledge;
    analysis->model = model;
    analysis->features = features_new();
    analysis->own_store = analysis->store = password_store_new(&(struct password_store_limits){
        .pairs_max = limits->password_pairs_max,
        .window_ns = limits->password_window_s * NS_PER_S,
        .archive_max_bytes = limits->password_archive_max_bytes,
        .archives_total_max_bytes = limits->password_archives_total_max_bytes,
    });
    return analysis;
}

void analysis_free(struct analysis **analysis)
{
    if (!*analysis) return;
    knowledge_free(&(*analysis)->knowledge);
    text_model_free(&(*analysis)->model);
    yara_rules_free(&(*analysis)->yara_rules);
    features_free(&(*analysis)->features);
    password_store_free(&(*analysis)->own_store);
    free(*analysis);
    *analysis = NULL;
}

enum status analysis_use_rules(struct analysis *analysis, const struct rule_source *sources, size_t count,
                               struct error *error)
{
    struct yara_rules *rules = yara_rules_new(sources, count, error);
    if (!rules) return STATUS_BAD;
    yara_rules_free(&analysis->yara_rules);
    analysis->yara_rules = rules;
    return STATUS_OK;
}

enum status analysis_use_model(struct analysis *analysis, struct slice file, struct error *error)
{
    struct text_model *model = text_model_read(file, error);
    if (!model) return STATUS_BAD;
    text_model_free(&analysis->model);
    analysis->model = model;
    return STATUS_OK;
}

void analysis_use_password_store(struct analysis *analysis, struct password_store *store)
{
    analysis->store = store ? store : analysis->own_store;
}

struct password_store *analysis_password_store(struct analysis *analysis)
{
    return analysis->store;
}

void analysis_forget(struct analysis *analysis)
{
    password_store_clear(analysis->store);
}

const struct analysis_counters *analysis_counters(const struct analysis *analysis)
{
    return &analysis->counters;
}

void analysis_add_counters(struct analysis *analysis, const struct analysis_counters *more)
{
#define COUNTER(field, text) analysis->counters.field += more->field;
#include "analysis/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) analysis->counters.limit_##field += more->limit_##field;
#include "analysis/limits.def"
#undef LIMIT
}

struct judgement *analysis_judge(struct analysis *analysis, const struct mail *mail)
{
    struct judgement *judgement = mem_zalloc(1, sizeof *judgement);
    judgement->message = extract_message(mail, &analysis->limits, &analysis->counters, analysis->store);
    struct detect_context context = {
        .message = judgement->message,
        .mail = mail,
        .knowledge = analysis->knowledge,
        .model = analysis->model,
        .features = analysis->features,
        .findings_per_rule_max = analysis->limits.findings_per_rule_max,
        .yara_rules = analysis->yara_rules,
        .counters = &analysis->counters,
        .yara_max_bytes = analysis->limits.yara_max_bytes,
        .yara_timeout_s = analysis->limits.yara_timeout_s,
        .burst_rcpts = analysis->limits.burst_rcpts,
        .model_text_max_bytes = analysis->limits.model_text_max_bytes,
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
