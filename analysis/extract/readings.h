/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails that programs read differently: what is odd in them is noted in the view, and the other reading is
 * made too, its leaves marked. No reading is made of what another reading finds, and at most
 * mime_readings_max are tried of one mail, so that the work stays linear.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_READINGS_H
#define MAILTAP_ANALYSIS_EXTRACT_READINGS_H

#include "analysis/extract/entity.h"

/* Notes an oddity; a few of each kind are kept. `where` must live in the arena, `what` is copied. */
void readings_note(struct extractor *x, enum oddity kind, struct slice where, struct slice what);

/* True when another reading may be tried of this part, which then counts. */
bool readings_allow(struct extractor *x, struct slice path);

/* Begins another reading of the part: notes the oddity and returns the path that its leaves go by. */
struct slice readings_begin(struct extractor *x, enum oddity kind, struct slice path, struct slice what);
void readings_end(struct extractor *x);

/* Drops the last file or text of another reading when one of the same content is there already; with the text
 * the links behind the first `link_count`. */
void readings_drop_twin_file(struct extractor *x);
void readings_drop_twin_text(struct extractor *x, size_t link_count);

/* The header without NUL and with each carriage return that stands alone made a line feed, in the arena; the
 * header itself when it has neither. */
struct slice readings_clean_header(struct extractor *x, struct slice header);

#endif
