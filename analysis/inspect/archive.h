/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Archives and disk images, read in memory: every member becomes a file of the view.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_ARCHIVE_H
#define MAILTAP_ANALYSIS_INSPECT_ARCHIVE_H

#include "analysis/extract/view.h"

/* Loads the locale in which member names are read. Idempotent, not thread-safe. */
void archive_init(void);
void archive_shutdown(void);

/* True when a file of this detected type can be opened. */
bool archive_can_open(struct slice detected_type);

/* Adds the members of message.files[index], and theirs, to the view and refines the detected type by what is
 * in it (Office, OpenDocument, Java). Bounded by archive_depth_max, archive_total_max_bytes, file_max_bytes
 * and files_max. Pointers into message.files go stale. */
void archive_open_members(struct extractor *x, size_t index);

#endif
