/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the bytes of a mail to its message view (analysis/message.h). Never fails: whatever the bytes, there
 * is a view; what could not be read is counted and noted in it. All work is linear in the mail and bounded by
 * the limits.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_EXTRACT_H
#define MAILTAP_ANALYSIS_EXTRACT_EXTRACT_H

#include "analysis/analysis.h"
#include "analysis/extract/password_store.h"

/* Loads what extraction needs from files (charset converters, digests), so that none is opened later: call it
 * before entering a sandbox. extract_message() calls it when nobody did. Safe to call again. */
void extract_init(void);

/* Releases it. No extraction may run or follow, except after another extract_init(). */
void extract_shutdown(void);

/* The view of a mail; it points nowhere into the mail. The store holds what other mails of the same two told
 * and sent; NULL for none. message_free() it. */
struct message *extract_message(const struct mail *mail, const struct analysis_limits *limits,
                                struct analysis_counters *counters, struct password_store *store);

/* Releases the view and clears the caller's pointer. */
void message_free(struct message **message);

#endif
