/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is told of a server's certificate.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_CERTIFICATE_H
#define MAILTAP_REASSEMBLY_TLS_CERTIFICATE_H

#include "reassembly/tls/facts.h"

/* Reads the leaf, the first one, of a Certificate message (RFC 5246 7.4.2; RFC 8446 4.4.2 when is_tls13).
 * Texts go to the arena. False when it holds none or it cannot be parsed. */
bool tls_certificate_read(struct slice body, bool is_tls13, struct arena *arena,
                          struct tls_certificate *certificate);

#endif
