/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Address lists (RFC 5322 3.4): mailboxes, groups, comments, quoted and encoded names, and what broken
 * mailers write.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_ADDRESS_H
#define MAILTAP_ANALYSIS_EXTRACT_ADDRESS_H

#include "analysis/extract/view.h"

/* Adds the addresses of one field's raw value to the list. Linear; bounded by addresses_max over all fields.
 */
void address_parse_list(struct extractor *x, struct slice value, struct slice field,
                        struct mailbox_list *list);

/* Fills address, local, domain and registrable of one bare address. */
void address_split(struct extractor *x, struct slice address, struct mailbox *mailbox);

#endif
