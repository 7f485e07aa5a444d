/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Archives and disk images, read in memory: every member becomes a file of the view. The inspector is
 * archive_inspect() of inspectors.def; it refines the file's type by what is in it (Office, OpenDocument,
 * Java).
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_ARCHIVE_H
#define MAILTAP_ANALYSIS_INSPECT_ARCHIVE_H

/* Loads the locale in which member names are read. Idempotent, not thread-safe. */
void archive_init(void);
void archive_shutdown(void);

#endif
