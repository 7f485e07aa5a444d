/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many words found in one pass over a text: the automaton of Aho and Corasick ("Efficient string matching",
 * 1975) over bytes. Built once, then read only; the pass costs one step a byte plus one call a match,
 * whatever the number of words.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_WORDLIST_H
#define MAILTAP_ANALYSIS_DETECT_WORDLIST_H

#include "base/slice.h"
#include "base/status.h"

struct wordlist;

struct wordlist *wordlist_new(void);

void wordlist_free(struct wordlist **list);

/* Adds a word (not empty) that is reported as `tag`. The same word may be added again with another tag.
 * STATUS_LIMIT when the automaton would grow beyond its 65535 states. Not after wordlist_build(). */
enum status wordlist_add(struct wordlist *list, struct slice word, uint32_t tag);

/* Completes the automaton; call once, after the last word. */
void wordlist_build(struct wordlist *list);

/* Called for each occurrence: the word's tag and its place in the text. */
typedef void (*wordlist_match_fn)(void *context, uint32_t tag, size_t offset, size_t len);

/* Reports every occurrence of every word in `text`, also overlapping ones, in order of their ends. */
void wordlist_match(const struct wordlist *list, struct slice text, wordlist_match_fn match, void *context);

#endif
