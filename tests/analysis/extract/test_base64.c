/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The base64 reader: nothing at all, pieces of any size, junk between digits, and a missing end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/extract/base64.h"

enum { OUT_BYTES = 64 };

static const char plain[] = "mail content";

static void decode_in_pieces(struct slice text, size_t size)
{
    struct base64_state state = {0};
    uint8_t out[OUT_BYTES];
    size_t len = 0;
    for (struct slice rest = text; rest.len > 0; rest = slice_skip(rest, size))
        len += base64_decode(&state, slice_head(rest, size), out + len);
    len += base64_finish(&state, out + len);
    assert_int_equal(len, sizeof plain - 1);
    assert_memory_equal(out, plain, len);
}

static void pieces_of_any_size_are_the_same(void **state)
{
    (void)state;
    for (size_t size = 1; size < 20; size++) {
        decode_in_pieces(SLICE("bWFpbCBjb250ZW50"), size);
        decode_in_pieces(SLICE("bWFp\r\nbCBj\r\nb250ZW50\r\n"), size);
        decode_in_pieces(SLICE("bW!Fp-bC Bjb*250ZW50"), size);
    }
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    struct base64_state reader = {0};
    uint8_t out[OUT_BYTES];
    assert_int_equal(base64_decode(&reader, slice_make(NULL, 0), out), 0);
    assert_int_equal(base64_finish(&reader, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_are_the_same),
        cmocka_unit_test(nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
