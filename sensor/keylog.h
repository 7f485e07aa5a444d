/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key log file (--keylog) that is followed while it grows, and begun anew when it was truncated or replaced
 * by another.
 */
#ifndef MAILTAP_SENSOR_KEYLOG_H
#define MAILTAP_SENSOR_KEYLOG_H

#include "base/status.h"
#include "reassembly/tls/secrets.h"

struct keylog;

/* Opens the file and reads what is there. Path and store are lent and must outlive it. NULL with *error
 * filled when it cannot be read. */
struct keylog *keylog_open(const char *path, struct tls_secrets *secrets, struct error *error);

/* Reads what has come since; cheap when nothing has. */
void keylog_poll(struct keylog *keylog);

/* Reads the rest, also a last line without its end, and closes; clears the caller's pointer. */
void keylog_close(struct keylog **keylog);

#endif
