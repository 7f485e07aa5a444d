/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory of unfinished mails of all sessions together. When it passes mails_total_max_bytes, the sessions
 * that were silent longest hand out what they have, marked as truncated, and go on as if joined midway.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_BUDGET_H
#define MAILTAP_REASSEMBLY_SESSION_BUDGET_H

#include "reassembly/session/protocol.h"

/* Brings the sum up to date after the session took an event, and sheds memory when there is too much of it.
 */
void budget_settle(struct session *session);

/* The session ends. */
void budget_leave(struct session *session);

#endif
