/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The analysis of one mail and all that publishing needs of it, in this process or in another one: the one
 * place that calls analysis. What mails teach for later mails has to go in with the mail and come out with
 * the outcome, so that any number of processes gives the same.
 */
#ifndef MAILTAP_SENSOR_WORKERS_OUTCOME_H
#define MAILTAP_SENSOR_WORKERS_OUTCOME_H

#include "sensor/extract/extract.h"
#include "sensor/publish/rendering.h"

struct analyzer {
    struct analysis *analysis;
    struct publisher *publisher; /* knows the formats that are wanted */
    bool wants_files;            /* their contents */
};

struct outcome {
    struct rendering rendering;
    struct extract_file *files; /* those that could be read; with wants_files */
    size_t file_count;
    struct analysis_counters analysis; /* what this mail counted; filled by outcome_read() */
    struct publish_counters publish;
    struct buffer notes;         /* of what it asked of other mails and left for them: memory.h */
    struct judgement *judgement; /* holds what `files` point to; NULL after outcome_read() */
};

struct outcome outcome_make(void);
void outcome_free(struct outcome *outcome);

/* Releases what belongs to one mail and keeps the memory for the next. */
void outcome_clear(struct outcome *outcome);

/* Judges the mail and renders its records; the outcome lives until it is cleared. Counts in analysis and
 * publisher. */
void analyzer_run(struct analyzer *analyzer, const struct mail *mail, struct outcome *outcome);

/* The outcome of a mail whose analysis failed. */
void analyzer_fail(struct analyzer *analyzer, const struct mail *mail, struct slice why,
                   struct outcome *outcome);

/* Appends the outcome. */
void outcome_write(struct buffer *out, const struct outcome *outcome);

/* Reads one that another process wrote; files point into `bytes`. False when the bytes are none: the process
 * parses hostile mail, so it is not believed. */
bool outcome_read(struct outcome *outcome, struct slice bytes);

#endif
