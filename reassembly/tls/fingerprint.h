/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fingerprints of TLS hellos: JA3 and JA3S (github.com/salesforce/ja3), JA4 (github.com/FoxIO-LLC/ja4, "JA4:
 * TLS Client"). GREASE is left out.
 */
#ifndef MAILTAP_REASSEMBLY_TLS_FINGERPRINT_H
#define MAILTAP_REASSEMBLY_TLS_FINGERPRINT_H

#include "reassembly/tls/facts.h"
#include "reassembly/tls/hello.h"

void fingerprint_ja3(const struct client_hello *hello, char out[TLS_JA3_SIZE]);
void fingerprint_ja3s(const struct server_hello *hello, char out[TLS_JA3_SIZE]);
void fingerprint_ja4(const struct client_hello *hello, char out[TLS_JA4_SIZE]);

#endif
