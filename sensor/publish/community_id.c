/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-1 over seed, ordered addresses, protocol, padding and ordered ports; see community_id.h.
 */
#include "sensor/publish/community_id.h"

#include "sensor/publish/digest.h"

enum { PROTOCOL_TCP = 6, KEY_MAX_BYTES = 2 + 16 + 16 + 2 + 4 };

static uint8_t *put_port(uint8_t *at, uint16_t port)
{
    at[0] = (uint8_t)(port >> 8);
    at[1] = (uint8_t)port;
    return at + 2;
}

void community_id_format(const struct flow *flow, char out[static COMMUNITY_ID_SIZE])
{
    size_t addr_len = flow->family == FAMILY_IPV4 ? 4 : 16;
    const struct endpoint *low = &flow->client, *high = &flow->server;
    int order = memcmp(low->addr, high->addr, addr_len);
    if (order > 0 || (order == 0 && low->port > high->port)) {
        low = &flow->server;
        high = &flow->client;
    }
    uint8_t key[KEY_MAX_BYTES] = {0, 0}; /* the seed */
    uint8_t *at = key + 2;
    memcpy(at, low->addr, addr_len);
    memcpy(at + addr_len, high->addr, addr_len);
    at += 2 * addr_len;
    *at++ = PROTOCOL_TCP;
    *at++ = 0;
    at = put_port(put_port(at, low->port), high->port);
    out[0] = '1';
    out[1] = ':';
    digest_sha1_base64(slice_make(key, (size_t)(at - key)), out + 2);
}
