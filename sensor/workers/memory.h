/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What mails tell later mails (analysis/extract/password_store.h), when they are analysed elsewhere and at
 * the same time. An analyzer begins each mail with an empty store and notes what it asked for and left there.
 * The reader, which sees the mails in order, holds the true store: an answer that asked for something which
 * is there came too early, and its mail is analysed again with that; else the answer's notes are applied.
 * Notes are bytes, and what is there is told as the notes that would leave it.
 */
#ifndef MAILTAP_SENSOR_WORKERS_MEMORY_H
#define MAILTAP_SENSOR_WORKERS_MEMORY_H

#include "analysis/extract/password_store.h"
#include "base/buffer.h"

/* From now on everything done with the store is appended to `notes`; NULL: nothing. */
void memory_note(struct password_store *store, struct buffer *notes);

/* Replaces *out by what the store knows of all that was asked for; empty when it knows nothing. */
void memory_recall(const struct password_store *store, struct slice notes, struct buffer *out);

/* Leaves in the store what the notes left. What cannot be read is passed over. */
void memory_apply(struct password_store *store, struct slice notes);

#endif
