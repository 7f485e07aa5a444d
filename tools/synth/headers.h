/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Just enough of RFC 5322 for an envelope: walking over header fields and taking the addresses out of an
 * address list. Slices returned point into the bytes given.
 */
#ifndef MAILTAP_SYNTH_HEADERS_H
#define MAILTAP_SYNTH_HEADERS_H

#include "base/arena.h"
#include "base/slice.h"

struct field {
    struct slice name, value; /* the value is trimmed, folding still inside */
    struct slice raw;         /* the whole field with its continuation lines and line ends */
};

/* Cuts the next field off *rest; false at the empty line, at the end, or at a line that is no field. */
bool header_next(struct slice *rest, struct field *field);

/* Appends the addresses of an address list to out[*count …], at most `max` in all; C strings in the arena. */
void header_addresses(struct arena *memory, struct slice list, const char **out, size_t *count, size_t max);

#endif
