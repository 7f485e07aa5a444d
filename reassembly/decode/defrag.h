/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5) fragments together, in any order. Where fragments overlap
 * the bytes that came first stay. Memory and waiting time are bounded; what is dropped is counted.
 */
#ifndef MAILTAP_REASSEMBLY_DECODE_DEFRAG_H
#define MAILTAP_REASSEMBLY_DECODE_DEFRAG_H

#include "reassembly/decode/decode.h"

struct ip_fragment {
    enum ip_family family;
    uint8_t protocol; /* of the upper layer */
    uint32_t id;
    uint32_t offset; /* bytes */
    bool more;
    struct slice bytes;
};

/* Takes a fragment of the datagram from packet->src to packet->dst at packet->ts_ns. When it is the last one
 * missing, *whole is the datagram with a plain IP header in front, `header_len` bytes long; it lives until
 * the next call. Returns whether that is so. */
bool defrag_add(struct decoder *decoder, const struct packet *packet, const struct ip_fragment *fragment,
                struct slice *whole, size_t *header_len);

void defragmenter_free(struct defragmenter **defragmenter);

#endif
