/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Leaves of which programs take off different transfer encodings (RFC 2045 6): two fields, an encoding that
 * is unknown or misspelt, content that is not in the encoding it declares.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_TRANSFER_H
#define MAILTAP_ANALYSIS_EXTRACT_TRANSFER_H

#include "analysis/extract/entity.h"

struct transfer_doubt {
    enum oddity kind;
    struct slice what;  /* the field's value */
    struct slice other; /* the encoding that others take off; empty: none */
    size_t other_len;   /* how much of the content they read */
    bool has_other;
};

/* True when there is something to doubt. Looks at the beginning of the content only. */
bool transfer_doubt(const struct entity *entity, struct slice content, struct transfer_doubt *doubt);

#endif
