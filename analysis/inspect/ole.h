/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OLE2 compound files (MS-CFB): the walk over storages and streams that all formats built on them share.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_OLE_H
#define MAILTAP_ANALYSIS_INSPECT_OLE_H

#include "analysis/inspect/inspect.h"

/* Starts libgsf. Idempotent, not thread-safe. */
void ole_init(void);

/* Is told every stream: its path (names of storages and its own, UTF-8, joined by '/') and its content; both
 * live until it returns. Returns false when enough was seen. */
typedef bool (*ole_stream_fn)(void *context, struct slice path, struct slice content);

/* Walks message.files[index], in the order of its directory. Bounded by ole_streams_max, the nesting of
 * storages, and twice the file's size: streams that share their bytes are read no more often than that. */
void ole_walk(struct extractor *x, size_t index, ole_stream_fn take, void *context);

#endif
