/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The door of the analysis rooms: a mail goes in, its message view and its verdict come out. Pure: no files,
 * no sockets, no clock. One `struct analysis` is used by one thread; it holds what is loaded once (lists,
 * detections' words).
 */
#ifndef MAILTAP_ANALYSIS_ANALYSIS_H
#define MAILTAP_ANALYSIS_ANALYSIS_H

#include "analysis/message.h"
#include "analysis/verdict/verdict.h"
#include "base/status.h"
#include "reassembly/mail.h"

struct analysis_limits {
#define LIMIT(field, value, minimum, maximum, text)   uint64_t field;
#define SETTING(field, value, minimum, maximum, text) uint64_t field;
#include "analysis/limits.def"
#include "analysis/settings.def"
#undef SETTING
#undef LIMIT
};

struct analysis_counters {
#define COUNTER(field, text) uint64_t field;
#include "analysis/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) uint64_t limit_##field;
#include "analysis/limits.def"
#undef LIMIT
};

/* The defaults of limits.def and settings.def. */
struct analysis_limits analysis_default_limits(void);

struct analysis;

/* Loads lists and detections. On failure returns NULL and says why in *error. */
struct analysis *analysis_new(const struct analysis_limits *limits, struct error *error);

void analysis_free(struct analysis **analysis);

/* Judges text by this model (the bytes of a file of mailtap-train) instead of the built-in one. STATUS_BAD
 * with the reason when it is none; the model before stays. */
enum status analysis_use_model(struct analysis *analysis, struct slice file, struct error *error);

/* Matches every mail against these rules of the user's (analysis/detect/yara_rules.h), in place of those
 * before. STATUS_BAD with the file, line and reason when one is wrong; the rules before stay. */
struct rule_source;
enum status analysis_use_rules(struct analysis *analysis, const struct rule_source *sources, size_t count,
                               struct error *error);

/* What mails of the same two told one another (extract/password_store.h) is kept by the analysis itself, or
 * in this store of the caller's, which must outlive the analysis; NULL: its own again. */
struct password_store;
void analysis_use_password_store(struct analysis *analysis, struct password_store *store);

/* The store in use. */
struct password_store *analysis_password_store(struct analysis *analysis);

/* Forgets what earlier mails told, as if none had been judged. */
void analysis_forget(struct analysis *analysis);

const struct analysis_counters *analysis_counters(const struct analysis *analysis);

/* Adds what was counted elsewhere. */
void analysis_add_counters(struct analysis *analysis, const struct analysis_counters *more);

/* A judged mail: view and verdict live until judgement_free(). */
struct judgement {
    struct message *message;
    struct verdict verdict;
};

/* Judges one mail. Never fails: what could not be read is counted and noted in the view. */
struct judgement *analysis_judge(struct analysis *analysis, const struct mail *mail);

/* The judgement of a mail whose analysis did not end, twice: one finding, "analyzer-failed", and an empty
 * view. `why` is evidence: "ended by signal 11". */
struct judgement *analysis_failed(struct slice why);

void judgement_free(struct judgement **judgement);

#endif
