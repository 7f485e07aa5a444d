/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From secrets to the keys of the epoch a direction is in, and what to do where the epoch itself is not
 * certain: early data that the server refused, a Finished that was lost.
 */
#include "base/mem.h"
#include "reassembly/tls/state.h"

void tls_keys_change(struct tls_half *half, enum tls_epoch epoch)
{
    half->epoch = epoch;
    half->has_keys = false;
    half->message_torn = false;
    half->looked_at = 0;
    mem_wipe(&half->protection, sizeof half->protection);
}

static enum tls_label label_of(const struct tls *tls, const struct tls_half *half)
{
    bool is_client = half->dir == DIR_TO_SERVER;
    if (tls->facts.version < TLS13_VERSION) return TLS_MASTER_SECRET;
    if (half->epoch == TLS_EPOCH_EARLY) return TLS_CLIENT_EARLY_SECRET;
    if (half->epoch == TLS_EPOCH_HANDSHAKE)
        return is_client ? TLS_CLIENT_HANDSHAKE_SECRET : TLS_SERVER_HANDSHAKE_SECRET;
    return is_client ? TLS_CLIENT_TRAFFIC_SECRET : TLS_SERVER_TRAFFIC_SECRET;
}

enum tls_keys tls_keys_make(struct tls *tls, struct tls_half *half)
{
    const struct tls_secrets *secrets = tls->options.secrets;
    if (half->has_keys) return TLS_KEYS_READY;
    if (!secrets || !tls->suite || tls->suite->bulk == TLS_BULK_OTHER) return TLS_KEYS_NEVER;
    if (!tls->facts.client_hello_seen || !tls->facts.server_hello_seen) return TLS_KEYS_AWAITED;
    uint64_t generation = tls_secrets_generation(secrets) + 1;
    if (half->looked_at == generation) return TLS_KEYS_AWAITED;
    struct slice secret = tls_secrets_find(secrets, tls->randoms.client, label_of(tls, half));
    if (secret.len == 0) half->looked_at = generation;
    if (secret.len == 0) return TLS_KEYS_AWAITED;
    struct tls_protection *protection = &half->protection;
    *protection = (struct tls_protection){
        .suite = tls->suite, .version = tls->facts.version, .encrypts_first = tls->encrypts_first};
    half->has_keys =
        tls->facts.version < TLS13_VERSION
            ? tls_protection_from_master(protection, secret, &tls->randoms, half->dir == DIR_TO_SERVER)
            : tls_protection_from_secret(protection, secret);
    return half->has_keys ? TLS_KEYS_READY : TLS_KEYS_NEVER;
}

static bool open_present(struct tls *tls, struct tls_half *half, uint8_t *type, struct slice fragment)
{
    if (tls_keys_make(tls, half) != TLS_KEYS_READY) return false;
    if (!tls_protection_open(&half->protection, half->protection.sequence, type, fragment, &tls->plain))
        return false;
    half->protection.sequence++;
    tls->facts.is_decrypted = true;
    return true;
}

static bool open_behind(struct tls *tls, struct tls_half *half, enum tls_epoch epoch, uint8_t *type,
                        struct slice fragment)
{
    struct tls_half as_behind = *half;
    tls_keys_change(&as_behind, epoch);
    bool is_open = open_present(tls, &as_behind, type, fragment);
    if (is_open) *half = as_behind;
    mem_wipe(&as_behind, sizeof as_behind);
    return is_open;
}

bool tls_keys_open(struct tls *tls, struct tls_half *half, uint8_t *type, struct slice fragment)
{
    if (open_present(tls, half, type, fragment)) return true;
    if (half->epoch == TLS_EPOCH_EARLY) /* the server may have refused the early data */
        return open_behind(tls, half, TLS_EPOCH_HANDSHAKE, type, fragment);
    bool is_finished_lost = half->epoch == TLS_EPOCH_HANDSHAKE && half->message_torn;
    return is_finished_lost && open_behind(tls, half, TLS_EPOCH_TRAFFIC, type, fragment);
}

enum tls_keys tls_keys_make_any(struct tls *tls, struct tls_half *half)
{
    enum tls_keys keys = tls_keys_make(tls, half);
    if (keys != TLS_KEYS_AWAITED || half->epoch != TLS_EPOCH_EARLY) return keys;
    struct tls_half as_handshake = *half;
    tls_keys_change(&as_handshake, TLS_EPOCH_HANDSHAKE);
    keys = tls_keys_make(tls, &as_handshake);
    mem_wipe(&as_handshake, sizeof as_handshake);
    return keys;
}
