/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Allocation that ends the process with a sentence when memory has run out; see mem.h.
 */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die_without_memory(void)
{
    static const char text[] = "mailtap: out of memory\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    abort();
}

void *mem_zalloc(size_t count, size_t size)
{
    void *ptr = calloc(count ? count : 1, size ? size : 1);
    if (!ptr) die_without_memory();
    return ptr;
}

void *mem_alloc(size_t size)
{
    void *ptr = malloc(size ? size : 1);
    if (!ptr) die_without_memory();
    return ptr;
}

void *mem_realloc(void *ptr, size_t size)
{
    void *grown = realloc(ptr, size ? size : 1);
    if (!grown) die_without_memory();
    return grown;
}

char *mem_strdup(const char *text)
{
    if (!text) return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

void mem_wipe(void *ptr, size_t len)
{
    explicit_bzero(ptr, len);
}
