/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of senders with a queue by their latest mail; see senders.h. An all-zero struct is an empty one. A
 * row holds no address, only a keyed digest of 64 bits, which stands for it.
 */
#include "reassembly/session/senders.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    CELLS = 256,
    SLICES = 64, /* of the window, in which time is counted */
    SLICE_MAX = 255,
    NS_PER_MS = 1000000,
    ADDRESS_BYTES = 320
};

struct sender_row {
    uint64_t digest;
    struct sender_row *older, *younger;
    uint64_t last_ns, first_slice;
    uint8_t hit[CELLS]; /* slice of the latest recipient of this cell, first_slice being 1; 0: never */
};

/* Cells are chosen alike in every run, so that a capture gives the same records again. */
static const struct siphash_key cell_key = {0x6d61696c746170, 0x73656e64657273};

static bool is_row(const void *value, const void *key)
{
    return ((const struct sender_row *)value)->digest == *(const uint64_t *)key;
}

/* Domains know no case, and local parts in practice neither (RFC 5321 2.4). What lies behind the longest
 * address there may be (4.5.3.1.3) does not count. */
static uint64_t digest_of_address(struct siphash_key key, struct slice address)
{
    uint8_t lower[ADDRESS_BYTES];
    size_t len = slice_head(address, sizeof lower).len;
    for (size_t i = 0; i < len; i++) lower[i] = ascii_lower(address.ptr[i]);
    return siphash(key, slice_make(lower, len));
}

static uint64_t digest_of_sender(const struct senders *senders, const struct mail *mail)
{
    uint8_t bytes[sizeof mail->flow.client.addr + 1 + sizeof(uint64_t)];
    uint64_t address = digest_of_address(senders->key, mail->envelope.mail_from);
    memcpy(bytes, mail->flow.client.addr, sizeof mail->flow.client.addr);
    bytes[sizeof mail->flow.client.addr] = (uint8_t)mail->flow.family;
    memcpy(bytes + sizeof mail->flow.client.addr + 1, &address, sizeof address);
    return siphash(senders->key, slice_make(bytes, sizeof bytes));
}

static void unlink_row(struct senders *senders, struct sender_row *row)
{
    *(row->older ? &row->older->younger : &senders->oldest) = row->younger;
    *(row->younger ? &row->younger->older : &senders->newest) = row->older;
}

static void link_newest(struct senders *senders, struct sender_row *row)
{
    row->older = senders->newest;
    row->younger = NULL;
    *(senders->newest ? &senders->newest->younger : &senders->oldest) = row;
    senders->newest = row;
}

static void forget_oldest(struct senders *senders)
{
    struct sender_row *row = senders->oldest;
    unlink_row(senders, row);
    (void)table_remove(&senders->table, row->digest, row);
    free(row);
}

/* The sender's row, which becomes the newest. */
static struct sender_row *take_row(struct senders *senders, uint64_t digest)
{
    struct sender_row *row = table_find(&senders->table, digest, &digest);
    if (row) {
        unlink_row(senders, row);
    } else {
        row = mem_zalloc(1, sizeof *row);
        row->digest = digest;
        table_insert(&senders->table, digest, row);
    }
    link_newest(senders, row);
    return row;
}

/* Moves the row's first slice on, so that this one has a number; what lies before the first is forgotten. */
static uint8_t number_of_slice(struct sender_row *row, uint64_t slice)
{
    if (row->first_slice == 0 || slice - row->first_slice >= SLICE_MAX + SLICES) {
        if (slice < row->first_slice) return 1;
        memset(row->hit, 0, sizeof row->hit);
        row->first_slice = slice;
    } else if (slice - row->first_slice >= SLICE_MAX) {
        const uint8_t gone = SLICE_MAX - SLICES;
        for (size_t i = 0; i < CELLS; i++) row->hit[i] = row->hit[i] > gone ? row->hit[i] - gone : 0;
        row->first_slice += gone;
    }
    return (uint8_t)(slice - row->first_slice + 1);
}

static void note_recipients(struct sender_row *row, const struct mail_envelope *envelope, uint8_t now)
{
    for (size_t i = 0; i < envelope->rcpt_count; i++) {
        uint8_t *hit = &row->hit[digest_of_address(cell_key, envelope->rcpt_to[i]) % CELLS];
        if (*hit < now) *hit = now;
    }
}

/* Linear counting: of m cells z are empty, so about -m ln(z/m) things were thrown in. */
static uint32_t estimate(const struct sender_row *row, uint8_t now)
{
    const uint8_t since = now > SLICES ? now - SLICES : 1;
    uint16_t empty = 0;
    for (size_t i = 0; i < CELLS; i++) empty += row->hit[i] < since;
    if (empty == CELLS - 1) return 1;
    if (empty == 0) empty = 1;
    return (uint32_t)lround(-(double)CELLS * log((double)empty / CELLS));
}

uint32_t senders_count(struct senders *senders, const struct mail *mail,
                       const struct senders_settings *settings, bool *forgotten)
{
    const uint64_t window_ns = settings->window_ms * NS_PER_MS;
    const uint64_t slice = mail->last_ns / (window_ns / SLICES) + 1;
    *forgotten = false;
    if (mail->envelope.mail_from.len == 0 || mail->envelope.rcpt_count == 0) return 0;
    if (!senders->table.equal) {
        senders->table = table_make(is_row);
        senders->key = siphash_random_key();
    }
    struct sender_row *row = take_row(senders, digest_of_sender(senders, mail));
    if (mail->last_ns > row->last_ns) row->last_ns = mail->last_ns;
    const uint8_t now = number_of_slice(row, slice);
    note_recipients(row, &mail->envelope, now);
    uint32_t number = estimate(row, now);
    while (senders->oldest != row && senders->oldest->last_ns + window_ns < mail->last_ns)
        forget_oldest(senders);
    if (senders->table.count > settings->max) {
        forget_oldest(senders);
        *forgotten = true;
    }
    return number;
}

void senders_free(struct senders *senders)
{
    while (senders->oldest) forget_oldest(senders);
    table_free(&senders->table);
}
