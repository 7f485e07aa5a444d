/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmocka with what it needs included before it, and a comparison of slices that shows both sides.
 */
#ifndef MAILTAP_TESTS_SUPPORT_UNIT_H
#define MAILTAP_TESTS_SUPPORT_UNIT_H

/* The order matters to cmocka. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static inline void assert_slice_at(struct slice got, struct slice want, const char *file, int line)
{
    if (slice_equal(got, want)) return;
    print_error("got  (%zu bytes) \"%.*s\"\nwant (%zu bytes) \"%.*s\"\n", got.len, (int)got.len,
                got.ptr ? (const char *)got.ptr : "", want.len, (int)want.len,
                want.ptr ? (const char *)want.ptr : "");
    _fail(file, line);
}

/* The slice holds exactly these bytes. */
#define assert_slice(got, want)      assert_slice_at(got, want, __FILE__, __LINE__)
#define assert_slice_text(got, want) assert_slice_at(got, slice_from_cstr(want), __FILE__, __LINE__)

#endif
