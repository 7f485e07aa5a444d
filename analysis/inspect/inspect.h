/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is inside of files: message.files is the queue. Every file in it goes once to the inspectors whose
 * rows (inspectors.def) fit its type and extension; what they find in it is added at the queue's end, so
 * nothing recurses. Here are also the only ways in which an inspector may add to the view; each is bounded,
 * and says so in message.limits when it had to stop.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_INSPECT_H
#define MAILTAP_ANALYSIS_INSPECT_INSPECT_H

#include "analysis/extract/view.h"

/* Reads message.files[index], whose content is not empty. Hostile content is no error: an inspector keeps
 * what it could read. Its work is linear in the content (times a constant of its format). */
typedef void (*inspect_fn)(struct extractor *x, size_t index);

/* Inspects every file that has not been, and all that is found in them. */
void inspect_files(struct extractor *x);

/* Calls the inspectors of one file. May add files, so pointers into message.files go stale. */
void inspect_file(struct extractor *x, size_t index);

/* True while what the file holds may be added; notes archive_depth_max when it may not. */
bool inspect_may_nest(struct extractor *x, size_t index);

/* Adds a file found in files[parent]: `name` is a path or name in any charset (UTF-8 is kept), `content` may
 * point into the parent's content, which is then not copied. Returns its index, or SIZE_MAX when a limit is
 * reached. Content beyond file_max_bytes or archive_total_max_bytes is cut off. */
size_t inspect_add_child(struct extractor *x, size_t parent, struct slice name, struct slice content,
                         enum file_origin origin);

/* The same for content that was not read: it is listed with its size. */
size_t inspect_list_child(struct extractor *x, size_t parent, struct slice name, uint64_t size,
                          enum file_origin origin);

/* Gives a file that was found in another one its name anew; UTF-8. Nothing may have been found in it yet. */
void inspect_rename_child(struct extractor *x, size_t index, struct slice name);

/* Gives a file that was listed its content, once it could be read. */
void inspect_fill_child(struct extractor *x, size_t index, struct slice content);

/* Adds a link found in the file (LINK_ATTACHMENT), and the fact that it was. */
void inspect_add_link(struct extractor *x, size_t index, struct slice url);

/* Adds a fact; a value already there is not added again. Blanks around it are taken off, bytes that are not
 * UTF-8 are decoded as header text is. Empty values are dropped. */
void inspect_add_fact(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value);

/* The same for UTF-16LE. */
void inspect_add_fact_utf16(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value);

/* UTF-16LE up to its end or its NUL as UTF-8 in the arena, at most fact_max_bytes of it. */
struct slice inspect_utf16(struct extractor *x, struct slice text);

/* The bytes as UTF-8, kept when they are, else decoded as header text is; in the arena. */
struct slice inspect_text(struct extractor *x, struct slice bytes);

#endif
