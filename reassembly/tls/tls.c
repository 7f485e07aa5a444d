/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader; see tls.h. So far it reads nothing: every connection is opaque.
 */
#include "reassembly/tls/tls.h"

#include <stdlib.h>

#include "base/mem.h"

struct tls {
    struct tls_facts facts;
};

struct tls *tls_open(const struct tls_options *options)
{
    (void)options;
    return mem_zalloc(1, sizeof(struct tls));
}

void tls_free(struct tls **tls)
{
    free(*tls);
    *tls = NULL;
}

enum tls_state tls_take(struct tls *tls, enum direction dir, struct slice bytes)
{
    (void)tls, (void)dir, (void)bytes;
    return TLS_OPAQUE;
}

enum tls_state tls_gap(struct tls *tls, enum direction dir, uint64_t len)
{
    (void)tls, (void)dir, (void)len;
    return TLS_OPAQUE;
}

void tls_end(struct tls *tls)
{
    (void)tls;
}

const struct tls_facts *tls_facts(const struct tls *tls)
{
    return &tls->facts;
}

size_t tls_memory(const struct tls *tls)
{
    (void)tls;
    return 0;
}

bool tls_may_begin(struct slice bytes)
{
    return slice_starts(bytes, SLICE("\x16\x03")) || slice_starts(SLICE("\x16\x03"), bytes);
}

struct tls_facts tls_facts_copy(const struct tls_facts *facts, struct arena *arena)
{
    (void)arena;
    return *facts;
}
