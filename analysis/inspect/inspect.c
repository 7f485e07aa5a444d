/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of inspectors and the queue; see inspect.h.
 */
#include "analysis/inspect/inspect.h"

#include "analysis/extract/files.h"
#include "analysis/extract/words.h"
#include "analysis/inspect/inspectors.h"
#include "base/utf8.h"

static const struct {
    struct slice type, extension;
    inspect_fn inspect;
} rows[] = {
#define INSPECTOR(type, extension, function) {SLICE_INIT(type), SLICE_INIT(extension), function},
#include "analysis/inspect/inspectors.def"
#undef INSPECTOR
};

enum { UTF8_CHAR_MAX_BYTES = 4 };

static const char *const fact_names[] = {
#define FACT(id, name, meaning) [FACT_##id] = (name),
#include "analysis/file_facts.def"
#undef FACT
};

const char *file_fact_name(enum file_fact_kind kind)
{
    return kind < FACT_COUNT ? fact_names[kind] : "";
}

const struct file_fact *file_find_fact(const struct file_part *file, enum file_fact_kind kind)
{
    for (size_t i = 0; i < file->fact_count; i++) {
        if (file->facts[i].kind == kind) return &file->facts[i];
    }
    return NULL;
}

static bool row_fits(size_t row, const struct file_part *file)
{
    struct slice type = rows[row].type, extension = rows[row].extension;
    bool is_prefix = type.len == 0 || type.ptr[type.len - 1] == '/';
    bool fits = is_prefix ? slice_starts(file->detected_type, type) : slice_equal(file->detected_type, type);
    return fits && (extension.len == 0 || slice_equal(file->extension, extension));
}

void inspect_file(struct extractor *x, size_t index)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct file_part *file = &x->message->files[index];
        if (file->content.len == 0 || !row_fits(i, file)) continue;
        if (x->inspected_bytes + file->content.len > x->limits->inspect_total_max_bytes) {
            VIEW_LIMIT(x, inspect_total_max_bytes, file->path);
            return;
        }
        x->inspected_bytes += file->content.len;
        rows[i].inspect(x, index);
    }
}

void inspect_files(struct extractor *x)
{
    while (x->inspected_files < x->message->file_count) inspect_file(x, x->inspected_files++);
}

bool inspect_may_nest(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    if (file->depth < x->limits->archive_depth_max) return true;
    VIEW_LIMIT(x, archive_depth_max, file->path);
    return false;
}

static struct slice join_path(struct extractor *x, struct slice parent, struct slice name)
{
    struct buffer path = buffer_make(parent.len + name.len + 1);
    (void)buffer_append(&path, parent);
    (void)buffer_append_byte(&path, '/');
    (void)buffer_append(&path, name);
    struct slice joined = arena_copy(&x->message->arena, buffer_slice(&path));
    buffer_free(&path);
    return joined;
}

static struct slice base_name(struct slice path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') return slice_skip(path, i);
    }
    return path;
}

static void name_below(struct extractor *x, struct file_part *file, struct slice parent_path,
                       struct slice name)
{
    file->path = join_path(x, parent_path, name);
    file->name = base_name(name);
}

void inspect_rename_child(struct extractor *x, size_t index, struct slice name)
{
    struct file_part *file = &x->message->files[index];
    name_below(x, file, x->message->files[file->parent].path, arena_copy(&x->message->arena, name));
    files_set_extension(x, file);
}

/* A new file below the parent, without content; NULL when a limit forbids it. */
static struct file_part *add_below(struct extractor *x, size_t parent, struct slice name,
                                   enum file_origin origin)
{
    if (!inspect_may_nest(x, parent)) return NULL;
    struct slice parent_path = x->message->files[parent].path;
    struct file_part *file = view_add_file(x, parent_path);
    if (!file) return NULL;
    name_below(x, file, parent_path, inspect_text(x, name));
    file->parent = parent;
    file->depth = x->message->files[parent].depth + 1;
    file->origin = origin;
    file->declared_type = SLICE("");
    return file;
}

/* As much of the content as the limits allow. */
static struct slice bound_content(struct extractor *x, struct slice where, struct slice content)
{
    uint64_t total = x->limits->archive_total_max_bytes;
    uint64_t room = total > x->unpacked_bytes ? total - x->unpacked_bytes : 0;
    struct slice kept = slice_head(content, x->limits->file_max_bytes);
    if (kept.len < content.len) VIEW_LIMIT(x, file_max_bytes, where);
    if (kept.len > room) VIEW_LIMIT(x, archive_total_max_bytes, where);
    kept = slice_head(kept, room);
    x->unpacked_bytes += kept.len;
    return kept;
}

static bool is_within(struct slice inner, struct slice outer)
{
    uintptr_t from = (uintptr_t)outer.ptr, at = (uintptr_t)inner.ptr;
    return at >= from && at - from <= outer.len && inner.len <= outer.len - (at - from);
}

size_t inspect_add_child(struct extractor *x, size_t parent, struct slice name, struct slice content,
                         enum file_origin origin)
{
    struct file_part *file = add_below(x, parent, name, origin);
    if (!file) return SIZE_MAX;
    size_t index = (size_t)(file - x->message->files);
    file->size = content.len;
    struct slice kept = bound_content(x, file->path, content);
    if (kept.len == 0 && content.len > 0) {
        files_skip(x, file);
        return index;
    }
    bool is_parents = is_within(kept, x->message->files[parent].content);
    file->content = is_parents ? kept : arena_copy(&x->message->arena, kept);
    files_describe(x, index);
    return index;
}

void inspect_fill_child(struct extractor *x, size_t index, struct slice content)
{
    struct file_part *file = &x->message->files[index];
    file->content = arena_copy(&x->message->arena, bound_content(x, file->path, content));
    if (file->content.len > 0 || content.len == 0) files_describe(x, index);
}

size_t inspect_list_child(struct extractor *x, size_t parent, struct slice name, uint64_t size,
                          enum file_origin origin)
{
    struct file_part *file = add_below(x, parent, name, origin);
    if (!file) return SIZE_MAX;
    file->size = size;
    files_skip(x, file);
    return (size_t)(file - x->message->files);
}

struct slice inspect_text(struct extractor *x, struct slice bytes)
{
    if (utf8_valid(bytes) && slice_index(bytes, 0x1b) == bytes.len)
        return arena_copy(&x->message->arena, bytes);
    return words_decode_charset(x, slice_make(NULL, 0), bytes);
}

struct slice inspect_utf16(struct extractor *x, struct slice text)
{
    struct buffer out = buffer_make(x->limits->fact_max_bytes + UTF8_CHAR_MAX_BYTES);
    for (size_t i = 0; i + 1 < text.len && !out.overflowed; i += 2) {
        int32_t c = text.ptr[i] | text.ptr[i + 1] << 8;
        if (c == 0) break;
        bool is_high = c >= 0xd800 && c < 0xdc00 && i + 3 < text.len;
        int32_t low = is_high ? text.ptr[i + 2] | text.ptr[i + 3] << 8 : 0;
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        utf8_append(&out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    }
    struct slice kept =
        arena_copy(&x->message->arena, utf8_head(buffer_slice(&out), x->limits->fact_max_bytes));
    buffer_free(&out);
    return kept;
}

static bool has_fact(const struct file_part *file, enum file_fact_kind kind, struct slice value)
{
    for (size_t i = 0; i < file->fact_count; i++) {
        if (file->facts[i].kind == kind && slice_equal(file->facts[i].value, value)) return true;
    }
    return false;
}

void inspect_add_fact(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value)
{
    struct file_part *file = &x->message->files[index];
    value = utf8_head(slice_trim(value), x->limits->fact_max_bytes);
    if (value.len == 0 || has_fact(file, kind, value)) return;
    if (file->fact_count >= x->limits->facts_per_file_max) {
        VIEW_LIMIT(x, facts_per_file_max, file->path);
        return;
    }
    value = utf8_head(inspect_text(x, value), x->limits->fact_max_bytes);
    if (has_fact(file, kind, value)) return;
    file->facts = arena_grow(&x->message->arena, file->facts, file->fact_count, sizeof *file->facts);
    file->facts[file->fact_count++] = (struct file_fact){kind, value};
}

void inspect_add_fact_utf16(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice value)
{
    inspect_add_fact(x, index, kind, inspect_utf16(x, value));
}

void inspect_add_link(struct extractor *x, size_t index, struct slice url)
{
    const struct file_part *file = &x->message->files[index];
    struct slice path = file->path, name = file->name;
    inspect_add_fact(x, index, FACT_URI, url);
    view_add_link(x, LINK_ATTACHMENT, inspect_text(x, slice_trim(url)), name, path);
}
