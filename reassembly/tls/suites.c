/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and parts of cipher suites and versions; see suites.h and facts.h.
 */
#include "reassembly/tls/suites.h"

#include "reassembly/tls/facts.h"

static const struct tls_suite suites[] = {
#define SUITE(number, name, bulk, mac, digest)                                                               \
    {number, name, TLS_BULK_##bulk, TLS_MAC_##mac, TLS_DIGEST_##digest},
#include "reassembly/tls/suites.def"
#undef SUITE
};

const struct tls_suite *tls_suite_find(uint16_t number)
{
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        if (suites[i].number == number) return &suites[i];
    }
    return NULL;
}

const char *tls_cipher_name(uint16_t cipher)
{
    const struct tls_suite *suite = tls_suite_find(cipher);
    return suite ? suite->name : NULL;
}

const char *tls_version_name(uint16_t version)
{
    static const char *const names[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    enum { FIRST = 0x0300 };
    if (version < FIRST || version >= FIRST + sizeof names / sizeof *names) return NULL;
    return names[version - FIRST];
}
