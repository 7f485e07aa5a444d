/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of detections and the way through it; see detect.h. Findings and their evidence live in the
 * message's arena.
 */
#include "analysis/detect/detect.h"
#include "analysis/detect/facts.h"

#include <stdarg.h>
#include <stdio.h>

#include "analysis/detect/rules.h"
#include "analysis/detect/words.h"
#include "base/utf8.h"

enum { EVIDENCE_MAX_BYTES = 200, WHERE_MAX_BYTES = 300 };

static const struct detection detections[] = {
#define DETECTION(id_, function, weight_, family_, signs_, technique_, seed_, title_, title_ja_, looks_at_,  \
                  explain_, explain_ja_)                                                                     \
    {.id = #id_,                                                                                             \
     .title = (title_),                                                                                      \
     .title_ja = (title_ja_),                                                                                \
     .looks_at = (looks_at_),                                                                                \
     .explain = (explain_),                                                                                  \
     .explain_ja = (explain_ja_),                                                                            \
     .technique = (technique_),                                                                              \
     .seed = (seed_),                                                                                        \
     .weight = (weight_),                                                                                    \
     .family = FAMILY_##family_,                                                                             \
     .signs = (signs_),                                                                                      \
     .run = (function)},
#include "analysis/detect/detections.def"
#undef DETECTION
};

enum { DETECTION_COUNT = sizeof detections / sizeof *detections };

const struct detection *detections_all(size_t *count)
{
    *count = DETECTION_COUNT;
    return detections;
}

const struct detection *detections_find(struct slice id)
{
    for (size_t i = 0; i < DETECTION_COUNT; i++) {
        if (slice_equal_nocase(id, slice_from_cstr(detections[i].id))) return &detections[i];
    }
    return NULL;
}

const char *technique_name(const char *id)
{
    static const struct {
        const char *id, *name, *alias;
    } techniques[] = {
#define TECHNIQUE(id_, name_, alias_) {id_, name_, alias_},
#include "analysis/data/techniques.def"
#undef TECHNIQUE
    };
    if (!id || !*id) return NULL;
    for (size_t i = 0; i < sizeof techniques / sizeof *techniques; i++) {
        if (strcmp(techniques[i].id, id) == 0 || strcmp(techniques[i].alias, id) == 0)
            return techniques[i].name;
    }
    return NULL;
}

/* Looks up the words of subject, body and display name, once for all detections. */
static void match_words(struct detect_context *context)
{
    struct message *message = context->message;
    const struct folded_text texts[] = {{message->subject_folded, message->subject_words, WORD_IN_SUBJECT},
                                        {message->text_folded, message->text_words, WORD_IN_TEXT}};
    context->words = words_find(context->knowledge, &message->arena, texts, 2);
    const struct mailbox *from = message_from(message);
    struct slice name = from ? from->name : slice_make(NULL, 0);
    context->name_words = words_find_in(context->knowledge, &message->arena, name);
}

struct finding_list detect_run_all(struct detect_context *context)
{
    size_t room = DETECTION_COUNT * context->findings_per_rule_max;
    context->findings = (struct finding_list){0};
    context->findings.items = arena_zalloc(&context->message->arena, room, sizeof *context->findings.items);
    match_words(context);
    context->signature = signature_block(context->message);
    for (size_t i = 0; i < DETECTION_COUNT; i++) {
        context->rule = &detections[i];
        context->rule->run(context);
    }
    context->rule = NULL;
    return context->findings;
}

/* How many findings the running rule has already; they stand at the end of the list. */
static size_t count_of_rule(const struct detect_context *context)
{
    size_t n = 0, count = context->findings.count;
    while (n < count && context->findings.items[count - n - 1].rule == context->rule) n++;
    return n;
}

/* A valid, escaped copy of at most `max` bytes. */
static struct slice escaped(struct detect_context *context, struct slice text, size_t max)
{
    struct buffer out = buffer_make(max * 10);
    utf8_escape(&out, slice_head(text, max));
    struct slice copy = arena_copy(&context->message->arena, utf8_head(buffer_slice(&out), max));
    buffer_free(&out);
    return copy;
}

void finding_add(struct detect_context *context, struct slice where, struct slice evidence)
{
    if (count_of_rule(context) >= context->findings_per_rule_max) return;
    context->findings.items[context->findings.count++] = (struct finding){
        context->rule, escaped(context, utf8_head(evidence, EVIDENCE_MAX_BYTES), EVIDENCE_MAX_BYTES),
        escaped(context, utf8_head(where, WHERE_MAX_BYTES), WHERE_MAX_BYTES), context->rule->weight};
}

void finding_grade(struct detect_context *context, double weight)
{
    if (count_of_rule(context) > 0) context->findings.items[context->findings.count - 1].weight = weight;
}

void finding_addf(struct detect_context *context, struct slice where, const char *format, ...)
{
    char text[4 * EVIDENCE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    finding_add(context, where, slice_make(text, len));
}
