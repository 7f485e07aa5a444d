/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libgsf; see macros.h. It reads the compound file (MS-CFB); every stream is looked at,
 * wherever it stands, because a document may be embedded in another.
 */
#include "analysis/inspect/macros.h"

#include <gsf/gsf.h>

#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/vba.h"

enum { STORAGE_DEPTH = 8 };

struct walk {
    struct extractor *x;
    struct slice path;
    size_t file_len; /* no stream is longer */
    struct buffer source;
    uint64_t streams;
};

void macros_init(void)
{
    gsf_init();
}

static void take_stream(struct walk *walk, GsfInput *stream)
{
    gsf_off_t size = gsf_input_size(stream);
    if (size <= 0 || (uint64_t)size > walk->file_len) return;
    const guint8 *bytes = gsf_input_read(stream, (size_t)size, NULL);
    if (bytes) vba_append_source(slice_make(bytes, (size_t)size), &walk->source);
}

/* Returns false when enough was seen. */
static bool walk_storage(struct walk *walk, GsfInfile *storage, int depth)
{
    int count = gsf_infile_num_children(storage);
    bool go_on = true;
    for (int i = 0; i < count && go_on; i++) {
        if (walk->streams++ >= walk->x->limits->ole_streams_max) {
            VIEW_LIMIT(walk->x, ole_streams_max, walk->path);
            return false;
        }
        GsfInput *child = gsf_infile_child_by_index(storage, i);
        if (!child) continue;
        if (GSF_IS_INFILE(child) && gsf_infile_num_children(GSF_INFILE(child)) >= 0)
            go_on = depth < STORAGE_DEPTH && walk_storage(walk, GSF_INFILE(child), depth + 1);
        else
            take_stream(walk, child);
        g_object_unref(child);
        go_on = go_on && !walk->source.overflowed;
    }
    return go_on;
}

void macros_inspect(struct extractor *x, size_t index)
{
    struct file_part *file = &x->message->files[index];
    struct walk walk = {.x = x,
                        .path = file->path,
                        .file_len = file->content.len,
                        .source = buffer_make(x->limits->macros_max_bytes)};
    GsfInput *input = gsf_input_memory_new(file->content.ptr, (gsf_off_t)file->content.len, FALSE);
    GsfInfile *root = gsf_infile_msole_new(input, NULL);
    if (root) {
        (void)walk_storage(&walk, root, 0);
        g_object_unref(root);
    } else {
        x->counters->ole_unreadable++;
    }
    g_object_unref(input);
    if (walk.source.overflowed) VIEW_LIMIT(x, macros_max_bytes, file->path);
    file->macros = arena_copy(&x->message->arena, buffer_slice(&walk.source));
    buffer_free(&walk.source);
}
