/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Header fields and address lists; see headers.h.
 */
#include "tools/synth/headers.h"

enum { MAX_ADDRESS = 254 };

static size_t line_length(struct slice s)
{
    size_t at = slice_index(s, '\n');
    return at < s.len ? at + 1 : s.len;
}

static bool starts_folded(struct slice s)
{
    return s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t');
}

bool header_next(struct slice *rest, struct field *field)
{
    struct slice line = slice_head(*rest, line_length(*rest));
    size_t colon = slice_index(line, ':');
    if (colon == line.len || colon == 0 || starts_folded(line)) return false;
    struct slice name = slice_trim(slice_head(line, colon));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f) return false;
    size_t len = line.len;
    while (len < rest->len && starts_folded(slice_skip(*rest, len)))
        len += line_length(slice_skip(*rest, len));
    field->name = name;
    field->raw = slice_head(*rest, len);
    field->value = slice_trim(slice_skip(field->raw, colon + 1));
    *rest = slice_skip(*rest, len);
    return true;
}

/* Bytes from the opening mark at s[0] to behind its closing mark; backslash escapes, comments nest. */
static size_t quoted_length(struct slice s, uint8_t open, uint8_t close)
{
    int depth = 1;
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == close)
            depth--;
        else if (s.ptr[i] == open)
            depth++;
        if (depth == 0) return i + 1;
    }
    return s.len;
}

static bool may_stand_in_address(uint8_t c)
{
    return c > ' ' && c != 0x7f && !strchr("<>()[],;:\\\"", c);
}

static void keep_address(struct arena *memory, struct slice s, const char **out, size_t *count, size_t max)
{
    size_t at = slice_index(s, '@');
    if (*count >= max || at == 0 || at + 1 >= s.len || s.len > MAX_ADDRESS) return;
    for (size_t i = 0; i < s.len; i++)
        if (!may_stand_in_address(s.ptr[i])) return;
    out[(*count)++] = arena_cstr(memory, s);
}

/* A word outside quotes and angles: an address when it has an "@". */
static size_t word_length(struct slice s)
{
    size_t len = 0;
    while (len < s.len && may_stand_in_address(s.ptr[len])) len++;
    return len;
}

void header_addresses(struct arena *memory, struct slice list, const char **out, size_t *count, size_t max)
{
    size_t at = 0;
    while (at < list.len && *count < max) {
        struct slice here = slice_skip(list, at);
        size_t len = 1;
        if (here.ptr[0] == '"') {
            len = quoted_length(here, '"', '"');
        } else if (here.ptr[0] == '(') {
            len = quoted_length(here, '(', ')');
        } else if (here.ptr[0] == '<') {
            size_t end = slice_index(here, '>');
            keep_address(memory, slice_trim(slice_skip(slice_head(here, end), 1)), out, count, max);
            len = end < here.len ? end + 1 : here.len;
        } else if (may_stand_in_address(here.ptr[0])) {
            len = word_length(here);
            keep_address(memory, slice_head(here, len), out, count, max);
        }
        at += len;
    }
}
