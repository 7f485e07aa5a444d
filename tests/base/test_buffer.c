/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The growing buffer: its maximum, its C string, consuming, handing over.
 */
#include "base/buffer.h"

#include <stdlib.h>

#include "tests/support/unit.h"

static void grows_and_keeps_every_byte(void **state)
{
    (void)state;
    struct buffer b = buffer_make(SIZE_MAX / 2);
    for (unsigned i = 0; i < 10000; i++)
        assert_int_equal(buffer_append_byte(&b, (uint8_t)(i * 7)), STATUS_OK);
    assert_int_equal(b.len, 10000);
    for (unsigned i = 0; i < 10000; i++) assert_int_equal(b.data[i], (uint8_t)(i * 7));
    assert_true(buffer_capacity(&b) < 4 * b.len); /* by doubling, not more */
    buffer_free(&b);
}

static void the_maximum_keeps_what_fits(void **state)
{
    (void)state;
    struct buffer b = buffer_make(10);
    assert_int_equal(buffer_append_cstr(&b, "0123456"), STATUS_OK);
    assert_int_equal(buffer_append_cstr(&b, "789ab"), STATUS_LIMIT);
    assert_true(b.overflowed);
    assert_slice_text(buffer_slice(&b), "0123456789");
    assert_int_equal(buffer_append_byte(&b, 'x'), STATUS_LIMIT);
    assert_int_equal(buffer_append(&b, (struct slice){NULL, 0}), STATUS_OK);
    assert_string_equal(buffer_cstr(&b), "0123456789");
    buffer_clear(&b);
    assert_false(b.overflowed);
    assert_int_equal(buffer_append_cstr(&b, "again"), STATUS_OK);
    assert_slice_text(buffer_slice(&b), "again");
    buffer_free(&b);
}

static void exactly_the_maximum_is_no_overflow(void **state)
{
    (void)state;
    struct buffer b = buffer_make(4);
    assert_int_equal(buffer_append_cstr(&b, "abcd"), STATUS_OK);
    assert_false(b.overflowed);
    buffer_free(&b);
}

static void a_maximum_of_zero_allocates_nothing(void **state)
{
    (void)state;
    struct buffer b = buffer_make(0);
    assert_int_equal(buffer_append_cstr(&b, "x"), STATUS_LIMIT);
    assert_null(b.data);
    assert_string_equal(buffer_cstr(&b), "");
    buffer_free(&b);
}

static void reserving_is_clamped(void **state)
{
    (void)state;
    struct buffer b = buffer_make(1000);
    buffer_reserve(&b, SIZE_MAX);
    assert_true(buffer_capacity(&b) >= 1001 && buffer_capacity(&b) <= 2048);
    assert_int_equal(b.len, 0);
    buffer_free(&b);
}

static void printf_short_long_and_cut(void **state)
{
    (void)state;
    struct buffer b = buffer_make(600);
    assert_int_equal(buffer_printf(&b, "%d-%s;", 42, "x"), STATUS_OK);
    assert_int_equal(buffer_printf(&b, "%0300d", 7), STATUS_OK);
    assert_int_equal(b.len, 5 + 300);
    assert_int_equal(b.data[304], '7');
    assert_int_equal(buffer_printf(&b, "%0500d", 7), STATUS_LIMIT);
    assert_int_equal(b.len, 600);
    assert_true(b.overflowed);
    buffer_free(&b);
}

/* The lengths around the function's own small buffer. */
static void printf_at_every_length(void **state)
{
    (void)state;
    for (int len = 250; len < 260; len++) {
        struct buffer b = buffer_make(1000);
        assert_int_equal(buffer_printf(&b, "%*s", len, "z"), STATUS_OK);
        assert_int_equal(b.len, len);
        assert_int_equal(b.data[len - 1], 'z');
        assert_int_equal(strlen(buffer_cstr(&b)), len);
        buffer_free(&b);
    }
}

static void consuming_takes_from_the_front(void **state)
{
    (void)state;
    struct buffer b = buffer_make(100);
    (void)buffer_append_cstr(&b, "abcdef");
    buffer_consume(&b, 2);
    assert_slice_text(buffer_slice(&b), "cdef");
    buffer_consume(&b, 0);
    assert_slice_text(buffer_slice(&b), "cdef");
    buffer_consume(&b, 100);
    assert_int_equal(b.len, 0);
    buffer_consume(&b, 1);
    assert_int_equal(b.len, 0);
    buffer_free(&b);
    buffer_consume(&b, 1); /* also when nothing was ever allocated */
    assert_int_equal(b.len, 0);
}

static void nul_bytes_are_bytes(void **state)
{
    (void)state;
    struct buffer b = buffer_make(100);
    (void)buffer_append(&b, SLICE("a\0b"));
    assert_slice(buffer_slice(&b), SLICE("a\0b"));
    (void)buffer_cstr(&b);
    assert_int_equal(b.len, 3);
    buffer_free(&b);
}

static void release_hands_the_memory_over(void **state)
{
    (void)state;
    struct buffer b = buffer_make(100);
    (void)buffer_append_cstr(&b, "mine");
    struct slice taken = buffer_release(&b);
    assert_slice_text(taken, "mine");
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.max, 100);
    (void)buffer_append_cstr(&b, "next");
    assert_slice_text(taken, "mine");
    free((void *)(uintptr_t)taken.ptr);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_every_byte),
        cmocka_unit_test(the_maximum_keeps_what_fits),
        cmocka_unit_test(exactly_the_maximum_is_no_overflow),
        cmocka_unit_test(a_maximum_of_zero_allocates_nothing),
        cmocka_unit_test(reserving_is_clamped),
        cmocka_unit_test(printf_short_long_and_cut),
        cmocka_unit_test(printf_at_every_length),
        cmocka_unit_test(consuming_takes_from_the_front),
        cmocka_unit_test(nul_bytes_are_bytes),
        cmocka_unit_test(release_hands_the_memory_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
