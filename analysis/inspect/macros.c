/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * VBA source out of OLE2 compound files: old Office documents, and the vbaProject.bin of newer ones. Every
 * stream is looked at, wherever it stands, because a document may be embedded in another. Bounded by
 * macros_max_bytes.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/ole.h"
#include "analysis/inspect/vba.h"

static bool take_stream(void *context, struct slice path, struct slice content)
{
    struct buffer *source = context;
    (void)path;
    vba_append_source(content, source);
    return !source->overflowed;
}

void macros_inspect(struct extractor *x, size_t index)
{
    struct buffer source = buffer_make(x->limits->macros_max_bytes);
    ole_walk(x, index, take_stream, &source);
    struct file_part *file = &x->message->files[index];
    if (source.overflowed) VIEW_LIMIT(x, macros_max_bytes, file->path);
    file->macros = arena_copy(&x->message->arena, buffer_slice(&source));
    buffer_free(&source);
}
