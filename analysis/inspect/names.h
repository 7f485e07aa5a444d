/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of an archive's members that are not UTF-8: one program wrote all of them in one charset, so they are
 * judged together; a name of two characters alone tells little.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_NAMES_H
#define MAILTAP_ANALYSIS_INSPECT_NAMES_H

#include "analysis/extract/view.h"

struct member_name {
    size_t index; /* in message.files */
    struct slice raw;
};

/* The names of one archive. Zero-initialise; names_settle() releases. */
struct member_names {
    struct buffer joined;
    struct member_name *items; /* in the message's arena */
    size_t count, cap;
};

/* True when the name needs no judgement. */
bool names_is_plain(struct slice raw);

/* Notes that message.files[index] has this name; it is copied. */
void names_add(struct extractor *x, struct member_names *names, size_t index, struct slice raw);

/* Renames the noted files by the charset that fits all names; those it does not fit stay as they are. */
void names_settle(struct extractor *x, struct member_names *names);

#endif
