/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree of MIME parts (RFC 2046 5.1), walked without building it: every leaf goes to leaf_take() with its
 * path.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PARTS_H
#define MAILTAP_ANALYSIS_EXTRACT_PARTS_H

#include "analysis/extract/entity.h"

/* A message whose header has been read. */
struct parts_root {
    struct entity entity; /* its path is that of the message: "" for the mail itself */
    struct header_break at;
    struct slice header, body;
};

/* Walks the body, then the other readings of it. Linear in the body for each of at most mime_depth_max levels
 * and mime_readings_max readings. */
void parts_walk_message(struct extractor *x, const struct parts_root *root, unsigned depth);

/* Reads a nested message's header from `bytes` and walks its body. */
void parts_walk_nested(struct extractor *x, struct slice path, struct slice bytes, unsigned depth);

#endif
