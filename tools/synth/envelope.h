/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the headers of a mail to its envelope and to wishes about its session (X-Synth-*), which are not sent.
 */
#ifndef MAILTAP_SYNTH_ENVELOPE_H
#define MAILTAP_SYNTH_ENVELOPE_H

#include "base/buffer.h"
#include "tools/synth/mailfile.h"

/* Fills envelope, date and wishes of `mail` and appends the mail without its X-Synth-* fields to `stripped`.
 * STATUS_USAGE for an X-Synth-* field that is not understood; `name` is for that message. */
enum status envelope_read(struct mail *mail, struct arena *memory, struct slice bytes,
                          struct buffer *stripped, const char *name, struct error *error);

#endif
