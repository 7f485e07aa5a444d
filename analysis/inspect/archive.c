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

#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/package.h"

enum { READ_BYTES = 64 * 1024 };

typedef int (*enable_fn)(struct archive *);

static const struct {
    const char *type;
    enable_fn enable;
    bool is_filter;
} kinds[] = {
#define ARCHIVE(type, enable, is_filter) {(type), (enable), (is_filter)},
#include "analysis/inspect/archives.def"
#undef ARCHIVE
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

/* Unpacks the member into x->unpacked, one byte more than may be kept, so that what is cut is seen; false
 * when it could not be read to its end. */
static bool read_content(struct reader *r)
{
    struct extractor *x = r->x;
    uint64_t total = x->limits->archive_total_max_bytes;
    uint64_t room = total > x->unpacked_bytes ? total - x->unpacked_bytes : 0;
    x->unpacked.max = (room < x->limits->file_max_bytes ? room : x->limits->file_max_bytes) + 1;
    buffer_clear(&x->unpacked);
    uint8_t piece[READ_BYTES];
    la_ssize_t got = 0;
    while (!x->unpacked.overflowed && (got = archive_read_data(r->archive, piece, sizeof piece)) > 0) {
        (void)buffer_append(&x->unpacked, slice_make(piece, (size_t)got));
    }
    return !x->unpacked.overflowed && got == 0;
}

/* Notes a path, or where a link points to, that leads out of the folder it is unpacked to. */
static void check_path(struct reader *r, struct slice path)
{
    bool has_drive = path.len > 1 && path.ptr[1] == ':' && ascii_is_alpha(path.ptr[0]);
    bool unsafe = has_drive || (path.len > 0 && (path.ptr[0] == '/' || path.ptr[0] == '\\'));
    for (size_t i = 0; i + 1 < path.len && !unsafe; i++) {
        bool starts = i == 0 || path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\';
        bool ends = i + 2 == path.len || path.ptr[i + 2] == '/' || path.ptr[i + 2] == '\\';
        unsafe = starts && ends && path.ptr[i] == '.' && path.ptr[i + 1] == '.';
    }
    if (unsafe) inspect_add_fact(r->x, r->index, FACT_UNSAFE_PATH, path);
}

/* Notes content that unpacks to far more than honest files do. */
static void check_expansion(struct reader *r, uint64_t unpacked)
{
    enum { BOMB_MIN_BYTES = 32 << 20, BOMB_RATIO = 200 };
    const struct file_part *file = &r->x->message->files[r->index];
    uint64_t packed = file->content.len;
    if (unpacked < BOMB_MIN_BYTES || unpacked / BOMB_RATIO < packed) return;
    const char *text = arena_printf(&r->x->message->arena, "unpacks to %llu times its size",
                                    (unsigned long long)(unpacked / packed));
    inspect_add_fact(r->x, r->index, FACT_STRUCTURE, slice_from_cstr(text));
}

static bool add_member(struct reader *r, struct archive_entry *entry)
{
    struct extractor *x = r->x;
    struct slice path = member_path(r, entry);
    package_note_member(&r->package, path);
    if (!r->is_raw) check_path(r, path);
    check_path(r, slice_from_cstr(archive_entry_symlink(entry)));
    bool encrypted = archive_entry_is_encrypted(entry) > 0;
    uint64_t size = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : 0;
    bool whole = !encrypted && read_content(r);
    bool has_content = whole || (!encrypted && x->unpacked.len > 0);
    size_t index = has_content ? inspect_add_child(x, r->index, path, buffer_slice(&x->unpacked), FILE_MEMBER)
                               : inspect_list_child(x, r->index, path, size, FILE_MEMBER);
    if (index == SIZE_MAX) return false;
    struct file_part *file = &x->message->files[index];
    file->is_encrypted = encrypted;
    if (!whole && size > file->size) file->size = size;
    x->counters->members_encrypted += encrypted;
    package_note_content(&r->package, path, file->content);
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

void archive_inspect(struct extractor *x, size_t index)
{
    if (!inspect_may_nest(x, index)) return;
    const struct file_part *file = &x->message->files[index];
    locale_t before = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
    struct reader r = {
        .x = x, .index = index, .archive = open_memory(file->content, find_kind(file->detected_type))};
    uint64_t unpacked = x->unpacked_bytes;
    if (r.archive) {
        read_members(&r);
        check_expansion(&r, x->unpacked_bytes - unpacked);
        (void)archive_read_free(r.archive);
        const char *type = package_type(&r.package);
        if (type) x->message->files[index].detected_type = slice_from_cstr(type);
    } else {
        x->counters->archives_unreadable++;
    }
    if (before) (void)uselocale(before);
}
