/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TLS connections with gaps. Input: a byte of flags (1: the secrets come last), two bytes of length and so
 * many of a key log, then chunks: a byte (bit 0 the direction, bit 1 a gap), two bytes of length, and, unless
 * it is a gap, as many bytes. What was given as plaintext is touched; what is given, and the gaps that are
 * told, stay in proportion to the input.
 */
#include "reassembly/tls/tls.h"
#include "tests/fuzz/fuzz.h"

enum { SECRETS_LAST = 1, IS_GAP = 2, HELD_MAX = 32768, TRIES_MAX = 64 };

struct tally {
    uint64_t given, told;
};

static void take_plain(void *context, enum direction dir, struct slice plain)
{
    (void)dir;
    fuzz_touch(plain);
    ((struct tally *)context)->told += plain.len;
}

static void take_gap(void *context, enum direction dir, uint64_t len)
{
    (void)dir;
    ((struct tally *)context)->told += len;
}

static void touch_text(const char *text)
{
    fuzz_touch(slice_from_cstr(text));
}

static void touch_facts(const struct tls_facts *facts)
{
    struct arena arena = {0};
    struct tls_facts copy = tls_facts_copy(facts, &arena);
    fuzz_touch(copy.sni);
    fuzz_touch(copy.alpn);
    fuzz_touch(copy.certificate.subject);
    fuzz_touch(copy.certificate.issuer);
    for (size_t i = 0; i < copy.certificate.name_count; i++) fuzz_touch(copy.certificate.names[i]);
    touch_text(copy.ja3);
    touch_text(copy.ja3s);
    touch_text(copy.ja4);
    arena_free(&arena);
}

static void play(struct tls *tls, struct slice input, struct tally *tally)
{
    while (input.len > 0) {
        uint32_t kind = fuzz_number(&input, 1), len = fuzz_number(&input, 2);
        enum direction dir = kind & 1 ? DIR_TO_CLIENT : DIR_TO_SERVER;
        tally->given += len;
        if (kind & IS_GAP) {
            (void)tls_gap(tls, dir, len);
        } else {
            (void)tls_take(tls, dir, fuzz_take(&input, len));
        }
        FUZZ_CHECK(tls_memory(tls) < 16 * (uint64_t)HELD_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct tally tally = {0};
    uint32_t flags = fuzz_number(&input, 1), len = fuzz_number(&input, 2);
    struct slice key_log = fuzz_take(&input, len);
    settings.tls_held_max_bytes = HELD_MAX;
    settings.tls_recovery_tries_max = TRIES_MAX;
    struct tls_secrets *secrets = tls_secrets_new(4);
    if (!(flags & SECRETS_LAST)) tls_secrets_feed(secrets, key_log);
    struct tls *tls = tls_open(
        &(struct tls_options){&settings, &counters, secrets, {&tally, take_plain, take_gap, take_plain}});
    play(tls, input, &tally);
    if (flags & SECRETS_LAST) tls_secrets_feed(secrets, key_log);
    tls_secrets_end_text(secrets);
    tls_end(tls);
    touch_facts(tls_facts(tls));
    FUZZ_CHECK(tally.told <= tally.given);
    tls_free(&tls);
    tls_secrets_free(&secrets);
    return 0;
}
