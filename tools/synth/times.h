/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times given by people and mails, as microseconds since 1970 UTC. The clock of this machine is never asked.
 */
#ifndef MAILTAP_SYNTH_TIMES_H
#define MAILTAP_SYNTH_TIMES_H

#include <stdbool.h>
#include <stdint.h>

/* ISO 8601: 2026-11-18T08:00:31[.25][Z|+09:00]; without a zone it is UTC. */
bool time_parse_iso(const char *text, uint64_t *time_us);

/* The Date header of RFC 5322 3.3. */
bool time_parse_mail(const char *text, uint64_t *time_us);

#endif
