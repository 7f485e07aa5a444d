/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mail sessions: takes the stream engines' events, tells which connections carry mail, and hands out the
 * mails. The assembler stands behind a stream_sink; the protocols stand behind it as rows of a table.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SESSION_H
#define MAILTAP_REASSEMBLY_SESSION_SESSION_H

#include "reassembly/session/senders.h"
#include "reassembly/session/servers.h"
#include "reassembly/session_report.h"
#include "reassembly/stream/engine.h"
#include "reassembly/tls/secrets.h"

struct session;

/* Sessions that hold bytes of unfinished mails, longest silent first. */
struct session_list {
    struct session *head, *tail;
    size_t bytes; /* of all of them */
};

struct assembler {
    const struct reassembly_settings *settings;
    struct reassembly_counters *counters;
    mail_fn mail_fn;
    void *mail_context;
    session_fn session_fn; /* NULL: sessions are not reported */
    void *session_context;
    const char *source_path;           /* noted in mails and reports; borrowed */
    const struct tls_secrets *secrets; /* NULL: TLS is not decrypted */
    /* Asked for secrets that have come since, when a connection ends without any; may be NULL. */
    void (*poll_secrets)(void *context);
    void *secrets_context;
    struct session_list holding;
    struct servers servers;
    struct senders senders;
    size_t inflating; /* sessions that are decompressed */
};

/* Releases what it remembers, after the engine was closed. */
void assembler_free(struct assembler *assembler);

/* The sink to open an engine with; the assembler must outlive the engine. */
struct stream_sink assembler_sink(struct assembler *assembler);

#endif
