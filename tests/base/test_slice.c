/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Slices: comparison, search, cutting, numbers.
 */
#include "tests/support/unit.h"

static const struct slice nothing = {NULL, 0};

static void skip_and_head_stay_inside(void **state)
{
    (void)state;
    struct slice s = SLICE("abc");
    assert_slice_text(slice_skip(s, 1), "bc");
    assert_slice_text(slice_skip(s, 3), "");
    assert_int_equal(slice_skip(s, SIZE_MAX).len, 0);
    assert_ptr_equal(slice_skip(s, SIZE_MAX).ptr, s.ptr + 3);
    assert_slice_text(slice_head(s, 2), "ab");
    assert_slice_text(slice_head(s, SIZE_MAX), "abc");
    assert_null(slice_skip(nothing, 4).ptr);
    assert_int_equal(slice_from_cstr(NULL).len, 0);
}

static void equality_counts_nul_and_length(void **state)
{
    (void)state;
    assert_true(slice_equal(nothing, SLICE("")));
    assert_true(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
    assert_false(slice_equal(SLICE("a\0b"), SLICE("a\0c")));
    assert_false(slice_equal(SLICE("ab"), SLICE("abc")));
}

static void case_is_ascii_only(void **state)
{
    (void)state;
    assert_true(slice_equal_nocase(SLICE("DaTa"), SLICE("dAtA")));
    assert_false(slice_equal_nocase(SLICE("DATAX"), SLICE("DATA")));
    /* '@' and '`', '[' and '{' differ by the bit of case but are not letters. */
    assert_false(slice_equal_nocase(SLICE("@"), SLICE("`")));
    assert_false(slice_equal_nocase(SLICE("["), SLICE("{")));
    assert_false(slice_equal_nocase(SLICE("\xc4"), SLICE("\xe4")));
    assert_int_equal(ascii_lower('Z'), 'z');
    assert_int_equal(ascii_lower(0xde), 0xde);
}

static void letters_digits_and_space(void **state)
{
    (void)state;
    const char *space = " \t\n\v\f\r";
    for (int c = 0; c < 256; c++) {
        bool is_space = c != 0 && strchr(space, c) != NULL;
        assert_int_equal(ascii_is_space((uint8_t)c), is_space);
        assert_int_equal(ascii_is_digit((uint8_t)c), c >= '0' && c <= '9');
        assert_int_equal(ascii_is_alpha((uint8_t)c), (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    }
}

static void prefixes_and_suffixes(void **state)
{
    (void)state;
    assert_true(slice_starts(SLICE("MAIL FROM"), SLICE("MAIL")));
    assert_false(slice_starts(SLICE("mail from"), SLICE("MAIL")));
    assert_false(slice_starts(SLICE("MAI"), SLICE("MAIL")));
    assert_true(slice_starts(nothing, SLICE("")));
    assert_true(slice_starts_nocase(SLICE("mail from"), SLICE("MAIL")));
    assert_false(slice_starts_nocase(SLICE("mai"), SLICE("MAIL")));
    assert_true(slice_ends_nocase(SLICE("invoice.EXE"), SLICE(".exe")));
    assert_true(slice_ends_nocase(SLICE(".exe"), SLICE(".exe")));
    assert_false(slice_ends_nocase(SLICE("exe"), SLICE(".exe")));
}

static void searching(void **state)
{
    (void)state;
    struct slice s = SLICE("one\0two TWO");
    assert_int_equal(slice_index(s, 0), 3);
    assert_int_equal(slice_index(s, 'x'), s.len);
    assert_int_equal(slice_index(nothing, 'x'), 0);
    assert_int_equal(slice_find(s, SLICE("TWO")), 8);
    assert_int_equal(slice_find_nocase(s, SLICE("TWO")), 4);
    assert_int_equal(slice_find(s, SLICE("three")), s.len);
    assert_int_equal(slice_find_nocase(s, SLICE("three")), s.len);
    assert_int_equal(slice_find_nocase(SLICE("ab"), SLICE("abc")), 2);
    assert_int_equal(slice_find(nothing, SLICE("a")), 0);
}

static void trimming(void **state)
{
    (void)state;
    assert_slice_text(slice_trim(SLICE(" \t a b \r\n")), "a b");
    assert_slice_text(slice_trim(SLICE(" \r\n\v\f\t")), "");
    assert_slice_text(slice_trim(nothing), "");
    assert_slice(slice_trim(SLICE("\0a\0")), SLICE("\0a\0"));
}

static void tokens_empty_ones_included(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,,b,");
    const char *want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        struct slice token = slice_next_token(&rest, ',');
        assert_non_null(token.ptr);
        assert_slice_text(token, want[i]);
    }
    assert_null(slice_next_token(&rest, ',').ptr);
    assert_null(slice_next_token(&rest, ',').ptr);
}

static void numbers_fill_the_slice(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } rows[] = {
        {"0", true, 0},
        {"00042", true, 42},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"18446744073709551620", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x10", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t value = 7;
        assert_int_equal(slice_parse_u64(slice_from_cstr(rows[i].text), &value), rows[i].good);
        assert_true(value == (rows[i].good ? rows[i].value : 7)); /* untouched when it is no number */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skip_and_head_stay_inside),
        cmocka_unit_test(equality_counts_nul_and_length),
        cmocka_unit_test(case_is_ascii_only),
        cmocka_unit_test(letters_digits_and_space),
        cmocka_unit_test(prefixes_and_suffixes),
        cmocka_unit_test(searching),
        cmocka_unit_test(trimming),
        cmocka_unit_test(tokens_empty_ones_included),
        cmocka_unit_test(numbers_fill_the_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
