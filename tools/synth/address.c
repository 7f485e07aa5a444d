/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of the invented hosts; see address.h.
 */
#include "tools/synth/address.h"

#include <arpa/inet.h>
#include <string.h>

bool address_parse(const char *text, struct address *out)
{
    *out = (struct address){.v6 = strchr(text, ':') != NULL};
    return inet_pton(out->v6 ? AF_INET6 : AF_INET, text, out->bytes) == 1;
}

struct address address_add(struct address base, uint32_t n)
{
    uint8_t *last = base.bytes + (base.v6 ? 12 : 0);
    uint32_t value = (uint32_t)last[0] << 24 | (uint32_t)last[1] << 16 | (uint32_t)last[2] << 8 | last[3];
    value += n;
    for (int i = 0; i < 4; i++) last[i] = (uint8_t)(value >> (24 - 8 * i));
    return base;
}

struct address address_to_v6(struct address a)
{
    static const uint8_t prefix[12] = {0x00, 0x64, 0xff, 0x9b};
    if (a.v6) return a;
    struct address out = {.v6 = true};
    memcpy(out.bytes, prefix, sizeof prefix);
    memcpy(out.bytes + sizeof prefix, a.bytes, 4);
    return out;
}
