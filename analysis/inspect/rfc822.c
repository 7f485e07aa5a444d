/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails that are files (RFC 5322): in archives, or attached under another type. They go back to the MIME
 * reader; what it finds hangs below the file. Nested mails of the MIME tree itself are read there already.
 */
#include "analysis/extract/parts.h"
#include "analysis/inspect/inspectors.h"

static bool is_read_already(const struct file_part *file)
{
    return file->origin == FILE_ATTACHED && (slice_equal(file->declared_type, SLICE("message/rfc822")) ||
                                             slice_equal(file->declared_type, SLICE("message/global")) ||
                                             slice_equal(file->declared_type, SLICE("message/news")));
}

void rfc822_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    if (is_read_already(file) || !inspect_may_nest(x, index)) return;
    struct slice path = file->path, content = file->content;
    unsigned depth = file->depth + 1;
    x->nested_room += content.len;
    x->in_file = true;
    x->outer_file = index;
    parts_walk_nested(x, path, content, depth);
    x->in_file = false;
}
