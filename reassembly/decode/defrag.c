/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fragments by datagram in a keyed table, oldest datagram first in a list; see defrag.h.
 */
#include "reassembly/decode/defrag.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/siphash.h"
#include "base/table.h"
#include "reassembly/decode/layers.h"
#include "reassembly/segments.h"

enum { DATAGRAM_MAX = 65535, IPV4_HEADER_LEN = 20, IPV6_HEADER_LEN = 40 };

#define NS_PER_MS 1000000u

struct datagram_key {
    uint8_t src[16], dst[16];
    uint32_t id;
    uint8_t family, protocol; /* protocol: 0 for IPv6, whose fragments may differ in it (RFC 8200 4.5) */
    uint8_t pad[2];
};

struct datagram {
    struct datagram_key key;
    struct datagram *older, *newer;
    uint64_t hash, first_ns;
    struct segment_queue parts;
    uint32_t total_len; /* of the payload, when last_seen */
    uint32_t end;       /* of the fragment that reaches farthest */
    bool last_seen;
    uint8_t protocol; /* of the fragment with offset 0 */
};

struct defragmenter {
    struct siphash_key key;
    struct table table;
    struct datagram *oldest, *newest;
    size_t memory;
    struct buffer whole; /* the datagram completed last */
};

static bool key_equal(const void *value, const void *key)
{
    return memcmp(&((const struct datagram *)value)->key, key, sizeof(struct datagram_key)) == 0;
}

static struct defragmenter *get_defragmenter(struct decoder *decoder)
{
    if (!decoder->defragmenter) {
        struct defragmenter *d = mem_zalloc(1, sizeof *d);
        d->key = siphash_random_key();
        d->table = table_make(key_equal);
        d->whole = buffer_make(DATAGRAM_MAX + IPV6_HEADER_LEN);
        decoder->defragmenter = d;
    }
    return decoder->defragmenter;
}

static void drop(struct defragmenter *d, struct datagram *datagram)
{
    d->memory -= datagram->parts.memory + sizeof *datagram;
    *(datagram->older ? &datagram->older->newer : &d->oldest) = datagram->newer;
    *(datagram->newer ? &datagram->newer->older : &d->newest) = datagram->older;
    (void)table_remove(&d->table, datagram->hash, datagram);
    segments_clear(&datagram->parts);
    free(datagram);
}

static struct datagram *find_datagram(struct defragmenter *d, const struct packet *packet,
                                      const struct ip_fragment *fragment)
{
    struct datagram_key key = {.id = fragment->id, .family = (uint8_t)fragment->family};
    if (fragment->family == FAMILY_IPV4) key.protocol = fragment->protocol;
    memcpy(key.src, packet->src.addr, sizeof key.src);
    memcpy(key.dst, packet->dst.addr, sizeof key.dst);
    uint64_t hash = siphash(d->key, slice_make(&key, sizeof key));
    struct datagram *datagram = table_find(&d->table, hash, &key);
    if (datagram) return datagram;
    datagram = mem_zalloc(1, sizeof *datagram);
    *datagram = (struct datagram){.key = key, .hash = hash, .first_ns = packet->ts_ns, .older = d->newest};
    datagram->parts.random = hash | 1;
    *(d->newest ? &d->newest->newer : &d->oldest) = datagram;
    d->newest = datagram;
    d->memory += sizeof *datagram;
    table_insert(&d->table, hash, datagram);
    return datagram;
}

static void expire(struct decoder *decoder, struct defragmenter *d, uint64_t now_ns)
{
    uint64_t timeout_ns = decoder->settings->fragment_timeout_ms * NS_PER_MS;
    while (d->oldest && d->oldest->first_ns + timeout_ns < now_ns) {
        decoder->counters->datagrams_incomplete++;
        drop(d, d->oldest);
    }
    while (d->oldest && d->memory > decoder->settings->fragments_total_max_bytes) {
        decoder->counters->datagrams_incomplete++;
        decoder->counters->limit_fragments_total_max_bytes++;
        drop(d, d->oldest);
    }
}

/* A plain header with the addresses of the packet, for engines that decode datagrams themselves. */
static size_t put_header(struct buffer *out, const struct packet *packet, const struct datagram *datagram)
{
    bool is_ipv4 = datagram->key.family == FAMILY_IPV4;
    uint32_t len = datagram->total_len + (is_ipv4 ? IPV4_HEADER_LEN : 0);
    uint8_t high = (uint8_t)(len >> 8), low = (uint8_t)len;
    if (is_ipv4) {
        uint8_t header[12] = {0x45, 0, high, low, 0, 0, 0, 0, packet->ttl, datagram->protocol, 0, 0};
        (void)buffer_append(out, slice_make(header, sizeof header));
        (void)buffer_append(out, slice_make(packet->src.addr, 4));
        (void)buffer_append(out, slice_make(packet->dst.addr, 4));
        return IPV4_HEADER_LEN;
    }
    uint8_t header[8] = {0x60, 0, 0, 0, high, low, datagram->protocol, packet->ttl};
    (void)buffer_append(out, slice_make(header, sizeof header));
    (void)buffer_append(out, slice_make(packet->src.addr, 16));
    (void)buffer_append(out, slice_make(packet->dst.addr, 16));
    return IPV6_HEADER_LEN;
}

static void put_payload(struct buffer *out, struct datagram *datagram)
{
    for (struct segment *s = segments_pop(&datagram->parts); s; s = segments_pop(&datagram->parts)) {
        (void)buffer_append(out, slice_make(s->bytes, s->len));
        free(s);
    }
}

static void insert(struct decoder *decoder, struct defragmenter *d, struct datagram *datagram,
                   const struct ip_fragment *fragment)
{
    size_t before = datagram->parts.memory;
    unsigned news = segments_insert(&datagram->parts, fragment->offset, fragment->bytes, SEGMENT_FIRST_WINS);
    if (news & SEGMENT_CONFLICT) decoder->counters->fragments_conflicting++;
    d->memory += datagram->parts.memory - before;
    uint32_t end = fragment->offset + (uint32_t)fragment->bytes.len;
    if (fragment->offset == 0 && (news & SEGMENT_NEW)) datagram->protocol = fragment->protocol;
    if (end > datagram->end) datagram->end = end;
    if (fragment->more || datagram->last_seen) return;
    datagram->last_seen = true;
    datagram->total_len = end;
}

/* Bytes beyond the end that the last fragment set must not make up for missing ones: a datagram that has some
 * is never complete. */
static bool is_complete(const struct datagram *datagram)
{
    uint32_t total = datagram->total_len;
    return datagram->last_seen && datagram->end == total && datagram->parts.bytes == total;
}

bool defrag_add(struct decoder *decoder, const struct packet *packet, const struct ip_fragment *fragment,
                struct slice *whole, size_t *header_len)
{
    struct defragmenter *d = get_defragmenter(decoder);
    if (fragment->bytes.len == 0 || fragment->offset + fragment->bytes.len > DATAGRAM_MAX - IPV4_HEADER_LEN) {
        decoder->counters->frames_malformed++;
        return false;
    }
    expire(decoder, d, packet->ts_ns);
    struct datagram *datagram = find_datagram(d, packet, fragment);
    insert(decoder, d, datagram, fragment);
    bool complete = is_complete(datagram);
    if (complete) {
        size_t held = datagram->parts.memory;
        buffer_clear(&d->whole);
        *header_len = put_header(&d->whole, packet, datagram);
        put_payload(&d->whole, datagram);
        d->memory -= held;
        *whole = buffer_slice(&d->whole);
        decoder->counters->datagrams_defragmented++;
        drop(d, datagram);
    }
    expire(decoder, d, packet->ts_ns);
    return complete;
}

enum decode_result decode_fragment(struct decoding *d, const struct ip_fragment *fragment)
{
    struct slice whole;
    size_t header_len = 0;
    d->decoder->counters->fragments++;
    if (!defrag_add(d->decoder, d->packet, fragment, &whole, &header_len)) return DECODE_NONE;
    uint8_t protocol = whole.ptr[header_len == IPV4_HEADER_LEN ? 9 : 6];
    d->packet->datagram = whole;
    d->in = cursor_make(slice_skip(whole, header_len));
    d->cut_bytes = 0;
    if (header_len == IPV6_HEADER_LEN) return decode_ipv6_whole(d, protocol);
    return decode_protocol(d, protocol, (uint32_t)(whole.len - header_len));
}

void defragmenter_free(struct defragmenter **defragmenter)
{
    struct defragmenter *d = *defragmenter;
    if (!d) return;
    while (d->oldest) drop(d, d->oldest);
    table_free(&d->table);
    buffer_free(&d->whole);
    free(d);
    *defragmenter = NULL;
}
