/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names of an attached file: what mail programs show that read filename, filename*, name or name* first,
 * or the first or the last of two fields (RFC 2183 2.3, RFC 2231, RFC 2045 5).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_NAMES_H
#define MAILTAP_ANALYSIS_EXTRACT_NAMES_H

#include "analysis/extract/entity.h"

enum { NAMES_MAX = 8 };

struct names {
    struct slice items[NAMES_MAX]; /* decoded, in the arena, all different; the first is what most show */
    size_t count;
};

/* Collects the names that the entity's fields give. */
void names_read(struct extractor *x, const struct entity *entity, struct names *names);

/* The first name, empty when there is none. */
struct slice names_first(const struct names *names);

/* Sets the file's name and its other names. */
void names_give(struct extractor *x, const struct names *names, struct file_part *file);

#endif
