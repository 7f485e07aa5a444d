/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Headers that proxies put before a session; see preamble.h.
 */
#include "reassembly/session/preamble.h"

enum { PROXY_V1_MAX_BYTES = 107, PROXY_V2_HEAD_BYTES = 16 };

static const struct slice v1_signature = SLICE_INIT("PROXY ");
static const struct slice v2_signature = SLICE_INIT("\r\n\r\n\0\r\nQUIT\n");
static const struct slice connect_signature = SLICE_INIT("CONNECT ");

/* Whether the bytes begin with the signature: MORE when they are a beginning of it. */
static enum preamble_result match(struct slice head, struct slice signature)
{
    if (slice_starts(head, signature)) return PREAMBLE_WHOLE;
    return head.len > 0 && slice_starts(signature, head) ? PREAMBLE_MORE : PREAMBLE_NONE;
}

static enum preamble_result find_proxy_v1(struct slice client, size_t *len)
{
    enum preamble_result result = match(client, v1_signature);
    if (result != PREAMBLE_WHOLE) return result;
    size_t end = slice_find(slice_head(client, PROXY_V1_MAX_BYTES), SLICE("\r\n"));
    *len = end + 2;
    if (*len <= client.len && *len <= PROXY_V1_MAX_BYTES) return PREAMBLE_WHOLE;
    return client.len < PROXY_V1_MAX_BYTES ? PREAMBLE_MORE : PREAMBLE_NONE;
}

static enum preamble_result find_proxy_v2(struct slice client, size_t *len)
{
    enum preamble_result result = match(client, v2_signature);
    if (result != PREAMBLE_WHOLE) return result;
    if (client.len < PROXY_V2_HEAD_BYTES) return PREAMBLE_MORE;
    *len = PROXY_V2_HEAD_BYTES + ((size_t)client.ptr[14] << 8 | client.ptr[15]);
    return *len <= client.len ? PREAMBLE_WHOLE : PREAMBLE_MORE;
}

/* Length of an HTTP message's head with the empty line behind it; 0: not all of it is there. */
static size_t http_head_len(struct slice head)
{
    size_t end = slice_find(head, SLICE("\r\n\r\n"));
    return end < head.len ? end + 4 : 0;
}

/* "HTTP/1.x 2" */
static enum preamble_result match_success(struct slice server)
{
    enum preamble_result result = match(server, SLICE("HTTP/1."));
    if (result != PREAMBLE_WHOLE) return server.len == 0 ? PREAMBLE_MORE : result;
    struct slice code = slice_skip(server, slice_index(server, ' ') + 1);
    if (code.len == 0) return PREAMBLE_MORE;
    return code.ptr[0] == '2' ? PREAMBLE_WHOLE : PREAMBLE_NONE;
}

static enum preamble_result find_connect(const struct slice heads[2], size_t lens[2])
{
    enum preamble_result result = match(heads[DIR_TO_SERVER], connect_signature);
    if (result != PREAMBLE_WHOLE) return result;
    result = match_success(heads[DIR_TO_CLIENT]);
    if (result != PREAMBLE_WHOLE) return result;
    lens[DIR_TO_SERVER] = http_head_len(heads[DIR_TO_SERVER]);
    lens[DIR_TO_CLIENT] = http_head_len(heads[DIR_TO_CLIENT]);
    return lens[DIR_TO_SERVER] > 0 && lens[DIR_TO_CLIENT] > 0 ? PREAMBLE_WHOLE : PREAMBLE_MORE;
}

enum preamble_result preamble_find(const struct slice heads[2], size_t lens[2])
{
    struct slice client = heads[DIR_TO_SERVER];
    lens[DIR_TO_SERVER] = lens[DIR_TO_CLIENT] = 0;
    enum preamble_result result = find_proxy_v1(client, &lens[DIR_TO_SERVER]);
    if (result == PREAMBLE_NONE) result = find_proxy_v2(client, &lens[DIR_TO_SERVER]);
    return result == PREAMBLE_NONE ? find_connect(heads, lens) : result;
}

/* Version 2: bytes 12 and 13 are command and family, addresses follow the head. */
static void put_v2_origin(struct slice preamble, struct buffer *origin)
{
    enum { COMMAND_PROXY = 0x21, FAMILY_TCP4 = 0x11, FAMILY_TCP6 = 0x21 };
    const uint8_t *at = preamble.ptr + PROXY_V2_HEAD_BYTES;
    size_t len = preamble.len - PROXY_V2_HEAD_BYTES;
    if (preamble.ptr[12] != COMMAND_PROXY) return;
    if (preamble.ptr[13] == FAMILY_TCP4 && len >= 4)
        (void)buffer_printf(origin, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]);
    if (preamble.ptr[13] != FAMILY_TCP6 || len < 16) return;
    for (size_t i = 0; i < 16; i += 2)
        (void)buffer_printf(origin, "%s%x", i > 0 ? ":" : "", (unsigned)at[i] << 8 | at[i + 1]);
}

void preamble_origin(struct slice preamble, struct buffer *origin)
{
    buffer_clear(origin);
    if (slice_starts(preamble, v2_signature)) {
        put_v2_origin(preamble, origin);
    } else if (slice_starts(preamble, v1_signature)) {
        struct slice rest = slice_trim(preamble);
        (void)slice_next_token(&rest, ' ');
        struct slice family = slice_next_token(&rest, ' ');
        if (slice_starts(family, SLICE("TCP"))) (void)buffer_append(origin, slice_next_token(&rest, ' '));
    }
}
