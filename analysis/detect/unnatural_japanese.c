/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Japanese that is not written by people who write Japanese at work (B07): ideographs of simplified Chinese
 * in Japanese sentences, wrong glyphs, days before months, fonts for other languages,
 * and the phrases of machine translation. Each weighs a little; together they stop at WEIGHT_MAX.
 */
#include <math.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/japanese.h"
#include "analysis/detect/rules.h"

static const double WEIGHT_MAX = 1.5;

/* A name in a greeting is one or two; machine translation has more. */
static const struct {
    size_t least;
    double weight, more; /* of the least number, and of each beyond, up to twice the weight */
    const char *what;
} oddities[JAPANESE_ODDITY_COUNT] = {
    [JAPANESE_SIMPLIFIED] = {4, 0.8, 0.2, "simplified Chinese characters"},
    [JAPANESE_GLYPH] = {1, 0.8, 0.4, "characters that only look right"},
    [JAPANESE_DATE] = {1, 0.6, 0.3, "day before month"},
};

static struct japanese_writing read_bodies(const struct message *message)
{
    struct japanese_writing writing = {0};
    japanese_read(&writing, message->subject);
    for (size_t i = 0; i < message->text_count; i++) {
        if (!message->texts[i].is_attachment) japanese_read(&writing, message->texts[i].text);
    }
    return writing;
}

static double add_oddities(struct detect_context *context, const struct japanese_writing *writing)
{
    double sum = 0;
    for (int kind = 0; kind < JAPANESE_ODDITY_COUNT; kind++) {
        size_t count = writing->count[kind], least = oddities[kind].least;
        if (count < least) continue;
        double weight = oddities[kind].weight + oddities[kind].more * (double)(count - least);
        sum += fmin(weight, 2 * oddities[kind].weight);
        finding_addf(context, SLICE("body"), "%s (%zu): %.*s", oddities[kind].what, count,
                     SLICE_ARGS(writing->sample[kind]));
    }
    return sum;
}

static double add_phrases(struct detect_context *context)
{
    const struct word_hits *words = context->words;
    unsigned strength = words->strength[LIST_unnatural_japanese];
    if (strength < 2) return 0;
    const struct word_hit *hit = words_best(words, LIST_unnatural_japanese);
    finding_addf(context, hit->place == WORD_IN_SUBJECT ? SLICE("header:Subject") : SLICE("body"),
                 "unnatural phrase \"%.*s\" in: %.*s", SLICE_ARGS(hit->word->text), SLICE_ARGS(hit->context));
    return 0.3 * strength;
}

/* Fonts that are made for Chinese or Korean, by the names that style sheets know them by. */
static struct slice foreign_font(const struct message *message)
{
    static const struct slice names[] = {
        SLICE_INIT("simsun"),      SLICE_INIT("simhei"),   SLICE_INIT("microsoft yahei"),
        SLICE_INIT("pingfang sc"), SLICE_INIT("宋体"),     SLICE_INIT("微软雅黑"),
        SLICE_INIT("黑体"),        SLICE_INIT("fangsong"), SLICE_INIT("malgun gothic"),
        SLICE_INIT("gulim"),       SLICE_INIT("dotum"),    SLICE_INIT("batang"),
        SLICE_INIT("맑은 고딕"),   SLICE_INIT("굴림"),
    };
    for (size_t i = 0; i < message->text_count; i++) {
        struct slice fonts = message->texts[i].fonts;
        if (message->texts[i].is_attachment) continue;
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
            if (slice_find_nocase(fonts, names[n]) < fonts.len) return names[n];
        }
    }
    return slice_make(NULL, 0);
}

static double add_font(struct detect_context *context)
{
    struct slice font = foreign_font(context->message);
    if (font.len == 0) return 0;
    finding_addf(context, SLICE("body"), "font of another language: %.*s", SLICE_ARGS(font));
    return 0.4;
}

void detect_unnatural_japanese(struct detect_context *context)
{
    struct japanese_writing writing = read_bodies(context->message);
    if (!japanese_is_written(&writing)) return;
    double weight = add_oddities(context, &writing) + add_phrases(context) + add_font(context);
    finding_grade(context, fmin(weight, WEIGHT_MAX));
}
