/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From findings to a verdict: category, severity, score 0–100, one sentence of reason and of advice in
 * English and Japanese. Texts live in the arena of the message that was judged.
 */
#ifndef MAILTAP_ANALYSIS_VERDICT_VERDICT_H
#define MAILTAP_ANALYSIS_VERDICT_VERDICT_H

#include "analysis/detect/detect.h"

enum category {
    CATEGORY_CLEAN,
    CATEGORY_SUSPICIOUS,
    CATEGORY_SPAM,
    CATEGORY_PHISHING,
    CATEGORY_MALWARE,
    CATEGORY_TARGETED
};

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

struct verdict {
    enum category category;
    enum severity severity;
    unsigned score; /* 0–100 */
    struct slice reason, reason_ja, advice, advice_ja;
    struct finding_list findings; /* heaviest first */
};

/* "clean" …, "info" … as records spell them. */
const char *category_name(enum category category);
const char *severity_name(enum severity severity);

/* Parses a severity's name; returns false when it is none. */
bool severity_parse(struct slice name, enum severity *severity);

/* An alert is a verdict that is not clean and of severity low or more. */
static inline bool verdict_is_alert(const struct verdict *verdict)
{
    return verdict->category != CATEGORY_CLEAN && verdict->severity >= SEVERITY_LOW;
}

/* Weighs the findings (see verdict.c for the model) and fills the verdict; `findings` moves into it. */
void verdict_reach(struct verdict *verdict, struct detect_context *context, struct finding_list findings);

#endif
