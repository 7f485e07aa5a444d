/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2) and what its leaf says (RFC 5280). Slices
 * of the result live in the arena.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_CERTIFICATE_H
#define MAILTAP_REASSEMBLY_TLS_CERTIFICATE_H

#include "reassembly/tls/facts.h"

/* Reads the leaf of a Certificate message. A leaf that is no X.509 still gives its hash. Returns false when the
 * message is malformed. */
bool certificate_read(struct slice message, bool is_tls13, struct arena *arena, struct tls_certificate *out);

#endif
