/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libgsf; see ole.h. The inspector ole_inspect() tells installers and mails of Outlook from
 * documents by the class of the root and the names in it.
 */
#include "analysis/inspect/ole.h"

#include <gsf/gsf.h>

#include "analysis/inspect/inspectors.h"

enum { STORAGE_DEPTH = 8, CLASS_ID_BYTES = 16 };

struct walk {
    struct extractor *x;
    size_t index;
    struct slice where;
    size_t room; /* bytes that may still be read */
    uint64_t streams;
    struct buffer path;
    ole_stream_fn take;
    void *context;
};

/* libgsf complains of hostile files on the process's stderr; what is wrong with them is a fact here. */
static void drop_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data)
{
    (void)domain;
    (void)level;
    (void)message;
    (void)data;
}

void ole_init(void)
{
    gsf_init();
    (void)g_log_set_handler("libgsf:msole", G_LOG_LEVEL_MASK, drop_message, NULL);
    (void)g_log_set_handler("libgsf", G_LOG_LEVEL_MASK, drop_message, NULL);
    (void)g_log_set_handler(NULL, G_LOG_LEVEL_MASK, drop_message, NULL);
}

static bool take_stream(struct walk *walk, GsfInput *stream)
{
    gsf_off_t size = gsf_input_size(stream);
    if (size < 0 || (uint64_t)size > walk->room) {
        inspect_add_fact(walk->x, walk->index, FACT_STRUCTURE, SLICE("streams are larger than the file"));
        return true;
    }
    walk->room -= (size_t)size;
    const guint8 *bytes = size > 0 ? gsf_input_read(stream, (size_t)size, NULL) : NULL;
    return walk->take(walk->context, buffer_slice(&walk->path), slice_make(bytes, bytes ? (size_t)size : 0));
}

static bool walk_storage(struct walk *walk, GsfInfile *storage, int depth);

static bool walk_child(struct walk *walk, GsfInput *child, const char *name, int depth)
{
    size_t before = walk->path.len;
    if (before > 0) (void)buffer_append_byte(&walk->path, '/');
    (void)buffer_append_cstr(&walk->path, name ? name : "");
    bool is_storage = GSF_IS_INFILE(child) && gsf_infile_num_children(GSF_INFILE(child)) >= 0;
    bool go_on = true;
    if (!is_storage)
        go_on = take_stream(walk, child);
    else if (depth < STORAGE_DEPTH)
        go_on = walk_storage(walk, GSF_INFILE(child), depth + 1);
    walk->path.len = before;
    walk->path.overflowed = false;
    return go_on;
}

/* Returns false when enough was seen. */
static bool walk_storage(struct walk *walk, GsfInfile *storage, int depth)
{
    int count = gsf_infile_num_children(storage);
    bool go_on = true;
    for (int i = 0; i < count && go_on; i++) {
        if (walk->streams++ >= walk->x->limits->ole_streams_max) {
            VIEW_LIMIT(walk->x, ole_streams_max, walk->where);
            return false;
        }
        GsfInput *child = gsf_infile_child_by_index(storage, i);
        if (!child) continue;
        go_on = walk_child(walk, child, gsf_infile_name_by_index(storage, i), depth);
        g_object_unref(child);
    }
    return go_on;
}

/* The root of a compound file, or NULL. The content must outlive it. */
static GsfInfile *open_root(struct slice content)
{
    GsfInput *input = gsf_input_memory_new(content.ptr, (gsf_off_t)content.len, FALSE);
    GsfInfile *root = gsf_infile_msole_new(input, NULL);
    g_object_unref(input);
    return root;
}

void ole_walk(struct extractor *x, size_t index, ole_stream_fn take, void *context)
{
    enum { PATH_MAX_BYTES = 2048 };
    const struct file_part *file = &x->message->files[index];
    struct walk walk = {.x = x,
                        .index = index,
                        .where = file->path,
                        .room = file->content.len * 2,
                        .path = buffer_make(PATH_MAX_BYTES),
                        .take = take,
                        .context = context};
    GsfInfile *root = open_root(file->content);
    if (!root) return;
    (void)walk_storage(&walk, root, 0);
    g_object_unref(root);
    buffer_free(&walk.path);
}

static bool has_child(GsfInfile *root, const char *name)
{
    GsfInput *child = gsf_infile_child_by_name(root, name);
    if (!child) return false;
    g_object_unref(child);
    return true;
}

void ole_inspect(struct extractor *x, size_t index)
{
    /* {000C1084-0000-0000-C000-000000000046} and its neighbours: database, patch, transform */
    static const uint8_t installer[] = {0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
    struct file_part *file = &x->message->files[index];
    GsfInfile *root = open_root(file->content);
    if (!root) {
        x->counters->ole_unreadable++;
        return;
    }
    guint8 class_id[CLASS_ID_BYTES] = {0};
    (void)gsf_infile_msole_get_class_id(GSF_INFILE_MSOLE(root), class_id);
    bool is_installer =
        class_id[0] >= 0x82 && class_id[0] <= 0x86 && memcmp(class_id + 1, installer, sizeof installer) == 0;
    if (is_installer)
        file->detected_type = SLICE("application/x-msi");
    else if (has_child(root, "__properties_version1.0"))
        file->detected_type = SLICE("application/vnd.ms-outlook");
    g_object_unref(root);
}
