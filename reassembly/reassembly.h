/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits, settings and counters of the reassembly rooms, each declared once in a .def file.
 */
#ifndef MAILTAP_REASSEMBLY_REASSEMBLY_H
#define MAILTAP_REASSEMBLY_REASSEMBLY_H

#include <stdint.h>

struct reassembly_settings {
#define LIMIT(field, value, minimum, maximum, text) uint64_t field;
#include "reassembly/limits.def"
#undef LIMIT
#define SETTING(field, value, minimum, maximum, text) uint64_t field;
#include "reassembly/settings.def"
#undef SETTING
};

struct reassembly_counters {
#define COUNTER(field, text) uint64_t field;
#include "reassembly/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) uint64_t limit_##field;
#include "reassembly/limits.def"
#undef LIMIT
};

/* The defaults of limits.def and settings.def. */
struct reassembly_settings reassembly_default_settings(void);

#endif
