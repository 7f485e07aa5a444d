/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mail sessions: takes the stream engines' events, tells which connections carry mail, and hands out the
 * mails. The assembler stands behind a stream_sink; the protocols stand behind it as rows of a table.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SESSION_H
#define MAILTAP_REASSEMBLY_SESSION_SESSION_H

#include "reassembly/stream/engine.h"

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
    const char *source_path; /* noted in the mails; borrowed */
    struct session_list holding;
    size_t inflating; /* sessions that are decompressed */
};

/* The sink to open an engine with; the assembler must outlive the engine. */
struct stream_sink assembler_sink(struct assembler *assembler);

#endif
