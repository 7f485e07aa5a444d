/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * After a loss that reaches over the end of a record: the next record is found by what looks like its head,
 * and believed only when it opens with one of the next sequence numbers. That number tells how many records
 * were lost, and so how many bytes of content. Tries are bounded (tls_recovery_tries_max), so work stays
 * linear.
 */
#include "base/mem.h"
#include "reassembly/tls/state.h"

static bool may_be_head(const struct tls *tls, const uint8_t *at, size_t overhead, size_t *len)
{
    bool is_13 = tls->facts.version >= TLS13_VERSION;
    uint16_t version = is_13 ? 0x0303 : tls->facts.version;
    *len = (size_t)at[3] << 8 | at[4];
    if (is_13 ? at[0] != TLS_DATA : at[0] < TLS_ALERT || at[0] > TLS_DATA) return false;
    if ((uint16_t)(at[1] << 8 | at[2]) != version) return false;
    return *len + TLS_RECORD_HEAD_BYTES >= overhead && *len <= TLS_RECORD_MAX_BYTES;
}

/* Tries sequence numbers from the protection's own plus `first` on, as many as the lost bytes can hold. */
static bool opens_with(struct tls *tls, struct tls_protection *protection, uint64_t first,
                       struct slice fragment, uint8_t type, uint64_t lost, uint64_t *records)
{
    uint64_t overhead = tls_protection_overhead(protection),
             max = tls->options.settings->tls_recovery_tries_max;
    for (*records = first; *records * overhead <= lost && tls->tries < max; (*records)++) {
        uint8_t inner = type;
        tls->tries++;
        if (!tls_protection_open(protection, protection->sequence + *records, &inner, fragment, &tls->plain))
            continue;
        protection->sequence += *records;
        return true;
    }
    return false;
}

/* The Finished of TLS 1.3 may be among what was lost: the keys behind it, from their first record on. */
static bool opens_as_traffic(struct tls *tls, struct tls_half *half, struct slice fragment, uint8_t type,
                             uint64_t *records)
{
    struct tls_half as_traffic = *half;
    if (half->epoch != TLS_EPOCH_HANDSHAKE) return false;
    tls_keys_change(&as_traffic, TLS_EPOCH_TRAFFIC);
    bool is_open = tls_keys_make(tls, &as_traffic) == TLS_KEYS_READY &&
                   opens_with(tls, &as_traffic.protection, 0, fragment, type, half->lost, records);
    if (is_open) *half = as_traffic;
    mem_wipe(&as_traffic, sizeof as_traffic);
    return is_open;
}

/* How much of what was lost is content: records of the handshake are none. */
static uint64_t lost_content(const struct tls_half *half, uint64_t records, bool began_in_handshake)
{
    bool is_old = half->protection.version < TLS13_VERSION;
    uint64_t handshake = began_in_handshake && is_old ? 1 : 0; /* Finished */
    uint64_t overhead = records * tls_protection_overhead(&half->protection);
    if (began_in_handshake && records <= handshake) return 0;
    return half->lost > overhead ? half->lost - overhead : 0;
}

/* No record will be found any more. */
static void give_up(struct tls *tls, struct tls_half *half)
{
    if (tls->tries >= tls->options.settings->tls_recovery_tries_max)
        tls->options.counters->limit_tls_recovery_tries_max++;
    tls->facts.is_broken = true;
    half->is_dead = true;
}

/* Everything before the record that may begin here was passed over: is it one? */
static bool try_at(struct tls *tls, struct tls_half *half, const uint8_t *at, size_t len)
{
    struct slice fragment = slice_make(at + TLS_RECORD_HEAD_BYTES, len);
    uint64_t records = 0;
    bool in_handshake = half->from_handshake || half->epoch == TLS_EPOCH_HANDSHAKE;
    if (!opens_with(tls, &half->protection, 1, fragment, at[0], half->lost, &records) &&
        !opens_as_traffic(tls, half, fragment, at[0], &records))
        return false;
    tls_tell_gap(tls, half, lost_content(half, records, in_handshake));
    half->is_lost = half->from_handshake = false;
    half->lost = 0;
    tls->tries = 0;
    return true;
}

bool tls_recover(struct tls *tls, struct tls_half *half, size_t room, bool more)
{
    size_t start = half->at, len = 0;
    bool can =
        half->has_keys && !(half->protection.suite->mac != TLS_MAC_AEAD && tls->facts.version < 0x0302);
    if (!can || tls->tries >= tls->options.settings->tls_recovery_tries_max) {
        give_up(tls, half);
        return true;
    }
    size_t overhead = tls_protection_overhead(&half->protection);
    for (; room >= TLS_RECORD_HEAD_BYTES; room--, half->at++, half->lost++) {
        const uint8_t *at = half->input.data + half->at;
        if (!may_be_head(tls, at, overhead, &len)) continue;
        if (TLS_RECORD_HEAD_BYTES + len > room) {
            if (more) return half->at > start; /* wait for the rest of it */
            continue;
        }
        if (try_at(tls, half, at, len)) return true;
    }
    if (more) return half->at > start;
    half->at += room;
    half->lost += room;
    return half->at > start;
}
