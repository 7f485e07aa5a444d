/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model. A finding's weight is a log-odds contribution ("how much more likely is an unwanted mail to show
 * this"). Findings of one family are not independent: of each family the strongest counts in full, the second
 * by half, the third by a quarter, and so on; a rule counts once however many findings it has; negative
 * weights count in full. With sum = PRIOR + contributions, score = 100 / (1 + exp(-sum)). From SCORE_ALERT
 * on, the category is chosen by what the mail is for (category_rules), and categories.def gives severity and
 * words.
 */
#include "analysis/verdict/verdict.h"

#include <math.h>

#include "analysis/detect/words.h"
#include "base/utf8.h"

/* Log-odds of an unwanted mail before anything was seen of it, and the score from which a mail is not clean.
 */
static const double PRIOR = -4.0;

/* Findings below this weight are hints. */
static const double WEIGHT_HINT = 0.7;

enum {
    SCORE_ALERT = 50,
    SCORE_HIGH = 70,
    SCORE_VERY_HIGH = 85,
    REASON_FINDINGS = 3,
    REASON_EVIDENCE_BYTES = 80
};

struct category_text {
    const char *name;
    enum severity severity[3];
    const char *opening, *opening_ja, *advice, *advice_ja;
};

static const struct category_text categories[] = {
#define CATEGORY(id, name_, low, high, very_high, opening_, opening_ja_, advice_, advice_ja_)                \
    [CATEGORY_##id] = {name_,    {SEVERITY_##low, SEVERITY_##high, SEVERITY_##very_high},                    \
                       opening_, opening_ja_,                                                                \
                       advice_,  advice_ja_},
#include "analysis/verdict/categories.def"
#undef CATEGORY
};

static const char *const severity_names[] = {"info", "low", "medium", "high", "critical"};

const char *category_name(enum category category)
{
    return categories[category].name;
}

const char *severity_name(enum severity severity)
{
    return severity_names[severity];
}

bool severity_parse(struct slice name, enum severity *severity)
{
    for (size_t i = 0; i < sizeof severity_names / sizeof *severity_names; i++) {
        if (!slice_equal(name, slice_from_cstr(severity_names[i]))) continue;
        *severity = (enum severity)i;
        return true;
    }
    return false;
}

/* The heaviest finding of the run of one rule that begins at `first`; *end gets the end of the run. */
static double weigh_run(const struct finding_list *findings, size_t first, size_t *end)
{
    double weight = findings->items[first].weight;
    size_t i = first + 1;
    for (; i < findings->count && findings->items[i].rule == findings->items[first].rule; i++)
        if (findings->items[i].weight > weight) weight = findings->items[i].weight;
    *end = i;
    return weight;
}

/* Of a rule's findings the heaviest counts, for all of them. */
static void level_runs(struct finding_list *findings)
{
    for (size_t i = 0, end = 0; i < findings->count; i = end) {
        double weight = weigh_run(findings, i, &end);
        for (size_t j = i; j < end; j++) findings->items[j].weight = weight;
    }
}

static bool is_heavier(const struct finding *a, const struct finding *b)
{
    if (a->weight != b->weight) return a->weight > b->weight;
    return strcmp(a->rule->id, b->rule->id) < 0;
}

/* Heaviest first, findings of one rule in the order they were made. Insertion: the list is short (limits.def)
 * and comes in runs of one rule. */
static void sort_findings(struct finding_list *findings)
{
    for (size_t i = 1; i < findings->count; i++) {
        struct finding moved = findings->items[i];
        size_t at = i;
        for (; at > 0 && is_heavier(&moved, &findings->items[at - 1]); at--) {
            findings->items[at] = findings->items[at - 1];
        }
        findings->items[at] = moved;
    }
}

/* Log-odds of the sorted findings, PRIOR included. */
static double sum_weights(const struct finding_list *findings)
{
    double sum = PRIOR, share[FAMILY_COUNT];
    for (size_t i = 0; i < FAMILY_COUNT; i++) share[i] = 1;
    for (size_t i = 0; i < findings->count; i++) {
        const struct detection *rule = findings->items[i].rule;
        const double weight = findings->items[i].weight;
        if (i > 0 && findings->items[i - 1].rule == rule) continue;
        if (weight <= 0) {
            sum += weight;
            continue;
        }
        sum += weight * share[rule->family];
        share[rule->family] /= 2;
    }
    return sum;
}

/* Signs of all findings together, and what the words say about the topic. */
static unsigned collect_signs(const struct finding_list *findings, const struct detect_context *context)
{
    unsigned signs = SIGN_NONE;
    for (size_t i = 0; i < findings->count; i++) signs |= findings->items[i].rule->signs;
    bool business = context->words && context->words->best[LIST_business] > 0;
    if (business && !(signs & SIGN_BRAND)) signs |= SIGN_WORK_TOPIC;
    bool asks = context->words &&
                (context->words->best[LIST_credentials] > 0 || context->words->best[LIST_urgency] >= 2);
    if (asks) signs |= SIGN_ASKS;
    return signs;
}

/* The first rule whose signs are all there gives the category. A lure that looks like work, by an
 * impersonated sender or by its topic, is an attack on this organisation even when it also carries malware or
 * asks for a password; what is offered to anybody is spam even when its links hide. */
static const struct {
    unsigned all;
    enum category category;
} category_rules[] = {
    {SIGN_WORK_LURE | SIGN_EXECUTES, CATEGORY_TARGETED},
    {SIGN_WORK_TOPIC | SIGN_EXECUTES, CATEGORY_TARGETED},
    {SIGN_WORK_TOPIC | SIGN_CREDENTIALS | SIGN_LEADS, CATEGORY_TARGETED},
    {SIGN_EXECUTES, CATEGORY_MALWARE},
    {SIGN_APPROACH, CATEGORY_TARGETED},
    {SIGN_BRAND, CATEGORY_PHISHING},
    {SIGN_SOLICITS, CATEGORY_SPAM},
    {SIGN_CREDENTIALS, CATEGORY_PHISHING},
    {SIGN_BULK, CATEGORY_SPAM},
    {SIGN_WORK_LURE | SIGN_WORK_TOPIC, CATEGORY_TARGETED},
    {SIGN_LEADS, CATEGORY_PHISHING},
    {SIGN_UNWANTED | SIGN_ASKS, CATEGORY_PHISHING},
    {SIGN_UNWANTED, CATEGORY_SPAM},
    {SIGN_NONE, CATEGORY_SUSPICIOUS},
};

static enum category choose_category(unsigned score, unsigned signs)
{
    if (score < SCORE_ALERT) return CATEGORY_CLEAN;
    for (size_t i = 0; i < sizeof category_rules / sizeof *category_rules; i++) {
        if ((signs & category_rules[i].all) == category_rules[i].all) return category_rules[i].category;
    }
    return CATEGORY_SUSPICIOUS;
}

static enum severity choose_severity(enum category category, unsigned score)
{
    return categories[category].severity[(score >= SCORE_HIGH) + (score >= SCORE_VERY_HIGH)];
}

/* True when nothing but the reading of the text speaks against the mail; hints aside. */
static bool is_reading_alone(const struct finding_list *findings)
{
    bool reads = false;
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].rule->signs & SIGN_UNWANTED)
            reads = true;
        else if (findings->items[i].weight >= WEIGHT_HINT)
            return false;
    }
    return reads;
}

/* The words of a reason in one language. */
struct reason_words {
    const char *opening, *first, *next, *end;
};

static const char *title_of(const struct finding *finding, bool ja)
{
    return ja ? finding->rule->title_ja : finding->rule->title;
}

/* "opening: title (evidence); title (evidence)." with the heaviest rules, each once. */
static struct slice write_reason(struct arena *arena, const struct finding_list *findings,
                                 const struct reason_words *words, bool ja)
{
    struct buffer out = buffer_make(4096);
    (void)buffer_append_cstr(&out, words->opening);
    unsigned named = 0;
    for (size_t i = 0; i < findings->count && named < REASON_FINDINGS; i++) {
        const struct finding *f = &findings->items[i];
        if (i > 0 && findings->items[i - 1].rule == f->rule) continue;
        struct slice evidence = utf8_head(f->evidence, REASON_EVIDENCE_BYTES);
        (void)buffer_append_cstr(&out, named++ == 0 ? words->first : words->next);
        (void)buffer_append_cstr(&out, title_of(f, ja));
        (void)buffer_append_cstr(&out, ja ? "（" : " (");
        (void)buffer_append(&out, evidence);
        (void)buffer_append_cstr(&out, evidence.len < f->evidence.len ? "…" : "");
        (void)buffer_append_cstr(&out, ja ? "）" : ")");
    }
    (void)buffer_append_cstr(&out, words->end);
    struct slice reason = arena_copy(arena, utf8_head(buffer_slice(&out), out.len));
    buffer_free(&out);
    return reason;
}

void verdict_reach(struct verdict *verdict, struct detect_context *context, struct finding_list findings)
{
    struct arena *arena = &context->message->arena;
    level_runs(&findings);
    sort_findings(&findings);
    double odds = sum_weights(&findings);
    *verdict = (struct verdict){.findings = findings};
    verdict->score = (unsigned)lround(100 / (1 + exp(-odds)));
    verdict->category = choose_category(verdict->score, collect_signs(&findings, context));
    verdict->severity = choose_severity(verdict->category, verdict->score);
    if (verdict->severity > SEVERITY_LOW && is_reading_alone(&findings)) verdict->severity = SEVERITY_LOW;
    const struct category_text *text = &categories[verdict->category];
    bool clean = verdict->category == CATEGORY_CLEAN;
    struct reason_words en = {text->opening, clean ? "; seen: " : ": ", "; ", "."};
    struct reason_words ja = {text->opening_ja, clean ? "（参考）" : "：", "、", "。"};
    verdict->reason = write_reason(arena, &findings, &en, false);
    verdict->reason_ja = write_reason(arena, &findings, &ja, true);
    verdict->advice = slice_from_cstr(text->advice);
    verdict->advice_ja = slice_from_cstr(text->advice_ja);
}
