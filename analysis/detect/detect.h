/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections: one function and one row in detections.def each, plus a fixture folder
 * tests/fixtures/detections/<ID>/ with hit-*.eml and miss-*.eml. A detection looks at the message view (and
 * the envelope) and adds findings; it knows nothing of scores.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_DETECT_H
#define MAILTAP_ANALYSIS_DETECT_DETECT_H

#include "analysis/message.h"
#include "reassembly/mail.h"

struct knowledge; /* lists: analysis/detect/knowledge.h */
struct word_hits; /* words of the lists in this mail: analysis/detect/words.h */
struct detection;
struct yara_rules; /* users' own rules: analysis/detect/yara_rules.h */
struct analysis_counters;
struct text_model;
struct features;

struct finding {
    const struct detection *rule;
    struct slice evidence; /* what was seen, quoted; escaped, at most 200 bytes */
    struct slice where;    /* "header:From", part path, URL … */
    double weight;         /* the rule's, unless finding_grade() said otherwise */
};

struct finding_list {
    struct finding *items;
    size_t count;
};

struct detect_context {
    struct message *message;
    const struct mail *mail; /* envelope and session; never NULL */
    const struct knowledge *knowledge;
    const struct detection *rule; /* the one that runs */
    struct finding_list findings;
    size_t findings_per_rule_max;
    const struct yara_rules *yara_rules; /* users' own; NULL: none */
    struct analysis_counters *counters;
    uint64_t yara_max_bytes, yara_timeout_s;                        /* limits.def, settings.def */
    uint64_t burst_rcpts, auth_failures_many, model_text_max_bytes; /* settings.def */
    const struct text_model *model;     /* analysis/model/text_model.h; NULL: none */
    struct features *features;          /* scratch for it */
    const struct word_hits *words;      /* of subject and body; set by detect_run_all */
    const struct word_hits *name_words; /* of the From display name; set by detect_run_all */
    struct slice signature;             /* signature_block(); set by detect_run_all */
};

typedef void (*detect_fn)(struct detect_context *context);

/* Findings of one family tend to come together, so they do not add up in full (verdict.c). */
enum finding_family {
    FAMILY_SENDER,
    FAMILY_RECIPIENT,
    FAMILY_WORDING,
    FAMILY_LINK,
    FAMILY_ATTACHMENT,
    FAMILY_CONTEXT,
    FAMILY_COUNT
};

/* What a finding says about the purpose of the mail; the verdict's category is chosen by these. */
enum finding_sign {
    SIGN_NONE = 0,
    SIGN_EXECUTES = 1,      /* carries or links something that executes */
    SIGN_BRAND = 2,         /* poses as a consumer brand or a service */
    SIGN_CREDENTIALS = 4,   /* asks for credentials */
    SIGN_LEADS = 8,         /* a link or form that hides where it goes */
    SIGN_IMPERSONATES = 16, /* sender is made to look like somebody else */
    SIGN_WORK_LURE = 32,    /* made to look like work for this recipient */
    SIGN_BULK = 64,         /* sent to many */
    SIGN_WORK_TOPIC = 128,  /* set by the verdict: everyday business in subject or body */
    SIGN_APPROACH = 256,    /* a personal approach to this recipient */
    SIGN_SOLICITS = 512,    /* offers goods, dating, loans … to anybody */
    SIGN_UNWANTED = 1024,   /* reads like unwanted mail; never alone above low severity */
    SIGN_ASKS = 2048,       /* set by the verdict: words that ask for credentials, or threaten */
};

struct detection {
    const char *id, *title, *title_ja; /* title: what was found, as a short noun phrase */
    const char *looks_at;              /* for `mailtap rules` */
    const char *explain, *explain_ja;  /* why it matters, one or two sentences */
    const char *technique;             /* ATT&CK id; NULL when none */
    const char *seed;                  /* rows of the seed document, separated by blanks */
    double weight;                     /* log-odds evidence for "unwanted", see verdict/verdict.c */
    enum finding_family family;
    unsigned signs; /* enum finding_sign, ored */
    detect_fn run;
};

/* All detections in order of id; *count gets their number. */
const struct detection *detections_all(size_t *count);

/* The detection with this id (any case), or NULL. */
const struct detection *detections_find(struct slice id);

/* Name of an ATT&CK technique ("Spearphishing Attachment"), or NULL when the table does not hold the id. */
const char *technique_name(const char *id);

/* Runs every detection and returns the findings in table order. */
struct finding_list detect_run_all(struct detect_context *context);

/* Adds a finding of the rule that runs; evidence is escaped and cut to 200 bytes. Beyond
 * findings_per_rule_max it is dropped. */
void finding_add(struct detect_context *context, struct slice where, struct slice evidence);

/* The same with a formatted evidence. */
void finding_addf(struct detect_context *context, struct slice where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Weighs the finding that was added last otherwise than its rule says: for rules whose evidence has grades.
 * Of a rule's findings the heaviest counts. */
void finding_grade(struct detect_context *context, double weight);

#endif
