/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One leaf of the part tree: decoded and added to the view as a text, a file, or both; nested mails are
 * walked further.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_LEAF_H
#define MAILTAP_ANALYSIS_EXTRACT_LEAF_H

#include "analysis/extract/entity.h"
#include "analysis/extract/mime_codec.h"

/* `content` is the body as it stands in the mail; `depth` the number of multiparts and messages around it. */
void leaf_take(struct extractor *x, const struct entity *entity, struct slice content, unsigned depth);

#endif
