/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails, session reports and counters as text, one fact a line, to compare with what a conversation file
 * expects. The words are those of conversations/README.md.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_RENDERING_H
#define MAILTAP_TESTS_REASSEMBLY_RENDERING_H

#include "base/buffer.h"
#include "reassembly/mail.h"
#include "reassembly/reassembly.h"
#include "reassembly/session_report.h"

/* Every fact of the mail. */
void render_mail(struct buffer *out, const struct mail *mail);

/* Every fact of the session's report but its times and sizes. */
void render_session(struct buffer *out, const struct session_report *report);

/* "counter NAME VALUE" for each that is not 0. */
void render_counters(struct buffer *out, const struct reassembly_counters *counters);

/* Keeps of `text` the lines that tell what must always match, and those whose first word occurs in `wanted`.
 */
void render_filter(struct buffer *out, struct slice text, struct slice wanted);

#endif
