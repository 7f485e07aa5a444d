/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords and locked archives that travel in different mails: the pair of sender and recipient that both
 * have in common, and what this mail takes from and leaves in the password store (password_store.h).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PAIRS_H
#define MAILTAP_ANALYSIS_EXTRACT_PAIRS_H

#include "analysis/extract/passwords.h"

/* The pair of a mail: registrable domain of its sender, and the first of its recipients in the order of the
 * alphabet; in the arena, empty when one is missing. */
struct slice pairs_key(struct extractor *x);

/* Appends the passwords that other mails of the pair told. */
void pairs_add_passwords(struct extractor *x, struct passwords *list);

/* Call when the mail has been read and its texts are folded. Archives of earlier mails that a password of
 * this one opens are added to its files and inspected; then the mail's own passwords and locked archives are
 * left for the next. */
void pairs_finish(struct extractor *x);

#endif
