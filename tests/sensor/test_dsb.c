/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decryption Secrets Blocks of pcapng in both byte orders, cut anywhere, and blocks that lie about their
 * length.
 */
#include "sensor/dsb.h"

#include "base/buffer.h"
#include "tests/support/unit.h"

#define LINE                                                                                                 \
    "CLIENT_RANDOM 00000000000000000000000000000000000000000000000000000000000000aa 0102030405060708\n"

enum { SECTION = 0x0a0d0d0a, MAGIC = 0x1a2b3c4d, PACKET = 6, SECRETS = 10, TLS_KEYS = 0x544c534b };

struct file {
    struct buffer bytes;
    bool is_big_endian;
};

static void put(struct file *file, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned shift = file->is_big_endian ? 24 - 8 * i : 8 * i;
        (void)buffer_append_byte(&file->bytes, (uint8_t)(value >> shift));
    }
}

static void put_block(struct file *file, uint32_t type, const uint32_t *words, size_t count,
                      struct slice text)
{
    uint32_t padding = (uint32_t)(4 - text.len % 4) % 4;
    uint32_t len = 12 + 4 * (uint32_t)count + (uint32_t)text.len + padding;
    put(file, type);
    put(file, len);
    for (size_t i = 0; i < count; i++) put(file, words[i]);
    (void)buffer_append(&file->bytes, text);
    for (uint32_t i = 0; i < padding; i++) (void)buffer_append_byte(&file->bytes, 0);
    put(file, len);
}

static void put_section(struct file *file)
{
    put_block(file, SECTION, (const uint32_t[]){MAGIC, 1, 0xffffffff, 0xffffffff}, 4, SLICE(""));
}

static void put_secrets(struct file *file, uint32_t type)
{
    put_block(file, SECRETS, (const uint32_t[]){type, sizeof LINE - 1}, 2, SLICE(LINE));
}

static struct file make_file(bool is_big_endian)
{
    struct file file = {.bytes = buffer_make(1 << 16), .is_big_endian = is_big_endian};
    put_section(&file);
    put_block(&file, PACKET, (const uint32_t[]){0, 0, 0, 3, 3}, 5, SLICE("abc"));
    put_secrets(&file, 0x57474b4c); /* of WireGuard */
    put_secrets(&file, TLS_KEYS);
    put_block(&file, PACKET, (const uint32_t[]){0, 0, 0, 5, 5}, 5, SLICE("abcde"));
    return file;
}

static uint64_t scan(struct slice bytes, size_t cut)
{
    struct tls_secrets *secrets = tls_secrets_new(10);
    struct dsb_scanner scanner = dsb_scanner_make(secrets);
    dsb_scan(&scanner, slice_head(bytes, cut));
    dsb_scan(&scanner, slice_skip(bytes, cut));
    uint64_t found = tls_secrets_counts(secrets).secrets;
    assert_int_equal(tls_secrets_counts(secrets).bad_lines, 0);
    tls_secrets_free(&secrets);
    return found;
}

static void test_cut_anywhere_in_both_orders(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        struct file file = make_file(order == 1);
        struct slice bytes = buffer_slice(&file.bytes);
        for (size_t cut = 0; cut <= bytes.len; cut++) assert_int_equal(scan(bytes, cut), 1);
        buffer_free(&file.bytes);
    }
}

static void test_a_section_may_change_the_order(void **state)
{
    (void)state;
    struct file file = make_file(false);
    file.is_big_endian = true;
    put_section(&file);
    put_block(&file, SECRETS, (const uint32_t[]){TLS_KEYS, 96}, 2,
              SLICE("CLIENT_RANDOM 00000000000000000000000000000000000000000000000000000000000000bb "
                    "0102030405060708\n"));
    assert_int_equal(scan(buffer_slice(&file.bytes), 0), 2);
    buffer_free(&file.bytes);
}

static void test_what_is_no_pcapng_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(scan(SLICE("\xd4\xc3\xb2\xa1\2\0\4\0" LINE), 0), 0);
    assert_int_equal(scan(SLICE(""), 0), 0);
}

static void test_lengths_that_lie(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 4, 8, 11, 12, 15, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct file file = {.bytes = buffer_make(1 << 16)};
        put_section(&file);
        put(&file, SECRETS);
        put(&file, lengths[i]);
        put(&file, TLS_KEYS);
        put(&file, 0xffffffff);
        for (size_t n = 0; n < 64; n++) put(&file, 0x0a0a0a0a);
        assert_int_equal(scan(buffer_slice(&file.bytes), 30), 0);
        buffer_free(&file.bytes);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_anywhere_in_both_orders),
        cmocka_unit_test(test_a_section_may_change_the_order),
        cmocka_unit_test(test_what_is_no_pcapng_is_left_alone),
        cmocka_unit_test(test_lengths_that_lie),
    };
    return cmocka_run_group_tests_name("decryption secrets blocks", tests, NULL, NULL);
}
