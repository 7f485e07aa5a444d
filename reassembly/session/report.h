/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The making of session reports: begun with the first thing of note, handed over when the connection is
 * closed.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_REPORT_MAKER_H
#define MAILTAP_REASSEMBLY_SESSION_REPORT_MAKER_H

#include "reassembly/session/protocol.h"

/* What the session has shown so far becomes part of a mail of it. */
void report_to_mail(const struct session *session, struct mail *mail);

/* Completes the report, if there is one, and hands it over. */
void report_close(struct session *session, enum stream_close reason);

#endif
