/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How much of one text stands in another, whatever the language: pieces of six bytes (six Latin letters, two
 * kanji), ASCII case, blanks and punctuation left out, in a set of hashes (after Broder, "On the resemblance
 * and containment of documents", 1997). Linear; looks at the first 16 KiB of each text.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_SHINGLES_H
#define MAILTAP_ANALYSIS_DETECT_SHINGLES_H

#include "base/slice.h"

struct shingles;

struct shingles *shingles_new(void);
void shingles_free(struct shingles **shingles);

/* Adds the pieces of a text. */
void shingles_add(struct shingles *shingles, struct slice text);

/* How many pieces of the text the set does not hold; *total gets how many there are. */
size_t shingles_missing(const struct shingles *shingles, struct slice text, size_t *total);

#endif
