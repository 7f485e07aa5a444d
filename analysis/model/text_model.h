/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text model: a linear classifier over features.h, in a file of
 *   "MTMODEL1", u32 bits of a bucket, u32 flags, f32 bias, f32 step, f32 flag weight × flags, i8 × buckets,
 *   u32 FNV-1a of all before,
 * numbers big-endian. mailtap-train writes it. The sum is the log-odds of "unwanted" as learnt; what the
 * verdict makes of it is the detection's affair.
 */
#ifndef MAILTAP_ANALYSIS_MODEL_TEXT_MODEL_H
#define MAILTAP_ANALYSIS_MODEL_TEXT_MODEL_H

#include "analysis/model/features.h"
#include "base/buffer.h"
#include "base/status.h"

struct text_model {
    float bias, flags[FLAG_COUNT];
    float step; /* what 1 of a bucket weighs */
    int8_t weights[FEATURE_BUCKETS];
};

/* Reads a model file; NULL with the reason in *error when it is none, is damaged or of another version. */
struct text_model *text_model_read(struct slice file, struct error *error);

/* Appends the file's bytes. */
void text_model_write(const struct text_model *model, struct buffer *out);

void text_model_free(struct text_model **model);

/* The log-odds of these features. */
double text_model_score(const struct text_model *model, const struct features *features);

/* A piece of text that speaks for "unwanted". */
struct telling_word {
    struct slice text; /* points into the text that was read */
    double weight;
};

/* The most telling words of a text, strongest first; returns how many, at most `room`. */
size_t text_model_tell(const struct text_model *model, struct slice text, struct telling_word *words,
                       size_t room);

#endif
