/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a name looks like: the skeleton of Unicode Technical Standard #39, section 4, in which characters that
 * look alike are the same.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_CONFUSABLE_H
#define MAILTAP_ANALYSIS_EXTRACT_CONFUSABLE_H

#include "base/arena.h"
#include "base/slice.h"

/* The skeleton of a UTF-8 text in lower case; the empty slice when it has none or more than 256 bytes. Lives
 * in the arena. */
struct slice confusable_skeleton(struct arena *arena, struct slice text);

/* The same for a host with characters beyond ASCII; empty for others. */
struct slice confusable_skeleton_of_host(struct arena *arena, struct slice host);

#endif
