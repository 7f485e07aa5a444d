/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Aho–Corasick with full transition tables; see wordlist.h. State 0 is the root. A word is kept as an entry
 * in a chain that starts at the state of its last byte; `shorter` leads to the next state whose words also
 * end here.
 */
#include "analysis/detect/wordlist.h"

#include <stdlib.h>

#include "base/mem.h"

enum { STATES_MAX = 65535, FIRST_STATES = 256 };

struct word_entry {
    uint32_t tag, len;
    uint32_t next; /* entry of the same word, plus one; 0: none */
};

struct wordlist {
    uint16_t (*next)[256];
    uint16_t *fail, *shorter;
    uint32_t *entry; /* first entry of each state, plus one */
    size_t state_count, state_cap;
    struct word_entry *entries;
    size_t entry_count, entry_cap;
};

static void grow_states(struct wordlist *list)
{
    size_t old = list->state_cap, cap = old ? old * 2 : FIRST_STATES;
    list->next = mem_realloc(list->next, cap * sizeof *list->next);
    list->fail = mem_realloc(list->fail, cap * sizeof *list->fail);
    list->shorter = mem_realloc(list->shorter, cap * sizeof *list->shorter);
    list->entry = mem_realloc(list->entry, cap * sizeof *list->entry);
    memset(list->next + old, 0, (cap - old) * sizeof *list->next);
    memset(list->fail + old, 0, (cap - old) * sizeof *list->fail);
    memset(list->shorter + old, 0, (cap - old) * sizeof *list->shorter);
    memset(list->entry + old, 0, (cap - old) * sizeof *list->entry);
    list->state_cap = cap;
}

struct wordlist *wordlist_new(void)
{
    struct wordlist *list = mem_zalloc(1, sizeof *list);
    grow_states(list);
    list->state_count = 1;
    return list;
}

void wordlist_free(struct wordlist **list)
{
    if (!*list) return;
    free((*list)->next);
    free((*list)->fail);
    free((*list)->shorter);
    free((*list)->entry);
    free((*list)->entries);
    free(*list);
    *list = NULL;
}

static void add_entry(struct wordlist *list, size_t state, struct word_entry entry)
{
    if (list->entry_count == list->entry_cap) {
        list->entry_cap = list->entry_cap ? list->entry_cap * 2 : FIRST_STATES;
        list->entries = mem_realloc(list->entries, list->entry_cap * sizeof *list->entries);
    }
    entry.next = list->entry[state];
    list->entries[list->entry_count++] = entry;
    list->entry[state] = (uint32_t)list->entry_count;
}

enum status wordlist_add(struct wordlist *list, struct slice word, uint32_t tag)
{
    size_t state = 0;
    for (size_t i = 0; i < word.len; i++) {
        size_t to = list->next[state][word.ptr[i]];
        if (to == 0) {
            if (list->state_count == STATES_MAX) return STATUS_LIMIT;
            if (list->state_count == list->state_cap) grow_states(list);
            to = list->state_count++;
            list->next[state][word.ptr[i]] = (uint16_t)to;
        }
        state = to;
    }
    add_entry(list, state, (struct word_entry){.tag = tag, .len = (uint32_t)word.len});
    return STATUS_OK;
}

/* Visits one state's edges: real children learn their failure state, missing ones borrow the failure state's
 * edge. */
static size_t complete_state(struct wordlist *list, size_t state, uint16_t *queue, size_t queued)
{
    size_t fail = list->fail[state];
    for (size_t byte = 0; byte < 256; byte++) {
        uint16_t to = list->next[state][byte];
        uint16_t other = state == 0 ? 0 : list->next[fail][byte];
        if (to == 0) {
            list->next[state][byte] = other;
            continue;
        }
        list->fail[to] = other;
        list->shorter[to] = list->entry[other] ? other : list->shorter[other];
        queue[queued++] = to;
    }
    return queued;
}

void wordlist_build(struct wordlist *list)
{
    uint16_t *queue = mem_alloc(list->state_count * sizeof *queue);
    size_t queued = complete_state(list, 0, queue, 0);
    for (size_t i = 0; i < queued; i++) queued = complete_state(list, queue[i], queue, queued);
    free(queue);
}

static void report(const struct wordlist *list, size_t state, size_t end, wordlist_match_fn match,
                   void *context)
{
    if (list->entry[state] == 0) state = list->shorter[state];
    for (; state != 0; state = list->shorter[state]) {
        for (uint32_t e = list->entry[state]; e != 0; e = list->entries[e - 1].next) {
            const struct word_entry *entry = &list->entries[e - 1];
            match(context, entry->tag, end - entry->len, entry->len);
        }
    }
}

void wordlist_match(const struct wordlist *list, struct slice text, wordlist_match_fn match, void *context)
{
    size_t state = 0;
    for (size_t i = 0; i < text.len; i++) {
        state = list->next[state][text.ptr[i]];
        if (list->entry[state] || list->shorter[state]) report(list, state, i + 1, match, context);
    }
}
