/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The growing buffer; see buffer.h.
 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_CAP_LOG2 = 6 };

/* Room for one byte more than the content always exists, so that buffer_cstr() can end it. */
static void grow_to(struct buffer *b, size_t len)
{
    if (len < buffer_capacity(b)) return;
    if (!b->data) b->cap_log2 = FIRST_CAP_LOG2;
    while ((size_t)1 << b->cap_log2 <= len) b->cap_log2++;
    b->data = mem_realloc(b->data, (size_t)1 << b->cap_log2);
}

void buffer_reserve(struct buffer *b, size_t more)
{
    size_t room = b->max - b->len;
    grow_to(b, b->len + (more < room ? more : room));
}

enum status buffer_append(struct buffer *b, struct slice bytes)
{
    size_t room = b->max - b->len;
    size_t n = bytes.len < room ? bytes.len : room;
    if (n > 0) {
        grow_to(b, b->len + n);
        memcpy(b->data + b->len, bytes.ptr, n);
        b->len += n;
    }
    if (n == bytes.len) return STATUS_OK;
    b->overflowed = true;
    return STATUS_LIMIT;
}

enum status buffer_append_byte(struct buffer *b, uint8_t byte)
{
    return buffer_append(b, slice_make(&byte, 1));
}

enum status buffer_append_cstr(struct buffer *b, const char *text)
{
    return buffer_append(b, slice_from_cstr(text));
}

enum status buffer_printf(struct buffer *b, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    enum status status = STATUS_BAD;
    if (n >= 0 && (size_t)n < sizeof small) {
        status = buffer_append(b, slice_make(small, (size_t)n));
    } else if (n >= 0) {
        char *large = mem_alloc((size_t)n + 1);
        (void)vsnprintf(large, (size_t)n + 1, format, again);
        status = buffer_append(b, slice_make(large, (size_t)n));
        free(large);
    }
    va_end(again);
    va_end(args);
    return status;
}

const char *buffer_cstr(struct buffer *b)
{
    grow_to(b, b->len);
    b->data[b->len] = '\0';
    return (const char *)b->data;
}

void buffer_consume(struct buffer *b, size_t n)
{
    if (n > b->len) n = b->len;
    if (n > 0) memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = buffer_make(b->max);
}

struct slice buffer_release(struct buffer *b)
{
    struct slice content = buffer_slice(b);
    *b = buffer_make(b->max);
    return content;
}
