/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses inside of addresses: what mail gateways, redirectors, translators and AMP caches wrap, by the
 * table analysis/data/url_wrappers.txt, and parameters that are URLs themselves.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_URL_WRAP_H
#define MAILTAP_ANALYSIS_EXTRACT_URL_WRAP_H

#include "analysis/message.h"

/* The levels of links in links that are followed. */
enum { WRAPPERS_MAX = 4 };

/* The address inside the link, in the arena, and how it stands there; the empty slice when there is none. */
struct slice url_unwrap(struct arena *arena, const struct link *link, enum link_wrapper *wrapper);

/* True for a well-formed row of the table. */
bool url_wrap_is_row(struct slice line);

#endif
