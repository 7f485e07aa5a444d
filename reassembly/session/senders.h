/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To how many different recipients a sender wrote lately. A sender is an envelope sender together with a
 * client's address. Each takes some 300 bytes however many recipients it has: they are counted by linear
 * counting (Whang, Vander-Zanden, Taylor 1990) over cells that remember when they were last hit, to a 64th of
 * the window, so that it slides. Small numbers come out exact unless two recipients share a cell; beyond some
 * 1400 the number stays.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SENDERS_H
#define MAILTAP_REASSEMBLY_SESSION_SENDERS_H

#include "base/siphash.h"
#include "base/table.h"
#include "reassembly/mail.h"

struct sender_row;

struct senders {
    struct table table;
    struct sender_row *oldest, *newest; /* by their latest mail */
    struct siphash_key key;
};

struct senders_settings {
    size_t max;         /* senders remembered; those silent for the longest time go first */
    uint64_t window_ms; /* packet time */
};

/* Notes the mail's recipients that were not refused and returns how many different ones its sender had within
 * the window, this mail's included. 0 for a mail without an envelope or with the null sender. *forgotten is
 * set when a sender had to be forgotten for it, before its window was over. */
uint32_t senders_count(struct senders *senders, const struct mail *mail,
                       const struct senders_settings *settings, bool *forgotten);

void senders_free(struct senders *senders);

#endif
