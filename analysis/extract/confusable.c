/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of ICU; see confusable.h. The checker is made once in a process and only read after that.
 */
#include "analysis/extract/confusable.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/uspoof.h>

#include "analysis/extract/charset.h"

enum { TEXT_MAX_BYTES = 256, SKELETON_MAX_BYTES = 4096 };

static USpoofChecker *checker;
static pthread_once_t checker_once = PTHREAD_ONCE_INIT;

static void close_checker(void)
{
    uspoof_close(checker);
    checker = NULL;
}

static void open_checker(void)
{
    UErrorCode error = U_ZERO_ERROR;
    checker = uspoof_open(&error);
    if (U_FAILURE(error)) checker = NULL;
    (void)atexit(close_checker);
}

struct slice confusable_skeleton(struct arena *arena, struct slice text)
{
    char skeleton[SKELETON_MAX_BYTES];
    UErrorCode error = U_ZERO_ERROR;
    (void)pthread_once(&checker_once, open_checker);
    if (!checker || text.len == 0 || text.len > TEXT_MAX_BYTES) return slice_make(NULL, 0);
    int32_t len = uspoof_getSkeletonUTF8(checker, 0, (const char *)text.ptr, (int32_t)text.len, skeleton,
                                         sizeof skeleton, &error);
    if (U_FAILURE(error) || len <= 0 || len > (int32_t)sizeof skeleton) return slice_make(NULL, 0);
    for (int32_t i = 0; i < len; i++) skeleton[i] = (char)ascii_lower((uint8_t)skeleton[i]);
    return arena_copy(arena, slice_make(skeleton, (size_t)len));
}

struct slice confusable_skeleton_of_host(struct arena *arena, struct slice host)
{
    return charset_is_ascii(host) ? slice_make(NULL, 0) : confusable_skeleton(arena, host);
}
