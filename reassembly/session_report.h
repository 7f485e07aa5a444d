/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is told of one mail session when it is over: who talked to whom, commands and replies by number, TLS,
 * authentication, and what was odd. A report owns all it points to; whoever has it last calls
 * session_report_free(). Slices are wire bytes, never a secret.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_REPORT_H
#define MAILTAP_REASSEMBLY_SESSION_REPORT_H

#include "reassembly/mail.h"
#include "reassembly/stream/close.h"

/* How often something was said: "MAIL" 3, "250" 7, "+OK" 12. */
struct session_count {
    struct slice name;
    uint64_t count;
};

struct session_tally {
    struct session_count *items;
    size_t count;
};

struct session_report {
    struct arena arena;
    struct flow flow;
    enum mail_protocol protocol;
    enum stream_close close;
    const char *source_path; /* borrowed from the run */
    uint64_t first_ns, last_ns;
    uint64_t bytes[2], missing[2]; /* payload by enum direction */
    struct session_tally commands, replies;
    uint64_t mails, mails_incomplete;
    struct slice banner, helo, user, auth_mechanism, origin; /* the last of each */
    enum auth_result auth_result;
    uint64_t auth_attempts, auth_failures;
    bool starttls;     /* a STARTTLS or STLS was accepted */
    bool is_encrypted; /* content was not inspected, because it is encrypted */
    bool is_compressed;
    bool midstream;
    struct tls_facts *tls;          /* in the arena; NULL: no TLS */
    struct mail_anomaly *anomalies; /* each once */
    size_t anomaly_count;
};

/* Takes ownership of the report. */
typedef void (*session_fn)(void *context, struct session_report *report);

void session_report_free(struct session_report **report);

#endif
