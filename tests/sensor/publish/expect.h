/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tests ask of JSON documents and of bytes that go to a terminal. All fail the running test.
 */
#ifndef MAILTAP_TESTS_SENSOR_PUBLISH_EXPECT_H
#define MAILTAP_TESTS_SENSOR_PUBLISH_EXPECT_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

enum { OUT_MAX = 16 << 20 };

/* A subject with a terminal title sequence, C1 CSI, bidi override, zero-width space, bad UTF-8, NUL, DEL and
 * a newline. */
#define HOSTILE                                                                                              \
    "a\033]0;owned\007\xc2\x9b"                                                                              \
    "31m\xe2\x80\xae"                                                                                        \
    "exe\xe2\x80\x8b\xff\xc3(\0\x7f\nZ\xf3\xa0\x81\x81"

/* The document; the caller releases it. */
json_t *expect_json(struct slice text);

/* The value at a path of keys and indices separated by slashes; NULL when there is none. */
json_t *at(json_t *root, const char *path);

void expect_text(json_t *root, const char *path, const char *text);
void expect_number(json_t *root, const char *path, long long number);
void expect_absent(json_t *root, const char *path);

/* Valid UTF-8 without anything that a terminal obeys. */
void expect_harmless(struct slice out, bool line_feeds);

#endif
