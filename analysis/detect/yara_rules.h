/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users' own rules, by libyara. Rules are compiled once, from text, and then scan bytes; scanning changes
 * nothing but the counts. Includes are not followed: rules are given whole.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_YARA_RULES_H
#define MAILTAP_ANALYSIS_DETECT_YARA_RULES_H

#include "base/slice.h"
#include "base/status.h"

struct yara_rules;

/* A file of rules: its name, for messages, and its text. */
struct rule_source {
    const char *name;
    struct slice text;
};

/* Compiles the sources. NULL with the file, line and reason in *error when one is wrong. */
struct yara_rules *yara_rules_new(const struct rule_source *sources, size_t count, struct error *error);

void yara_rules_free(struct yara_rules **rules);

/* A rule that matched. Everything lives during the call only. */
struct yara_match {
    struct slice rule, tags, description; /* tags separated by blanks; description: of the rule's meta */
    struct slice severity;                /* of its meta: info, low, medium, high, critical; or empty */
    struct slice string;                  /* name of the first string that matched, "$a"; or empty */
    uint64_t offset;                      /* of it */
};

typedef void (*yara_match_fn)(void *context, const struct yara_match *match);

/* Scans the bytes for at most `timeout_s` seconds. Returns false when the time was up or memory short. */
bool yara_rules_scan(const struct yara_rules *rules, struct slice bytes, unsigned timeout_s,
                     yara_match_fn match_fn, void *context);

#endif
