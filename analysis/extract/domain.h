/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Domain names: their readable form (lower case, IDN as Unicode, RFC 5891) and the part that somebody
 * registered, by the public suffix list built into libpsl.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_DOMAIN_H
#define MAILTAP_ANALYSIS_EXTRACT_DOMAIN_H

#include "base/arena.h"
#include "base/slice.h"

/* The name in lower case, labels in punycode shown as Unicode, without a dot at its end. Lives in the arena.
 */
struct slice domain_normalize(struct arena *arena, struct slice name);

/* The registrable domain of a normalised name; the name itself when there is none. Points into `domain`,
 * which must be followed by a NUL (as everything from domain_normalize() is). */
struct slice domain_registrable(struct slice domain);

/* True for an IPv4 address as inet_aton() and browsers read it: one to four numbers, decimal, octal or hex.
 */
bool domain_is_ipv4_number(struct slice host);

/* True when the last label is a top-level domain that exists (public suffix list). */
bool domain_has_known_ending(struct slice domain);

#endif
