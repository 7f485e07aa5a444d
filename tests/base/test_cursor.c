/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cursor: byte orders, the sticky error, and that it never touches a byte past the end (guard page).
 */
#include "base/cursor.h"

#include "tests/support/guarded.h"
#include "tests/support/unit.h"

static void reads_both_byte_orders(void **state)
{
    (void)state;
    struct cursor c = cursor_make(SLICE("\x01\x02\x03\xff\xfe\xfd\xfc\x11\x22\x83\x84\x85\x86"));
    assert_int_equal(cursor_u8(&c), 0x01);
    assert_int_equal(cursor_be16(&c), 0x0203);
    assert_true(cursor_be32(&c) == 0xfffefdfcu);
    assert_int_equal(cursor_le16(&c), 0x2211);
    assert_true(cursor_le32(&c) == 0x86858483u);
    assert_false(c.bad);
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(cursor_offset(&c), 13);
}

static void an_error_stays(void **state)
{
    (void)state;
    struct cursor c = cursor_make(SLICE("abc"));
    assert_true(cursor_be32(&c) == 0);
    assert_true(c.bad);
    /* Three bytes are there, but what follows a failed read is not to be believed. */
    assert_int_equal(cursor_u8(&c), 0);
    assert_int_equal(cursor_be16(&c), 0);
    assert_int_equal(cursor_le16(&c), 0);
    assert_null(cursor_bytes(&c, 0));
    assert_int_equal(cursor_take(&c, 1).len, 0);
    assert_int_equal(cursor_rest(&c).len, 0);
    cursor_skip(&c, 1);
    assert_true(c.bad);
    assert_int_equal(cursor_offset(&c), 0);
}

static void huge_lengths_do_not_wrap(void **state)
{
    (void)state;
    struct cursor c = cursor_make(SLICE("abc"));
    cursor_skip(&c, 1);
    cursor_skip(&c, SIZE_MAX);
    assert_true(c.bad);
    assert_int_equal(cursor_offset(&c), 1);
}

static void rest_take_and_limit(void **state)
{
    (void)state;
    struct cursor c = cursor_make(SLICE("abcdef"));
    assert_slice_text(cursor_take(&c, 2), "ab");
    cursor_limit(&c, 100);
    assert_int_equal(cursor_left(&c), 4);
    cursor_limit(&c, 3);
    assert_slice_text(cursor_rest(&c), "cde");
    assert_false(c.bad);
    assert_slice_text(cursor_rest(&c), "");
    assert_false(c.bad);
    assert_int_equal(cursor_u8(&c), 0);
    assert_true(c.bad);
}

static void an_empty_slice_is_a_cursor_too(void **state)
{
    (void)state;
    struct cursor c = cursor_make((struct slice){NULL, 0});
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(cursor_rest(&c).len, 0);
    assert_false(c.bad);
    assert_int_equal(cursor_u8(&c), 0);
    assert_true(c.bad);
}

/* Every kind of read at every distance from the end. */
static void never_past_the_end(void **state)
{
    (void)state;
    struct guarded page = guarded_make(16);
    for (size_t len = 0; len <= 8; len++) {
        struct slice bytes = guarded_copy(&page, slice_head(SLICE("\x11\x12\x13\x14\x15\x16\x17\x18"), len));
        for (size_t from = 0; from <= len; from++) {
            for (int kind = 0; kind < 6; kind++) {
                static const size_t width[] = {1, 2, 4, 2, 4, 3};
                struct cursor c = cursor_make(bytes);
                cursor_skip(&c, from);
                switch (kind) {
                case 0: (void)cursor_u8(&c); break;
                case 1: (void)cursor_be16(&c); break;
                case 2: (void)cursor_be32(&c); break;
                case 3: (void)cursor_le16(&c); break;
                case 4: (void)cursor_le32(&c); break;
                default: (void)cursor_take(&c, 3); break;
                }
                bool fits = len - from >= width[kind];
                assert_int_equal(c.bad, !fits);
                assert_int_equal(cursor_offset(&c), fits ? from + width[kind] : from);
            }
        }
    }
    guarded_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_byte_orders),         cmocka_unit_test(an_error_stays),
        cmocka_unit_test(huge_lengths_do_not_wrap),       cmocka_unit_test(rest_take_and_limit),
        cmocka_unit_test(an_empty_slice_is_a_cursor_too), cmocka_unit_test(never_past_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
