/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See uuencode.h.
 */
#include "analysis/extract/uuencode.h"

#include "analysis/extract/entity.h"
#include "analysis/extract/files.h"
#include "analysis/extract/mime_codec.h"
#include "analysis/extract/words.h"

/* The name in a "begin 644 name" line; ptr is NULL when the line is none. */
static struct slice begin_name(struct slice line)
{
    if (!slice_starts(line, SLICE("begin "))) return slice_make(NULL, 0);
    struct slice rest = slice_trim(slice_skip(line, 6));
    size_t digits = 0;
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '7') digits++;
    if (digits < 3 || digits > 4 || digits >= rest.len || rest.ptr[digits] != ' ') return slice_make(NULL, 0);
    return slice_trim(slice_skip(rest, digits));
}

/* True for a line of the body: its first character says how many bytes the rest holds. */
static bool is_data_line(struct slice line)
{
    line = entity_strip_eol(line);
    if (line.len == 0 || line.ptr[0] < 0x20 || line.ptr[0] > 0x60) return false;
    size_t bytes = (line.ptr[0] - 0x20u) & 0x3f, chars = (bytes + 2) / 3 * 4;
    return line.len - 1 <= chars + 4 && (line.len - 1 + 4 >= chars || bytes == 0);
}

/* A first line of 45 bytes, as all but the last are. */
static bool has_full_line(struct slice body)
{
    enum { FULL_LINE_CHARS = 61 };
    struct slice line = entity_strip_eol(entity_next_line(&body));
    return line.len >= FULL_LINE_CHARS - 1 && line.ptr[0] == 'M';
}

static void add_file(struct extractor *x, struct slice name, struct slice body, struct slice path)
{
    struct file_part *file = view_add_file(x, path);
    if (!file) return;
    struct arena *arena = &x->message->arena;
    file->name = words_decode(x, name);
    file->path = slice_from_cstr(arena_printf(arena, "%.*s/%.*s", (int)path.len, (const char *)path.ptr,
                                              (int)file->name.len, (const char *)file->name.ptr));
    file->declared_type = SLICE("application/octet-stream");
    uint64_t max = x->limits->file_max_bytes;
    x->unpacked.max = max + MIME_DECODE_SLACK_BYTES;
    buffer_clear(&x->unpacked);
    mime_decode_body(MIME_UUENCODE, body, &x->unpacked);
    if (x->unpacked.overflowed || x->unpacked.len > max) VIEW_LIMIT(x, file_max_bytes, file->path);
    file->content = arena_copy(arena, slice_head(buffer_slice(&x->unpacked), max));
    file->size = file->content.len;
    files_describe(x, (size_t)(file - x->message->files));
}

void uuencode_find_files(struct extractor *x, struct slice text, struct slice path)
{
    if (slice_find(text, SLICE("begin ")) == text.len) return;
    while (text.len > 0) {
        struct slice name = begin_name(entity_next_line(&text));
        if (!name.ptr || name.len == 0) continue;
        struct slice body = text;
        struct slice line = entity_next_line(&text);
        while (line.len > 0 && is_data_line(line)) line = entity_next_line(&text);
        body.len = (size_t)(line.ptr - body.ptr);
        /* many programs do not insist on the last line */
        bool ended = slice_starts(line, SLICE("end")) || has_full_line(body);
        if (ended)
            add_file(x, name, body, path);
        else
            text = slice_make(line.ptr, line.len + text.len);
        if (!ended && line.len == 0) break;
    }
}
