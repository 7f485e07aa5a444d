/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail with all that is known of its session and envelope, as bytes for an analyzer process.
 */
#ifndef MAILTAP_SENSOR_WORKERS_MAIL_WIRE_H
#define MAILTAP_SENSOR_WORKERS_MAIL_WIRE_H

#include "base/buffer.h"
#include "reassembly/mail.h"

/* Appends the mail. */
void mail_wire_write(struct buffer *out, const struct mail *mail);

/* The mail that mail_wire_write() wrote, with memory of its own, its source_path too; NULL when the bytes are
 * none. */
struct mail *mail_wire_read(struct slice bytes);

#endif
