/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands before a session that came through a proxy: the PROXY protocol's header (HAProxy's
 * proxy-protocol.txt, versions 1 and 2) or the request and reply of HTTP CONNECT (RFC 9110 9.3.6). It is
 * taken off before the protocol is told.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_PREAMBLE_H
#define MAILTAP_REASSEMBLY_SESSION_PREAMBLE_H

#include "reassembly/mail.h"

enum preamble_result {
    PREAMBLE_NONE,
    PREAMBLE_MORE,  /* there may be one: more bytes have to be seen */
    PREAMBLE_WHOLE, /* lens[direction] bytes of each direction belong to it */
};

/* heads: the first bytes of both directions, by enum direction. */
enum preamble_result preamble_find(const struct slice heads[2], size_t lens[2]);

/* The client that a whole preamble of the client's side names, as text: "192.0.2.1", "2001:db8::1" written in
 * full; empty when it names none (HTTP CONNECT, PROXY UNKNOWN, LOCAL). */
void preamble_origin(struct slice preamble, struct buffer *origin);

#endif
