/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the lists of analysis/data say, ready to be asked: domains and extensions in one keyed-hash table,
 * words and brand names in one automaton. Read only after knowledge_new(); everything it gives lives as long
 * as it does.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_KNOWLEDGE_H
#define MAILTAP_ANALYSIS_DETECT_KNOWLEDGE_H

#include "analysis/data/lists.h"
#include "analysis/detect/wordlist.h"
#include "base/status.h"

/* What a brand sells; the words of brands.txt. */
enum brand_kind {
    BRAND_BANK,
    BRAND_CARD,
    BRAND_FINANCE,
    BRAND_EC,
    BRAND_COURIER,
    BRAND_TELECOM,
    BRAND_SAAS,
    BRAND_TRANSPORT,
    BRAND_UTILITY,
    BRAND_GOV,
    BRAND_KIND_COUNT
};

struct brand {
    enum brand_kind kind;
    struct slice name;     /* the first of its names */
    struct slice *domains; /* where it writes from and links to */
    size_t domain_count;
};

/* A word of a word list, or a name of a brand. */
struct word {
    enum list_id list;
    unsigned strength; /* 1 hint, 2 enough, 3 unmistakable; for brands 1: also an everyday word, 2: a name */
    const struct brand *brand; /* for LIST_brands */
    struct slice text;
    bool whole; /* ASCII: matches whole words of blank-separated text; else anywhere in text without blanks */
    size_t index;
};

struct knowledge;

/* Reads the embedded lists. NULL on a malformed list, with the list and line in *error. */
struct knowledge *knowledge_new(struct error *error);

/* The same from given lists, LIST_COUNT of them; their text is copied. */
struct knowledge *knowledge_parse(const struct data_list *lists, struct error *error);

void knowledge_free(struct knowledge **knowledge);

/* True when the list of domains or extensions holds exactly this entry (lower case). */
bool knowledge_has(const struct knowledge *knowledge, enum list_id list, struct slice entry);

/* True when the list of domains holds this domain or one above it. */
bool knowledge_has_domain(const struct knowledge *knowledge, enum list_id list, struct slice domain);

/* A brand that owns this domain or one above it, or NULL. */
const struct brand *knowledge_brand_of(const struct knowledge *knowledge, struct slice domain);

/* The brand with a domain that begins with this label, unless it is a public body or known by everyday words
 * alone; or NULL. */
const struct brand *knowledge_brand_of_label(const struct knowledge *knowledge, struct slice label);

/* True when the domain, or one above it, is one of the brand's. */
bool brand_owns(const struct brand *brand, struct slice domain);

const struct wordlist *knowledge_words(const struct knowledge *knowledge);
const struct word *knowledge_word(const struct knowledge *knowledge, uint32_t tag);
size_t knowledge_word_count(const struct knowledge *knowledge);

#endif
