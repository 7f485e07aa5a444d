/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A judged mail made by hand, for the tests of the publishing room: nothing of it comes from a capture or a
 * detection.
 */
#ifndef MAILTAP_TESTS_SENSOR_PUBLISH_SAMPLE_H
#define MAILTAP_TESTS_SENSOR_PUBLISH_SAMPLE_H

#include "analysis/analysis.h"
#include "reassembly/session_report.h"

struct sample {
    struct mail *mail;
    struct message message;
    struct judgement judgement;
};

/* A phishing mail of severity high, in Japanese, with links, an archive and its member; `number` makes it
 * unlike others. */
struct sample *sample_phishing(unsigned number);

/* An empty mail without findings, from a file or from the wire. */
struct sample *sample_clean(enum mail_protocol protocol);

void sample_free(struct sample **sample);

/* A POP3 session over TLS with a bit of everything; the caller frees it. */
struct session_report *sample_session(void);

/* Adds one finding. */
void sample_add_finding(struct sample *sample, const struct detection *rule, struct slice evidence,
                        struct slice where);

/* One mailbox as list. */
struct mailbox_list sample_mailbox(struct sample *sample, const char *name, const char *address,
                                   const char *domain);

#endif
