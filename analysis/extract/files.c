/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See files.h.
 */
#include "analysis/extract/files.h"

#include "analysis/inspect/digest.h"
#include "analysis/inspect/magic.h"

/* Bytes of the dot or blank (ideographic and no-break ones too) at the end of the name; 0 when there is none.
 */
static size_t blank_tail_len(struct slice name)
{
    if (name.len == 0) return 0;
    uint8_t last = name.ptr[name.len - 1];
    if (last == '.' || ascii_is_space(last)) return 1;
    if (slice_ends_nocase(name, SLICE("\xc2\xa0"))) return 2;
    return slice_ends_nocase(name, SLICE("\xe3\x80\x80")) ? 3 : 0;
}

struct slice files_extension(struct extractor *x, struct slice name)
{
    for (size_t tail; (tail = blank_tail_len(name)) > 0;) name.len -= tail;
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.' && name.ptr[dot - 1] != '/') dot--;
    bool has_dot = dot > 0 && name.ptr[dot - 1] == '.';
    struct slice extension =
        arena_copy(&x->message->arena, has_dot ? slice_make(name.ptr + dot, name.len - dot) : SLICE(""));
    uint8_t *bytes = (uint8_t *)(uintptr_t)extension.ptr;
    for (size_t i = 0; i < extension.len; i++) bytes[i] = ascii_lower(bytes[i]);
    return extension;
}

void files_set_extension(struct extractor *x, struct file_part *file)
{
    file->extension = files_extension(x, file->name);
}

void files_describe(struct extractor *x, size_t index)
{
    struct file_part *file = &x->message->files[index];
    files_set_extension(x, file);
    file->detected_type = slice_from_cstr(magic_detect(file->content));
    if (!x->digests) x->digests = digests_new();
    digests_compute(x->digests, file->content, file->md5, file->sha1, file->sha256);
}

void files_skip(struct extractor *x, struct file_part *file)
{
    files_set_extension(x, file);
    file->detected_type = SLICE("application/octet-stream");
}
