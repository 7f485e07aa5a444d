/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Character by character; see file_name.h.
 */
#include "sensor/extract/file_name.h"

#include "base/utf8.h"

enum { EXTENSION_MAX_BYTES = 12 };

static bool is_harmless(int32_t codepoint)
{
    if (codepoint == UTF8_BAD || utf8_is_unsafe(codepoint)) return false;
    return codepoint >= 0x80 || !strchr("/\\:*?\"<>|'`$&;", (int)codepoint);
}

static void put_harmless(struct buffer *out, struct slice name)
{
    while (name.len > 0) {
        int32_t codepoint = utf8_next(&name);
        utf8_append(out, is_harmless(codepoint) ? codepoint : '_');
    }
}

/* Windows drops dots and blanks at the end of a name: "a.exe." is a.exe to it. */
static void replace_end(struct buffer *name)
{
    for (size_t i = name->len; i > 0 && (name->data[i - 1] == '.' || name->data[i - 1] == ' '); i--)
        name->data[i - 1] = '_';
}

/* The last dot and what follows, when it is short. */
static struct slice extension_of(struct slice name)
{
    for (size_t i = name.len; i > 0 && name.len - i < EXTENSION_MAX_BYTES; i--) {
        if (name.ptr[i - 1] == '.') return slice_skip(name, i - 1);
    }
    return slice_skip(name, name.len);
}

void file_name_make(struct buffer *out, size_t number, struct slice name, size_t max_bytes)
{
    struct buffer clean = buffer_make(3 * name.len + 1);
    put_harmless(&clean, name);
    struct slice text = buffer_slice(&clean);
    buffer_clear(out);
    (void)buffer_printf(out, "%03zu-", number);
    if (text.len == 0) {
        (void)buffer_append_cstr(out, "unnamed");
    } else if (text.len <= max_bytes) {
        (void)buffer_append(out, text);
    } else {
        struct slice extension = extension_of(text);
        (void)buffer_append(out, utf8_head(text, max_bytes - extension.len));
        (void)buffer_append(out, extension);
    }
    replace_end(out);
    buffer_free(&clean);
}
