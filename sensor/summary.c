/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The main counters, and by the rows of summary.def whatever else is not 0; see summary.h.
 */
#include "sensor/summary.h"

#include <inttypes.h>
#include <stdio.h>

void summary_print(const struct mail_reader *reader, const struct judge *judge)
{
    const struct reassembly_counters *c = &reader->counters;
    (void)fprintf(stderr,
                  "mailtap: %" PRIu64 " frames, %" PRIu64 " connections (%" PRIu64 " SMTP, %" PRIu64
                  " POP3, %" PRIu64 " IMAP), %" PRIu64 " mails (%" PRIu64 " incomplete), %" PRIu64
                  " alerts\n",
                  c->frames, c->streams, c->sessions_smtp, c->sessions_pop3, c->sessions_imap, c->mails,
                  c->mails_incomplete, judge->alerts);
    if (c->gap_bytes > 0)
        (void)fprintf(stderr, "mailtap:   %.3f %% of the payload was not captured\n",
                      100 * health_loss_rate(c));
    const struct {
        uint64_t count;
        const char *text;
    } notes[] = {
#define COUNTER(field, text) {c->field, text},
#include "sensor/summary.def"
#undef COUNTER
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        if (notes[i].count > 0)
            (void)fprintf(stderr, "mailtap:   %" PRIu64 " %s\n", notes[i].count, notes[i].text);
    }
}
