/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libarchive; see archive.h. Only formats that are read in memory are enabled, each only
 * where the content's own magic says so; no filter that would start a program is. Names that are not Unicode
 * in the archive come as their raw bytes, because the thread's locale is C.UTF-8 while libarchive runs, and
 * are decoded as header text is.
 */
#include "analysis/inspect/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "analysis/extract/files.h"
#include "analysis/inspect/package.h"

enum { READ_BYTES = 64 * 1024 };

typedef int (*enable_fn)(struct archive *);

/* Which reader opens which type; compressed single files are read as TAR or, failing that, as one member. */
static const struct {
    const char *type;
    enable_fn enable;
    bool is_filter;
} kinds[] = {
    {"application/zip", archive_read_support_format_zip, false},
    {"application/x-7z-compressed", archive_read_support_format_7zip, false},
    {"application/vnd.rar", archive_read_support_format_rar, false},
    {"application/vnd.ms-cab-compressed", archive_read_support_format_cab, false},
    {"application/x-lzh-compressed", archive_read_support_format_lha, false},
    {"application/x-iso9660-image", archive_read_support_format_iso9660, false},
    {"application/x-tar", archive_read_support_format_tar, false},
    {"application/gzip", archive_read_support_filter_gzip, true},
    {"application/x-bzip2", archive_read_support_filter_bzip2, true},
    {"application/x-xz", archive_read_support_filter_xz, true},
    {"application/zstd", archive_read_support_filter_zstd, true},
    {"application/x-compress", archive_read_support_filter_compress, true},
};

static locale_t utf8_locale;

struct reader {
    struct extractor *x;
    struct archive *archive;
    size_t index; /* of the archive's own file */
    bool is_raw;  /* one compressed file without a name */
    struct package package;
};

void archive_init(void)
{
    if (!utf8_locale) utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

void archive_shutdown(void)
{
    if (utf8_locale) freelocale(utf8_locale);
    utf8_locale = (locale_t)0;
}

static size_t find_kind(struct slice type)
{
    size_t i = 0;
    while (i < sizeof kinds / sizeof kinds[0] && !slice_equal(type, slice_from_cstr(kinds[i].type))) i++;
    return i;
}

bool archive_can_open(struct slice detected_type)
{
    return find_kind(detected_type) < sizeof kinds / sizeof kinds[0];
}

static struct archive *open_memory(struct slice content, size_t kind)
{
    struct archive *a = archive_read_new();
    if (!a) return NULL;
    (void)kinds[kind].enable(a);
    if (kinds[kind].enable == archive_read_support_format_rar) (void)archive_read_support_format_rar5(a);
    if (kinds[kind].is_filter) {
        (void)archive_read_support_format_tar(a);
        (void)archive_read_support_format_raw(a);
    }
    if (archive_read_open_memory(a, content.ptr, content.len) == ARCHIVE_OK) return a;
    (void)archive_read_free(a);
    return NULL;
}

/* The name of the file inside "name.gz": without the last extension. */
static struct slice inner_name(struct slice name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '.') return slice_head(name, i - 1);
    }
    return name;
}

/* The member's path as the archive has it, in UTF-8, in the arena. */
static struct slice member_path(struct reader *r, struct archive_entry *entry)
{
    struct extractor *x = r->x;
    if (r->is_raw) return inner_name(x->message->files[r->index].name);
    const char *name = archive_entry_pathname(entry);
    if (!name) name = archive_entry_pathname_utf8(entry);
    struct slice bytes = slice_from_cstr(name);
    x->words.max = bytes.len * 4 + 16;
    buffer_clear(&x->words);
    charset_decode(&x->charsets, slice_make(NULL, 0), bytes, &x->words);
    return arena_copy(&x->message->arena, buffer_slice(&x->words));
}

static struct slice base_name(struct slice path)
{
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\') return slice_skip(path, i);
    }
    return path;
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

/* Unpacks the member into x->unpacked; false when it could not be read to its end (or is encrypted). */
static bool read_content(struct reader *r, struct slice path)
{
    struct extractor *x = r->x;
    uint64_t total = x->limits->archive_total_max_bytes;
    uint64_t room = total > x->unpacked_bytes ? total - x->unpacked_bytes : 0;
    bool total_is_near = room < x->limits->file_max_bytes;
    x->unpacked.max = total_is_near ? room : x->limits->file_max_bytes;
    buffer_clear(&x->unpacked);
    uint8_t piece[READ_BYTES];
    la_ssize_t got = 0;
    while (!x->unpacked.overflowed && (got = archive_read_data(r->archive, piece, sizeof piece)) > 0) {
        (void)buffer_append(&x->unpacked, slice_make(piece, (size_t)got));
    }
    x->unpacked_bytes += x->unpacked.len;
    if (!x->unpacked.overflowed) return got == 0;
    if (total_is_near)
        VIEW_LIMIT(x, archive_total_max_bytes, path);
    else
        VIEW_LIMIT(x, file_max_bytes, path);
    return false;
}

static bool add_member(struct reader *r, struct archive_entry *entry)
{
    struct extractor *x = r->x;
    struct slice path = member_path(r, entry);
    package_note_member(&r->package, path);
    struct slice parent = x->message->files[r->index].path;
    unsigned depth = x->message->files[r->index].depth;
    struct file_part *file = view_add_file(x, parent);
    if (!file) return false;
    size_t index = (size_t)(file - x->message->files);
    file->path = join_path(x, parent, path);
    file->name = base_name(path);
    file->parent = r->index;
    file->depth = depth + 1;
    file->is_encrypted = archive_entry_is_encrypted(entry) > 0;
    file->size = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : 0;
    x->counters->members_encrypted += file->is_encrypted;
    bool whole = !file->is_encrypted && read_content(r, file->path);
    if (!whole && (file->is_encrypted || x->unpacked.len == 0)) {
        files_skip(x, file);
        return true;
    }
    file->content = arena_copy(&x->message->arena, buffer_slice(&x->unpacked));
    if (whole) file->size = file->content.len;
    package_note_content(&r->package, path, file->content);
    files_inspect(x, index);
    return true;
}

static void read_members(struct reader *r)
{
    struct extractor *x = r->x;
    struct archive_entry *entry = NULL;
    int status = ARCHIVE_OK;
    bool room = true;
    while (room) {
        status = archive_read_next_header(r->archive, &entry);
        if (status == ARCHIVE_EOF || status < ARCHIVE_WARN) break;
        r->is_raw = archive_format(r->archive) == ARCHIVE_FORMAT_RAW;
        if (archive_entry_filetype(entry) != AE_IFDIR) room = add_member(r, entry);
        if (x->unpacked_bytes >= x->limits->archive_total_max_bytes) break;
    }
    bool needs_password = archive_read_has_encrypted_entries(r->archive) > 0;
    if (status < ARCHIVE_WARN && needs_password)
        x->message->files[r->index].is_encrypted = true;
    else if (status < ARCHIVE_WARN)
        x->counters->archives_unreadable++;
}

void archive_open_members(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    size_t kind = find_kind(file->detected_type);
    if (kind == sizeof kinds / sizeof kinds[0]) return;
    if (file->depth >= x->limits->archive_depth_max) {
        VIEW_LIMIT(x, archive_depth_max, file->path);
        return;
    }
    locale_t before = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
    struct reader r = {.x = x, .index = index, .archive = open_memory(file->content, kind)};
    if (r.archive) {
        read_members(&r);
        (void)archive_read_free(r.archive);
        const char *type = package_type(&r.package);
        if (type) x->message->files[index].detected_type = slice_from_cstr(type);
    } else {
        x->counters->archives_unreadable++;
    }
    if (before) (void)uselocale(before);
}
