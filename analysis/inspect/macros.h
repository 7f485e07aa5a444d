/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VBA source out of OLE2 compound files: old Office documents, and the vbaProject.bin of newer ones.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_MACROS_H
#define MAILTAP_ANALYSIS_INSPECT_MACROS_H

#include "analysis/extract/view.h"

/* Starts libgsf. Idempotent, not thread-safe. */
void macros_init(void);

/* Reads the source of all modules of message.files[index], an OLE2 compound file, into its `macros`. Bounded
 * by macros_max_bytes, ole_streams_max and the nesting of storages. */
void macros_read(struct extractor *x, size_t index);

#endif
