/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes before a guard page; see guarded.h.
 */
#include "tests/support/guarded.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

struct guarded guarded_make(size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    room = (room + page - 1) / page * page;
    if (room == 0) room = page;
    void *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) die("mmap");
    if (mprotect((uint8_t *)map + room, page, PROT_NONE) != 0) die("mprotect");
    return (struct guarded){map, room + page, room};
}

struct slice guarded_copy(struct guarded *guarded, struct slice bytes)
{
    if (bytes.len > guarded->room) abort();
    uint8_t *at = guarded->map + guarded->room - bytes.len;
    if (bytes.len > 0) memcpy(at, bytes.ptr, bytes.len);
    return slice_make(at, bytes.len);
}

void guarded_free(struct guarded *guarded)
{
    if (guarded->map) munmap(guarded->map, guarded->map_len);
    *guarded = (struct guarded){0};
}
