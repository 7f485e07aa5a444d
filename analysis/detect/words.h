/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which words of the lists a mail uses: the result of running the automaton over subject and body once for
 * all detections, and over short texts (a display name, a signature) on demand. Lives in the message's arena.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_WORDS_H
#define MAILTAP_ANALYSIS_DETECT_WORDS_H

#include "analysis/detect/knowledge.h"
#include "base/arena.h"

enum word_place { WORD_IN_SUBJECT, WORD_IN_TEXT, WORD_IN_OTHER };

/* The first occurrence of a word. */
struct word_hit {
    const struct word *word;
    enum word_place place;
    size_t offset;        /* of the word in the folded text it was found in */
    struct slice context; /* the word with a little of what stands around it, folded */
};

struct word_hits {
    struct word_hit *items;
    size_t count;
    unsigned strength[LIST_COUNT]; /* sum over the distinct words of each list */
    unsigned best[LIST_COUNT];     /* the strongest word of each list; 0: none */
};

/* A text in the two forms that words are matched in. */
struct folded_text {
    struct slice packed; /* without white space */
    struct slice words;  /* runs of white space as one blank */
    enum word_place place;
};

/* Matches the texts in order; of each word the first occurrence counts. */
struct word_hits *words_find(const struct knowledge *knowledge, struct arena *arena,
                             const struct folded_text *texts, size_t count);

/* Folds a short text (a display name, a signature) and matches it. Folding is ASCII lower case and full-width
 * forms to half-width, enough for what people write there. */
struct word_hits *words_find_in(const struct knowledge *knowledge, struct arena *arena, struct slice text);

/* The strongest hit of a list, of equals the first; NULL when there is none. */
const struct word_hit *words_best(const struct word_hits *hits, enum list_id list);

#endif
