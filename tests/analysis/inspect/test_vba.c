/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VBA decompression: the examples of MS-OVBA 3.2, and containers that are cut off or point outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/inspect/vba.h"

static const uint8_t normal[] = {0x01, 0x2f, 0xb0, 0x00, 0x23, 0x61, 0x61, 0x61, 0x62, 0x63, 0x64, 0x65, 0x82,
                                 0x66, 0x00, 0x70, 0x61, 0x67, 0x68, 0x69, 0x6a, 0x01, 0x38, 0x08, 0x61, 0x6b,
                                 0x6c, 0x00, 0x30, 0x6d, 0x6e, 0x6f, 0x70, 0x06, 0x71, 0x02, 0x70, 0x04, 0x10,
                                 0x72, 0x73, 0x74, 0x75, 0x76, 0x10, 0x77, 0x78, 0x79, 0x7a, 0x00, 0x3c};

static void assert_decompressed(struct slice container, const char *expected)
{
    struct buffer out = buffer_make(1 << 20);
    vba_decompress(container, &out);
    assert_string_equal(buffer_cstr(&out), expected);
    buffer_free(&out);
}

static void test_specification_examples(void **state)
{
    (void)state;
    static const uint8_t none[] = {0x01, 0x19, 0xb0, 0x00, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
                                   0x67, 0x68, 0x00, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
                                   0x70, 0x00, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x2e};
    static const uint8_t most[] = {0x01, 0x03, 0xb0, 0x02, 0x61, 0x45, 0x00};
    assert_decompressed(slice_make(none, sizeof none), "abcdefghijklmnopqrstuv.");
    assert_decompressed(slice_make(normal, sizeof normal),
                        "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
    assert_decompressed(slice_make(most, sizeof most),
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void test_every_truncation(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof normal; len++) {
        uint8_t *copy = test_malloc(len ? len : 1);
        memcpy(copy, normal, len);
        struct buffer out = buffer_make(1 << 20);
        vba_decompress(slice_make(copy, len), &out);
        assert_true(out.len <= 56);
        buffer_free(&out);
        test_free(copy);
    }
}

static void test_copy_before_the_chunk(void **state)
{
    (void)state;
    static const uint8_t outside[] = {0x01, 0x03, 0xb0, 0x01, 0xff, 0xff, 0x00};
    assert_decompressed(slice_make(outside, sizeof outside), "");
}

static void test_source_behind_compiled_code(void **state)
{
    (void)state;
    static const char stream[] = "\xcc\x61\x01\x02Attribut\0Attribut junk"
                                 "\x01\x14\xb0\0Attribut\0e VB_Nam\0\r\n";
    struct buffer out = buffer_make(1 << 20);
    vba_append_source(slice_make(stream, sizeof stream - 1), &out);
    assert_string_equal(buffer_cstr(&out), "Attribute VB_Nam\r\n");
    buffer_clear(&out);
    vba_append_source(SLICE("Attribut"), &out);
    assert_int_equal(out.len, 0);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification_examples),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_copy_before_the_chunk),
        cmocka_unit_test(test_source_behind_compiled_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
