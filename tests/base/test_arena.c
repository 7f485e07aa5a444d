/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The arena: alignment, zeroing, copies, printf, reset and free.
 */
#include "base/arena.h"

#include <stdalign.h>

#include "tests/support/unit.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a = {0};
    uint8_t *last = NULL;
    size_t last_len = 0;
    for (size_t len = 0; len < 3000; len += 7) {
        uint8_t *at = arena_zalloc(&a, 1, len);
        assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
        for (size_t i = 0; i < len; i++) assert_int_equal(at[i], 0);
        memset(at, 0xee, len);
        for (size_t i = 0; i < last_len; i++) assert_int_equal(last[i], 0xee);
        last = at;
        last_len = len;
    }
    arena_free(&a);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    struct arena a = {0};
    char text[] = {'o', 'n', 'e', '\0', 'x'};
    struct slice copy = arena_copy(&a, slice_make(text, sizeof text));
    text[0] = 'X';
    assert_slice(copy, SLICE("one\0x"));
    assert_int_equal(copy.ptr[copy.len], 0);
    struct slice empty = arena_copy(&a, (struct slice){NULL, 0});
    assert_non_null(empty.ptr);
    assert_int_equal(empty.ptr[0], 0);
    assert_string_equal(arena_cstr(&a, SLICE("name")), "name");
    arena_free(&a);
}

static void printf_of_any_length(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(arena_printf(&a, "%s", ""), "");
    assert_string_equal(arena_printf(&a, "%d/%s", 3, "x"), "3/x");
    char *large = arena_printf(&a, "%050000d", 1);
    assert_int_equal(strlen(large), 50000);
    assert_int_equal(large[49999], '1');
    arena_free(&a);
}

static void large_ones_beside_small_ones(void **state)
{
    (void)state;
    struct arena a = {0};
    char *small = arena_printf(&a, "small");
    uint8_t *large = arena_zalloc(&a, 1000, 1000);
    memset(large, 0x55, 1000000);
    char *after = arena_printf(&a, "after");
    assert_string_equal(small, "small");
    assert_string_equal(after, "after");
    assert_int_equal(large[999999], 0x55);
    assert_true(a.used >= 1000000);
    arena_free(&a);
}

static void reset_forgets_and_serves_again(void **state)
{
    (void)state;
    struct arena a = {0};
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++) {
            uint8_t *at = arena_zalloc(&a, 3, 100);
            for (size_t k = 0; k < 300; k++) assert_int_equal(at[k], 0); /* also memory used before */
            memset(at, 0xff, 300);
        }
        assert_true(a.used >= 30000);
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    (void)arena_zalloc(&a, 1, 1000000);
    arena_reset(&a);
    arena_reset(&a);
    assert_string_equal(arena_printf(&a, "usable"), "usable");
    arena_free(&a);
    arena_free(&a);
    assert_null(a.chunks);
    arena_reset(&a);
    assert_string_equal(arena_printf(&a, "still"), "still");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(printf_of_any_length),
        cmocka_unit_test(large_ones_beside_small_ones),
        cmocka_unit_test(reset_forgets_and_serves_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
