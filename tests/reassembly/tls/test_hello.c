/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hellos and their fingerprints. The expected fingerprints are the examples that the authors of JA3 and JA4
 * publish with the lists they are made of (github.com/salesforce/ja3, README; github.com/FoxIO-LLC/ja4,
 * technical_details/JA4.md): the hellos here have these lists.
 */
#include "reassembly/tls/hello.h"

#include "base/buffer.h"
#include "tests/support/unit.h"

enum { GREASE = 0x3a3a };

static void put16(struct buffer *out, size_t value)
{
    (void)buffer_append_byte(out, (uint8_t)(value >> 8));
    (void)buffer_append_byte(out, (uint8_t)value);
}

static void put_list(struct buffer *out, const uint16_t *items, size_t count)
{
    put16(out, 2 * count);
    for (size_t i = 0; i < count; i++) put16(out, items[i]);
}

static void put_extension(struct buffer *out, uint16_t type, struct slice body)
{
    put16(out, type);
    put16(out, body.len);
    (void)buffer_append(out, body);
}

static void put_list_extension(struct buffer *out, uint16_t type, const uint16_t *items, size_t count)
{
    struct buffer body = buffer_make(1024);
    put_list(&body, items, count);
    put_extension(out, type, buffer_slice(&body));
    buffer_free(&body);
}

static struct buffer make_hello(uint16_t version, const uint16_t *ciphers, size_t count,
                                struct slice extensions)
{
    struct buffer hello = buffer_make(4096);
    put16(&hello, version);
    for (size_t i = 0; i < 32; i++) (void)buffer_append_byte(&hello, (uint8_t)i);
    (void)buffer_append(&hello, SLICE("\2ab")); /* session id */
    put_list(&hello, ciphers, count);
    (void)buffer_append(&hello, SLICE("\1\0"));
    if (!extensions.ptr) return hello;
    put16(&hello, extensions.len);
    (void)buffer_append(&hello, extensions);
    return hello;
}

static void test_ja3_with_extensions(void **state)
{
    (void)state;
    static const uint16_t ciphers[] = {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4};
    static const uint16_t groups[] = {23, 24, 25};
    struct buffer extensions = buffer_make(1024);
    struct tls_client_hello hello;
    put_extension(&extensions, 0, SLICE("\0\x0c\0\0\x09mx.ja.jp."));
    put_list_extension(&extensions, 10, groups, 3);
    put_extension(&extensions, 11, SLICE("\1\0"));
    struct buffer body = make_hello(0x0301, ciphers, COUNT_OF(ciphers), buffer_slice(&extensions));
    assert_true(tls_client_hello_read(buffer_slice(&body), &hello));
    assert_string_equal(hello.ja3, "ada70206e40642a3e4461f35503241d5");
    assert_true(slice_equal(hello.sni, SLICE("mx.ja.jp.")));
    assert_true(slice_equal(hello.session_id, SLICE("ab")));
    buffer_free(&body);
    buffer_free(&extensions);
}

static void test_ja3_without_extensions(void **state)
{
    (void)state;
    static const uint16_t ciphers[] = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99};
    struct tls_client_hello hello;
    struct buffer body = make_hello(0x0301, ciphers, COUNT_OF(ciphers), slice_make(NULL, 0));
    assert_true(tls_client_hello_read(buffer_slice(&body), &hello));
    assert_string_equal(hello.ja3, "de350869b8c85de67a350c8d186f11e6");
    assert_memory_equal(hello.ja4, "t10i110000_", 11);
    buffer_free(&body);
}

/* Order and GREASE do not matter to JA4: the lists are given out of order. */
static struct buffer make_ja4_extensions(void)
{
    static const uint16_t plain[] = {0x0005, 0x000a, 0x000b, 0x0012, 0x0015, 0x0017,
                                     0x001b, 0x0023, 0x002d, 0x0033, 0x4469, 0xff01};
    static const uint16_t signatures[] = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
    struct buffer extensions = buffer_make(4096);
    put_extension(&extensions, GREASE, SLICE(""));
    put_extension(&extensions, 0, SLICE("\0\x0c\0\0\x09mx.ja.jp."));
    for (size_t i = COUNT_OF(plain); i > 0; i--) put_extension(&extensions, plain[i - 1], SLICE(""));
    put_extension(&extensions, 0x0010, SLICE("\0\x0c\2h2\x08http/1.1"));
    put_extension(&extensions, 0x002b, SLICE("\6\x1a\x1a\3\4\3\3"));
    put_list_extension(&extensions, 0x000d, signatures, COUNT_OF(signatures));
    return extensions;
}

static void test_ja4(void **state)
{
    (void)state;
    static const uint16_t ciphers[] = {GREASE, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                                       0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
    struct buffer extensions = make_ja4_extensions();
    struct buffer body = make_hello(0x0303, ciphers, COUNT_OF(ciphers), buffer_slice(&extensions));
    struct tls_client_hello hello;
    assert_true(tls_client_hello_read(buffer_slice(&body), &hello));
    assert_string_equal(hello.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    assert_true(slice_equal(hello.alpn, SLICE("h2")));
    buffer_free(&body);
    buffer_free(&extensions);
}

/* Cut anywhere it is no hello, but where a list of extensions may be missing. */
static void test_cut_hello(void **state)
{
    (void)state;
    static const uint16_t ciphers[] = {0x1301};
    struct buffer extensions = make_ja4_extensions();
    struct buffer body = make_hello(0x0303, ciphers, 1, buffer_slice(&extensions));
    size_t without = body.len - extensions.len - 2;
    for (size_t len = 0; len < body.len; len++) {
        struct tls_client_hello hello;
        struct buffer copy = buffer_make(len);
        (void)buffer_append(&copy, slice_head(buffer_slice(&body), len));
        assert_int_equal(tls_client_hello_read(buffer_slice(&copy), &hello), len == without);
        buffer_free(&copy);
    }
    buffer_free(&body);
    buffer_free(&extensions);
}

static void test_server_hello(void **state)
{
    (void)state;
    struct tls_server_hello hello;
    struct buffer body = buffer_make(256);
    put16(&body, 0x0303);
    for (size_t i = 0; i < 32; i++) (void)buffer_append_byte(&body, 7);
    (void)buffer_append(&body, SLICE("\0\x13\2\0"));
    put16(&body, 10);
    put_extension(&body, 43, SLICE("\3\4"));
    put_extension(&body, 22, SLICE(""));
    assert_true(tls_server_hello_read(buffer_slice(&body), &hello));
    assert_int_equal(hello.version, 0x0304);
    assert_int_equal(hello.cipher, 0x1302);
    assert_true(hello.mac_last);
    assert_false(hello.is_retry);
    assert_string_equal(tls_version_name(hello.version), "TLS 1.3");
    assert_string_equal(tls_cipher_name(hello.cipher), "TLS_AES_256_GCM_SHA384");
    assert_null(tls_version_name(0x0305));
    assert_null(tls_cipher_name(0xffff));
    buffer_free(&body);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ja3_with_extensions),
        cmocka_unit_test(test_ja3_without_extensions),
        cmocka_unit_test(test_ja4),
        cmocka_unit_test(test_cut_hello),
        cmocka_unit_test(test_server_hello),
    };
    return cmocka_run_group_tests_name("tls hellos", tests, NULL, NULL);
}
