/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of extraction share: a mail from bytes or from a fixture, its view, and comparing slices.
 */
#ifndef MAILTAP_TESTS_EXTRACT_SUPPORT_H
#define MAILTAP_TESTS_EXTRACT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/extract/extract.h"

/* The limits and counters of the running test; support_reset() (a cmocka set-up) gives the defaults. */
extern struct analysis_limits test_limits;
extern struct analysis_counters test_counters;
int support_reset(void **state);
int support_shutdown(void **state);

/* The view of these bytes; message_free() it. */
struct message *extract_bytes(struct slice bytes);
struct message *extract_text(const char *text);
struct message *extract_fixture(const char *path);

/* The decoded Subject of a mail whose raw Subject is this. */
struct message *extract_subject(const char *raw);

/* How often this limit is noted in the view. */
size_t count_limit(const struct message *message, const char *key);

#define assert_slice(slice, expected) assert_slice_at((slice), (expected), __FILE__, __LINE__)
void assert_slice_at(struct slice slice, const char *expected, const char *file, int line);

#define run_group(tests)       cmocka_run_group_tests((tests), NULL, support_shutdown)
#define extract_test(function) cmocka_unit_test_setup(function, support_reset)

#endif
