/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8: every code point there and back, overlong forms, surrogates, cut-off sequences, escaping.
 */
#include "base/utf8.h"

#include "tests/support/guarded.h"
#include "tests/support/unit.h"

static void every_code_point_there_and_back(void **state)
{
    (void)state;
    struct buffer b = buffer_make(8);
    for (int32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff) continue;
        buffer_clear(&b);
        utf8_append(&b, c);
        struct slice rest = buffer_slice(&b);
        if (utf8_next(&rest) != c || rest.len != 0) fail_msg("U+%04X", (unsigned)c);
    }
    buffer_free(&b);
}

/* RFC 3629 section 4; the Unicode Standard, table 3-7. */
static void malformed_sequences(void **state)
{
    (void)state;
    static const struct slice bad[] = {
        SLICE_INIT("\x80"),             /* continuation alone */
        SLICE_INIT("\xbf"),             /* the same */
        SLICE_INIT("\xc0\x80"),         /* NUL in two bytes */
        SLICE_INIT("\xc1\xbf"),         /* overlong DEL */
        SLICE_INIT("\xe0\x80\xaf"),     /* overlong '/' */
        SLICE_INIT("\xe0\x9f\xbf"),     /* overlong U+07FF */
        SLICE_INIT("\xf0\x80\x80\xaf"), /* overlong '/' */
        SLICE_INIT("\xf0\x8f\xbf\xbf"), /* overlong U+FFFF */
        SLICE_INIT("\xed\xa0\x80"),     /* U+D800 */
        SLICE_INIT("\xed\xbf\xbf"),     /* U+DFFF */
        SLICE_INIT("\xf4\x90\x80\x80"), /* U+110000 */
        SLICE_INIT("\xf5\x80\x80\x80"),
        SLICE_INIT("\xf8\x88\x80\x80\x80"),
        SLICE_INIT("\xfe"),
        SLICE_INIT("\xff"),
        SLICE_INIT("\xc3("),         /* second byte wrong */
        SLICE_INIT("\xe3\x81("),     /* third */
        SLICE_INIT("\xf0\x9f\x98("), /* fourth */
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct slice rest = bad[i];
        assert_int_equal(utf8_next(&rest), UTF8_BAD);
        assert_int_equal(rest.len, bad[i].len - 1); /* one byte alone is taken */
        assert_false(utf8_valid(bad[i]));
    }
}

static void cut_off_sequences(void **state)
{
    (void)state;
    struct guarded page = guarded_make(16);
    static const struct slice whole[] = {SLICE_INIT("\xc3\xa9"), SLICE_INIT("\xe3\x81\x82"),
                                         SLICE_INIT("\xf0\x9f\x98\x80")};
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        assert_true(utf8_valid(whole[i]));
        for (size_t len = 1; len < whole[i].len; len++) {
            struct slice rest = guarded_copy(&page, slice_head(whole[i], len));
            assert_false(utf8_valid(rest));
            assert_int_equal(utf8_next(&rest), UTF8_BAD);
            assert_int_equal(rest.len, len - 1);
        }
    }
    guarded_free(&page);
}

static void assert_escaped(struct slice text, const char *want)
{
    struct buffer out = buffer_make(1000);
    utf8_escape(&out, text);
    assert_slice_text(buffer_slice(&out), want);
    assert_true(utf8_valid(buffer_slice(&out)));
    buffer_free(&out);
}

static void escaping_drops_nothing(void **state)
{
    (void)state;
    assert_escaped(SLICE("plain \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
                   "plain \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
    assert_escaped(SLICE("a\nb\rc\td"), "a\\nb\\rc\\td");
    assert_escaped(SLICE("\0\x1b[31m\x7f"), "\\u{0}\\u{1b}[31m\\u{7f}");
    assert_escaped(SLICE("\xff\xc3"), "\\xff\\xc3");
    assert_escaped(SLICE("cod\xe2\x80\xae"
                         "exe"),
                   "cod\\u{202e}exe");
    assert_escaped(SLICE("\xc2\x85\xef\xbb\xbf\xe2\x80\x8b"), "\\u{85}\\u{feff}\\u{200b}");
    assert_escaped(SLICE("\xef\xbf\xbf\xef\xb7\x90"), "\\u{ffff}\\u{fdd0}");
    assert_escaped(SLICE(""), "");
}

static void repairing_keeps_controls(void **state)
{
    (void)state;
    struct buffer out = buffer_make(1000);
    utf8_repair(&out, SLICE("a\nb\xe3\x81\xff\x1b\xe3\x81\x82"));
    assert_slice_text(buffer_slice(&out), "a\nb\\xe3\\x81\\xff\x1b\xe3\x81\x82");
    buffer_free(&out);
}

static void unsafe_characters(void **state)
{
    (void)state;
    static const int32_t unsafe[] = {0,       0x1f,     0x7f,    0x80,   0x9f,   0xad,   0x61c,
                                     0x180e,  0x200b,   0x200f,  0x2028, 0x2029, 0x202a, 0x202e,
                                     0x2066,  0x2069,   0xfeff,  0xfffe, 0xffff, 0xfdd0, 0xfdef,
                                     0x1fffe, 0x10ffff, 0xe0001, 0xe007f};
    static const int32_t safe[] = {' ',    '~',     0xa0,   0xac,   0xae,  0x3042,
                                   0x4e00, 0x1f600, 0xfdcf, 0xfdf0, 0xfffd};
    for (size_t i = 0; i < COUNT_OF(unsafe); i++) assert_true(utf8_is_unsafe(unsafe[i]));
    for (size_t i = 0; i < COUNT_OF(safe); i++) assert_false(utf8_is_unsafe(safe[i]));
}

static void a_head_ends_between_characters(void **state)
{
    (void)state;
    struct slice s = SLICE("a\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80z");
    static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t max = 0; max < COUNT_OF(want); max++) {
        struct slice head = utf8_head(s, max);
        assert_int_equal(head.len, want[max]);
        assert_true(utf8_valid(head));
    }
    assert_int_equal(utf8_head(SLICE("\x80\x80\x80"), 2).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_there_and_back),
        cmocka_unit_test(malformed_sequences),
        cmocka_unit_test(cut_off_sequences),
        cmocka_unit_test(escaping_drops_nothing),
        cmocka_unit_test(repairing_keeps_controls),
        cmocka_unit_test(unsafe_characters),
        cmocka_unit_test(a_head_ends_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
