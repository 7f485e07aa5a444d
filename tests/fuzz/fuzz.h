/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the fuzz targets share: a reader of the input that never fails (past the end it gives zeros), and the
 * check that ends the run when a property does not hold.
 */
#ifndef MAILTAP_TESTS_FUZZ_FUZZ_H
#define MAILTAP_TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "base/slice.h"

/* The entry points libFuzzer calls; replay_main.c calls them over the seeds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Also holds where assert() would be switched off. */
#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);             \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* Reads every byte, so that a slice that reaches too far is seen. */
static inline void fuzz_touch(struct slice bytes)
{
    unsigned sum = 0;
    for (size_t i = 0; i < bytes.len; i++) sum += bytes.ptr[i];
    __asm__ volatile("" : : "r"(sum));
}

/* Cuts up to `len` bytes off the front. */
static inline struct slice fuzz_take(struct slice *input, size_t len)
{
    struct slice taken = slice_head(*input, len);
    *input = slice_skip(*input, len);
    return taken;
}

/* A big-endian number of `width` bytes. */
static inline uint32_t fuzz_number(struct slice *input, size_t width)
{
    struct slice bytes = fuzz_take(input, width);
    uint32_t value = 0;
    for (size_t i = 0; i < width; i++) value = value << 8 | (i < bytes.len ? bytes.ptr[i] : 0);
    return value;
}

#endif
