/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tree of MIME parts (RFC 2046 5.1), walked without building it: every leaf goes to leaf_take() with its
 * path.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PARTS_H
#define MAILTAP_ANALYSIS_EXTRACT_PARTS_H

#include "analysis/extract/entity.h"

/* Walks the body of an entity whose header has been read. entity->path is the path of the message it belongs
 * to
 * ("" for the mail itself). Linear in the body for each of at most mime_depth_max levels. */
void parts_walk_message(struct extractor *x, struct entity *entity, struct slice body, unsigned depth);

/* Reads a nested message's header from `bytes` and walks its body. */
void parts_walk_nested(struct extractor *x, struct slice path, struct slice bytes, unsigned depth);

#endif
