/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of the view: extension, type by content, hashes. What is inside of them is found later, by
 * inspect_files() (analysis/inspect/inspect.h).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_FILES_H
#define MAILTAP_ANALYSIS_EXTRACT_FILES_H

#include "analysis/extract/view.h"

/* Fills what follows from name and content of message.files[index]. */
void files_describe(struct extractor *x, size_t index);

/* Fills in what is known of a file whose content was not read. */
void files_skip(struct extractor *x, struct file_part *file);

/* What follows the last dot of a name without trailing blanks and dots, lower case, in the arena. */
struct slice files_extension(struct extractor *x, struct slice name);

/* Fills the extension from the name. */
void files_set_extension(struct extractor *x, struct file_part *file);

#endif
