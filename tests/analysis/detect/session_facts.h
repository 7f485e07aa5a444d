/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a fixture mail's session showed, from a text file beside it: hit-x.session for hit-x.eml. One fact a
 * line, written "key: value"; a line that begins with '#' is a comment. Keys: client and server (addresses),
 * port (the server's), protocol (smtp, lmtp, pop3, imap), helo, sender-rcpts, time (seconds since 1970 at
 * which the last packet came), reading (lenient), auth-result
 * (succeeded, failed), gap (OFFSET LENGTH of bytes not captured, once), end (truncated, or asked: only the
 * beginning was asked for), and, any number of times, anomaly (NAME [COUNT [evidence to the end of the
 * line]], names of reassembly/anomalies.def).
 */
#ifndef MAILTAP_TESTS_ANALYSIS_DETECT_SESSION_FACTS_H
#define MAILTAP_TESTS_ANALYSIS_DETECT_SESSION_FACTS_H

#include "reassembly/mail.h"

/* Sets the facts of the text in the mail. Returns false at a line that cannot be read, and gives it. */
bool session_facts_set(struct mail *mail, struct slice text, struct slice *bad_line);

#endif
