/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers that have offered TLS, so that one that stops to can be told (RFC 3207 6: an attacker in between
 * takes the offer out). Bounded; the longest known go first.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SERVERS_H
#define MAILTAP_REASSEMBLY_SESSION_SERVERS_H

#include "base/siphash.h"
#include "base/table.h"
#include "reassembly/mail.h"

struct server_row;

struct servers {
    struct table table;
    struct server_row *oldest, *newest;
    struct siphash_key key;
};

/* The server end of this flow offers TLS; at most `max` are remembered. Returns false when another had to be
 * forgotten. */
bool servers_remember(struct servers *servers, const struct flow *flow, size_t max);

/* True when it did once. */
bool servers_know(const struct servers *servers, const struct flow *flow);

void servers_free(struct servers *servers);

#endif
