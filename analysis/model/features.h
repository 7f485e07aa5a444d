/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the text model sees of a mail: which n-grams of symbols (3 to 5, and pairs of Japanese, Chinese or
 * Korean characters) subject and visible text hold, hashed into buckets, and a few flags about its build. No
 * header names, dates, mailers or domains. Training and judging use this same code.
 */
#ifndef MAILTAP_ANALYSIS_MODEL_FEATURES_H
#define MAILTAP_ANALYSIS_MODEL_FEATURES_H

#include "analysis/message.h"
#include "analysis/model/symbols.h"

enum {
    FEATURE_BITS = 17,
    FEATURE_BUCKETS = 1 << FEATURE_BITS,
    NGRAM_MAX = 5,
    NGRAM_MIN = 3,
    NGRAMS_PER_SYMBOL = 4
};

enum feature_flag {
#define FLAG(id, text) FLAG_##id,
#include "analysis/model/flags.def"
#undef FLAG
    FLAG_COUNT
};

/* Reads the n-grams of one text. */
struct ngram_reader {
    struct symbol_reader symbols;
    uint32_t last[NGRAM_MAX]; /* newest first; 0 before the beginning */
    unsigned seen;
    int32_t symbol; /* that was read last */
};

/* The buckets of the n-grams that end with the next symbol; returns how many, or -1 at the end. */
int ngrams_next(struct ngram_reader *reader, uint32_t buckets[NGRAMS_PER_SYMBOL]);

/* The features of one mail; one object serves many mails, one after the other. */
struct features {
    uint64_t seen[FEATURE_BUCKETS / 64];
    uint32_t buckets[FEATURE_BUCKETS]; /* distinct, in order of appearance */
    size_t count;
    uint32_t flags; /* 1 << enum feature_flag, ored */
};

/* An empty object, or the end of it. */
struct features *features_new(void);
void features_free(struct features **features);

/* Forgets the mail before and reads this one: the subject and the first `text_max_bytes` of the text. */
void features_read(struct features *features, const struct message *message, size_t text_max_bytes);

/* What every bucket's weight is multiplied by: 1/sqrt(count), so that long mails do not weigh more. */
double features_scale(const struct features *features);

#endif
