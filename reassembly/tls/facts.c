/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Copies of TLS facts; see facts.h.
 */
#include "reassembly/tls/facts.h"

static void copy(struct slice *text, struct arena *arena)
{
    if (text->len > 0) *text = arena_copy(arena, *text);
}

struct tls_facts tls_facts_copy(const struct tls_facts *facts, struct arena *arena)
{
    struct tls_facts result = *facts;
    copy(&result.sni, arena);
    copy(&result.alpn, arena);
    copy(&result.certificate.subject, arena);
    copy(&result.certificate.issuer, arena);
    copy(&result.certificate.serial, arena);
    for (size_t i = 0; i < result.certificate.name_count; i++) copy(&result.certificate.names[i], arena);
    return result;
}
