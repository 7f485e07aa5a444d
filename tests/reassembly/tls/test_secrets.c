/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store of TLS secrets: lines cut anywhere, what is no line, the bound.
 */
#include "reassembly/tls/secrets.h"

#include <stdio.h>

#include "base/buffer.h"
#include "tests/support/unit.h"

#define RANDOM_A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define RANDOM_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define SECRET   "0102030405060708090a0b0c0d0e0f10"

static const uint8_t random_a[TLS_RANDOM_BYTES] = {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static const char key_log[] = "# comment\r\n"
                              "\n"
                              "CLIENT_RANDOM " RANDOM_A " " SECRET "\r\n"
                              "EXPORTER_SECRET " RANDOM_A " " SECRET "\n"
                              "SERVER_TRAFFIC_SECRET_0 " RANDOM_B " " SECRET "\n"
                              "CLIENT_TRAFFIC_SECRET_0 " RANDOM_A " " SECRET SECRET "\n"
                              "CLIENT_RANDOM 0011 " SECRET "\n"
                              "CLIENT_RANDOM " RANDOM_B " 01020\n"
                              "this is no key log\n"
                              "CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM_A " " SECRET;

static void check(struct tls_secrets *secrets)
{
    struct tls_secrets_counts counts = tls_secrets_counts(secrets);
    struct slice master = tls_secrets_find(secrets, random_a, TLS_MASTER_SECRET);
    assert_int_equal(counts.secrets, 4);
    assert_int_equal(counts.bad_lines, 3);
    assert_int_equal(counts.evicted, 0);
    assert_int_equal(master.len, 16);
    assert_int_equal(master.ptr[0], 1);
    assert_int_equal(master.ptr[15], 16);
    assert_int_equal(tls_secrets_find(secrets, random_a, TLS_CLIENT_TRAFFIC_SECRET).len, 32);
    assert_int_equal(tls_secrets_find(secrets, random_a, TLS_CLIENT_HANDSHAKE_SECRET).len, 16);
    assert_int_equal(tls_secrets_find(secrets, random_a, TLS_SERVER_TRAFFIC_SECRET).len, 0);
}

static void test_lines_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof key_log - 1; cut++) {
        struct tls_secrets *secrets = tls_secrets_new(10);
        tls_secrets_feed(secrets, slice_head(slice_from_cstr(key_log), cut));
        tls_secrets_feed(secrets, slice_skip(slice_from_cstr(key_log), cut));
        tls_secrets_end_text(secrets);
        check(secrets);
        tls_secrets_free(&secrets);
        assert_null(secrets);
    }
}

static void test_the_oldest_go_first(void **state)
{
    (void)state;
    enum { KEPT = 3, GIVEN = 8 };
    struct tls_secrets *secrets = tls_secrets_new(KEPT);
    for (unsigned i = 0; i < GIVEN; i++) {
        char line[200];
        int len = snprintf(line, sizeof line, "CLIENT_RANDOM %064x " SECRET "\n", i);
        tls_secrets_feed(secrets, slice_make((const uint8_t *)line, (size_t)len));
    }
    for (unsigned i = 0; i < GIVEN; i++) {
        const uint8_t random[TLS_RANDOM_BYTES] = {[TLS_RANDOM_BYTES - 1] = (uint8_t)i};
        bool is_kept = tls_secrets_find(secrets, random, TLS_MASTER_SECRET).len > 0;
        assert_int_equal(is_kept, i >= GIVEN - KEPT);
    }
    assert_int_equal(tls_secrets_counts(secrets).evicted, GIVEN - KEPT);
    assert_int_equal(tls_secrets_generation(secrets), GIVEN);
    tls_secrets_free(&secrets);
}

static void test_an_endless_line_is_one_bad_line(void **state)
{
    (void)state;
    struct tls_secrets *secrets = tls_secrets_new(10);
    for (size_t i = 0; i < 100; i++) tls_secrets_feed(secrets, SLICE("CLIENT_RANDOM " RANDOM_A));
    tls_secrets_feed(secrets, SLICE("\n"));
    assert_int_equal(tls_secrets_counts(secrets).bad_lines, 1);
    tls_secrets_feed(secrets, slice_from_cstr(key_log));
    tls_secrets_end_text(secrets);
    assert_int_equal(tls_secrets_counts(secrets).bad_lines, 4);
    tls_secrets_free(&secrets);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_may_be_cut_anywhere),
        cmocka_unit_test(test_the_oldest_go_first),
        cmocka_unit_test(test_an_endless_line_is_one_bad_line),
    };
    return cmocka_run_group_tests_name("tls secrets", tests, NULL, NULL);
}
