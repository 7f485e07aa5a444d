/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Questions to the lists; see knowledge.h. How the files are read is in knowledge_parse.c.
 */
#include "analysis/detect/knowledge_private.h"

#include <stdlib.h>

#include "base/mem.h"

enum { DOMAIN_MAX_BYTES = 253 };

static bool entry_equal(const void *value, const void *key)
{
    const struct list_entry *a = value, *b = key;
    return a->list == b->list && slice_equal(a->text, b->text);
}

static uint64_t entry_hash(const struct knowledge *knowledge, const struct list_entry *entry)
{
    return siphash(knowledge->key, entry->text) + (uint64_t)entry->list;
}

struct list_entry *knowledge_find(const struct knowledge *knowledge, unsigned list, struct slice text)
{
    struct list_entry key = {.list = list, .text = text};
    return table_find(&knowledge->entries, entry_hash(knowledge, &key), &key);
}

void knowledge_insert(struct knowledge *knowledge, struct list_entry *entry)
{
    table_insert(&knowledge->entries, entry_hash(knowledge, entry), entry);
}

struct knowledge *knowledge_new(struct error *error)
{
    struct data_list lists[LIST_COUNT];
    data_lists_get(lists);
    return knowledge_parse(lists, error);
}

struct knowledge *knowledge_alloc(void)
{
    struct knowledge *knowledge = mem_zalloc(1, sizeof *knowledge);
    knowledge->key = siphash_random_key();
    knowledge->entries = table_make(entry_equal);
    knowledge->automaton = wordlist_new();
    return knowledge;
}

void knowledge_free(struct knowledge **knowledge)
{
    if (!*knowledge) return;
    wordlist_free(&(*knowledge)->automaton);
    table_free(&(*knowledge)->entries);
    arena_free(&(*knowledge)->arena);
    free((*knowledge)->words);
    free(*knowledge);
    *knowledge = NULL;
}

bool knowledge_has(const struct knowledge *knowledge, enum list_id list, struct slice entry)
{
    return knowledge_find(knowledge, list, entry) != NULL;
}

/* The entry of this domain or the nearest one above it. */
static struct list_entry *find_domain(const struct knowledge *knowledge, enum list_id list,
                                      struct slice domain)
{
    if (domain.len > DOMAIN_MAX_BYTES) domain = slice_skip(domain, domain.len - DOMAIN_MAX_BYTES);
    while (domain.len > 0) {
        struct list_entry *entry = knowledge_find(knowledge, list, domain);
        if (entry) return entry;
        domain = slice_skip(domain, slice_index(domain, '.') + 1);
    }
    return NULL;
}

bool knowledge_has_domain(const struct knowledge *knowledge, enum list_id list, struct slice domain)
{
    return find_domain(knowledge, list, domain) != NULL;
}

const struct brand *knowledge_brand_of(const struct knowledge *knowledge, struct slice domain)
{
    const struct list_entry *entry = find_domain(knowledge, LIST_brands, domain);
    return entry ? entry->brand : NULL;
}

const struct brand *knowledge_brand_of_label(const struct knowledge *knowledge, struct slice label)
{
    const struct list_entry *entry = knowledge_find(knowledge, BRAND_LABELS, label);
    return entry ? entry->brand : NULL;
}

bool brand_owns(const struct brand *brand, struct slice domain)
{
    for (size_t i = 0; i < brand->domain_count; i++) {
        struct slice own = brand->domains[i];
        if (!slice_ends_nocase(domain, own)) continue;
        if (domain.len == own.len || domain.ptr[domain.len - own.len - 1] == '.') return true;
    }
    return false;
}

const struct wordlist *knowledge_words(const struct knowledge *knowledge)
{
    return knowledge->automaton;
}

const struct word *knowledge_word(const struct knowledge *knowledge, uint32_t tag)
{
    return &knowledge->words[tag];
}

size_t knowledge_word_count(const struct knowledge *knowledge)
{
    return knowledge->word_count;
}
