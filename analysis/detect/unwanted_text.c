/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the text model makes of subject and body (B20): the finding's weight grows with the model's log-odds
 * from a threshold on, and alone makes an alert of low severity at most. The evidence is the words that spoke
 * most for it.
 */
#include <math.h>
#include <stdio.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "analysis/model/text_model.h"
#include "base/utf8.h"

enum { WORDS_SHOWN = 5, TEXT_MIN_BYTES = 40 };

/* A little above what honest mail of all corpora reaches; and log-odds of the verdict for one of the model.
 */
static const double THRESHOLD = 0.3, SLOPE = 2.0, WEIGHT_MAX = 4.6, WEIGHT_MIN = 0.3;

static struct slice list_words(struct arena *arena, const struct telling_word *words, size_t count)
{
    struct buffer out = buffer_make(1024);
    for (size_t i = 0; i < count; i++) {
        (void)buffer_append_cstr(&out, i ? ", \"" : "\"");
        (void)buffer_append(&out, words[i].text);
        (void)buffer_append_cstr(&out, "\"");
    }
    struct slice copy = arena_copy(arena, buffer_slice(&out));
    buffer_free(&out);
    return copy;
}

void detect_unwanted_text(struct detect_context *context)
{
    struct message *message = context->message;
    if (!context->model) return;
    if (message->text_words.len + message->subject_words.len < TEXT_MIN_BYTES) return;
    features_read(context->features, message, context->model_text_max_bytes);
    double weight = SLOPE * (text_model_score(context->model, context->features) - THRESHOLD);
    if (weight < WEIGHT_MIN) return;
    struct telling_word words[WORDS_SHOWN];
    bool in_body = message->text_words.len > 0;
    struct slice text =
        in_body ? utf8_head(message->text_words, context->model_text_max_bytes) : message->subject_words;
    size_t count = text_model_tell(context->model, text, words, WORDS_SHOWN);
    finding_add(context, in_body ? SLICE("body") : SLICE("header:Subject"),
                list_words(&message->arena, words, count));
    finding_grade(context, fmin(weight, WEIGHT_MAX));
}
