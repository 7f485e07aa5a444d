/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes whose end touches a page without access, so that reading even one byte too far faults at once, with
 * any compiler and without a sanitizer. Owns the mapping until guarded_free().
 */
#ifndef MAILTAP_TESTS_SUPPORT_GUARDED_H
#define MAILTAP_TESTS_SUPPORT_GUARDED_H

#include "base/slice.h"

struct guarded {
    uint8_t *map;
    size_t map_len, room; /* room: bytes before the guard page */
};

/* Room for copies of up to `room` bytes. Ends the test program when the kernel refuses. */
struct guarded guarded_make(size_t room);

/* A copy whose last byte is the last one before the guard page; it lives until the next call. */
struct slice guarded_copy(struct guarded *guarded, struct slice bytes);

void guarded_free(struct guarded *guarded);

#endif
