/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Heap memory that is there or ends the process: running out of it cannot be repaired locally, so the callers
 * do not pretend to. What hostile input may make us allocate is bounded by limits, not by these functions.
 */
#ifndef MAILTAP_BASE_MEM_H
#define MAILTAP_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory of `count` × `size` bytes, never NULL; free() it. */
void *mem_zalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Uninitialised memory of `size` bytes, never NULL; free() it. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* As realloc(), never NULL. */
void *mem_realloc(void *ptr, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of the string (NULL gives NULL); free() it. */
char *mem_strdup(const char *text) __attribute__((warn_unused_result));

/* Overwrites secrets in a way the compiler does not remove. */
void mem_wipe(void *ptr, size_t len);

#endif
