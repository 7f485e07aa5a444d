/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inside of struct knowledge, shared by knowledge.c (asking) and knowledge_parse.c (reading the files)
 * alone.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_KNOWLEDGE_PRIVATE_H
#define MAILTAP_ANALYSIS_DETECT_KNOWLEDGE_PRIVATE_H

#include "analysis/detect/knowledge.h"
#include "base/arena.h"
#include "base/siphash.h"
#include "base/table.h"

/* A domain or an extension of one list. */
struct list_entry {
    unsigned list; /* enum list_id, or BRAND_LABELS */
    struct slice text;
    const struct brand *brand; /* for LIST_brands: the first brand that names the domain */
};

/* Stands for a list of its own: the first labels of brands' domains. */
enum { BRAND_LABELS = LIST_COUNT };

struct knowledge {
    struct arena arena; /* entries, brands and all text */
    struct siphash_key key;
    struct table entries;
    struct wordlist *automaton;
    struct word *words;
    size_t word_count, word_cap;
};

struct knowledge *knowledge_alloc(void);
struct list_entry *knowledge_find(const struct knowledge *knowledge, unsigned list, struct slice text);
void knowledge_insert(struct knowledge *knowledge, struct list_entry *entry);

#endif
