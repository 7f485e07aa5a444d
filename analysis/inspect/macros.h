/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VBA source out of OLE2 compound files: old Office documents, and the vbaProject.bin of newer ones. The
 * inspector macros_inspect() of inspectors.def fills `macros` of the file, bounded by macros_max_bytes,
 * ole_streams_max and the nesting of storages.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_MACROS_H
#define MAILTAP_ANALYSIS_INSPECT_MACROS_H

/* Starts libgsf. Idempotent, not thread-safe. */
void macros_init(void);

#endif
