/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libarchive; see archive.h. Only formats that are read in memory are enabled, each only
 * where the content's own magic says so; no filter that would start a program is. Names that are not Unicode
 * in the archive come as their raw bytes, because the thread's locale is C.UTF-8 while libarchive runs, and
 * are decoded together (names.h).
 */
#include "analysis/inspect/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "analysis/extract/passwords.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/names.h"
#include "analysis/inspect/package.h"
#include "base/utf8.h"

enum { READ_BYTES = 64 * 1024, LHA_SEPARATOR = 0xff };

static locale_t utf8_locale;
static struct archive *lha_warm; /* keeps the converter of its names loaded */

/* Names of LHA are any bytes, which libarchive refuses when they are no text of the locale; as Latin-1 each
 * byte is a character and comes back as itself. */
static int enable_lha(struct archive *a)
{
    int status = archive_read_support_format_lha(a);
    (void)archive_read_set_format_option(a, "lha", "hdrcharset", "ISO-8859-1");
    return status;
}

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

struct reader {
    struct extractor *x;
    struct archive *archive;
    size_t kind;       /* row of kinds */
    size_t index;      /* of the archive's own file */
    size_t first, end; /* its members stand there in message.files */
    size_t entries;    /* folders too */
    bool is_raw;       /* one compressed file without a name */
    struct package package;
    struct member_names names;
};

void archive_init(void)
{
    if (utf8_locale) return;
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
    lha_warm = archive_read_new();
    if (lha_warm) (void)enable_lha(lha_warm);
    if (before) (void)uselocale(before);
}

void archive_shutdown(void)
{
    if (lha_warm) (void)archive_read_free(lha_warm);
    if (utf8_locale) freelocale(utf8_locale);
    lha_warm = NULL;
    utf8_locale = (locale_t)0;
}

static size_t find_kind(struct slice type)
{
    size_t i = 0;
    while (i < sizeof kinds / sizeof kinds[0] && !slice_equal(type, slice_from_cstr(kinds[i].type))) i++;
    return i;
}

/* Opens the content as this kind; a compressed single file as TAR or, when `raw`, as one member;
 * the password may be NULL. */
static struct archive *open_memory(struct slice content, size_t kind, bool raw, const char *password)
{
    struct archive *a = archive_read_new();
    if (!a) return NULL;
    if (password) (void)archive_read_add_passphrase(a, password);
    (void)kinds[kind].enable(a);
    if (kinds[kind].enable == archive_read_support_format_rar) (void)archive_read_support_format_rar5(a);
    if (kinds[kind].is_filter) (void)archive_read_support_format_raw(a);
    if (kinds[kind].is_filter && !raw) (void)archive_read_support_format_tar(a);
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

/* The bytes of a name that was read as Latin-1; false when it holds other characters, being decoded already.
 * The second bytes of Shift_JIS that look like a backslash have become slashes. */
static bool latin_bytes(struct slice text, struct buffer *out)
{
    bool is_trail = false;
    while (text.len > 0) {
        int32_t c = utf8_next(&text);
        if (c < 0 || c > UINT8_MAX) return false;
        uint8_t byte = c == LHA_SEPARATOR ? '/' : (uint8_t)c;
        (void)buffer_append_byte(out, is_trail && byte == '/' ? '\\' : byte);
        is_trail = !is_trail && ((byte >= 0x81 && byte <= 0x9f) || byte >= 0xe0);
    }
    return true;
}

/* The member's path as the archive has it, in the arena. */
static struct slice raw_path(const struct reader *r, struct archive_entry *entry)
{
    struct arena *arena = &r->x->message->arena;
    if (r->is_raw) return inner_name(r->x->message->files[r->index].name);
    const char *name = archive_entry_pathname(entry);
    struct slice path = slice_from_cstr(name ? name : archive_entry_pathname_utf8(entry));
    if (kinds[r->kind].enable != enable_lha) return arena_copy(arena, path);
    struct buffer bytes = buffer_make(path.len + 1);
    path = arena_copy(arena, latin_bytes(path, &bytes) ? buffer_slice(&bytes) : path);
    buffer_free(&bytes);
    return path;
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

static bool is_separator(uint8_t byte)
{
    return byte == '/' || byte == '\\';
}

/* Follows the path from a folder so many levels down; true when it leads above the top. */
static bool climbs_from(struct slice path, int level)
{
    for (size_t i = 0; i < path.len;) {
        size_t end = i;
        while (end < path.len && !is_separator(path.ptr[end])) end++;
        struct slice step = slice_head(slice_skip(path, i), end - i);
        bool is_up = slice_equal(step, SLICE(".."));
        bool stays = step.len == 0 || slice_equal(step, SLICE("."));
        level += is_up ? -1 : stays ? 0 : 1;
        if (level < 0) return true;
        i = end + 1;
    }
    return false;
}

static int folder_level(struct slice path)
{
    int level = 0;
    for (size_t i = 1; i < path.len; i++)
        level += is_separator(path.ptr[i]) && !is_separator(path.ptr[i - 1]);
    return level;
}

/* True when the path begins with a byte that could not be decoded and stands as \xNN. */
static bool starts_escaped(struct slice path)
{
    return path.len > 3 && path.ptr[0] == '\\' && path.ptr[1] == 'x' && strchr("89abcdef", path.ptr[2]);
}

/* Notes a path, or where a link points to, that leads out of the folder it is unpacked to. */
static void check_path(struct reader *r, struct slice path, int level)
{
    bool has_drive = path.len > 1 && path.ptr[1] == ':' && ascii_is_alpha(path.ptr[0]);
    bool is_absolute = has_drive || (path.len > 0 && is_separator(path.ptr[0]) && !starts_escaped(path));
    if (is_absolute || climbs_from(path, level)) inspect_add_fact(r->x, r->index, FACT_UNSAFE_PATH, path);
}

/* The same for every member. */
static void check_paths(struct reader *r)
{
    const struct message *m = r->x->message;
    struct slice outer = m->files[r->index].path;
    for (size_t i = r->first; i < m->file_count && !r->is_raw; i++)
        check_path(r, slice_skip(m->files[i].path, outer.len + 1), 0);
}

static void note_expansion(struct reader *r, size_t index, uint64_t packed, uint64_t unpacked)
{
    enum { BOMB_MIN_BYTES = 32 << 20, BOMB_RATIO = 200 };
    if (unpacked < BOMB_MIN_BYTES || unpacked / BOMB_RATIO < packed || packed == 0) return;
    const char *text = arena_printf(&r->x->message->arena, "unpacks to %llu times its size",
                                    (unsigned long long)(unpacked / packed));
    inspect_add_fact(r->x, index, FACT_STRUCTURE, slice_from_cstr(text));
}

/* Notes content that unpacks to far more than honest files do: of this archive, and archives in archives of
 * the whole mail. */
static void check_expansion(struct reader *r)
{
    const struct message *m = r->x->message;
    uint64_t unpacked = 0;
    for (size_t i = r->first; i < m->file_count; i++) unpacked += m->files[i].size;
    note_expansion(r, r->index, m->files[r->index].content.len, unpacked);
    size_t outermost = r->index;
    while (m->files[outermost].parent != SIZE_MAX) outermost = m->files[outermost].parent;
    if (r->x->mail && outermost != r->index)
        note_expansion(r, outermost, r->x->mail->bytes.len, r->x->unpacked_bytes);
}

static bool add_member(struct reader *r, struct archive_entry *entry)
{
    struct extractor *x = r->x;
    struct slice path = raw_path(r, entry);
    package_note_member(&r->package, path);
    check_path(r, slice_from_cstr(archive_entry_symlink(entry)), folder_level(path));
    bool encrypted = archive_entry_is_encrypted(entry) > 0;
    uint64_t size = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : 0;
    bool whole = !encrypted && read_content(r);
    bool has_content = whole || (!encrypted && x->unpacked.len > 0);
    size_t index = has_content ? inspect_add_child(x, r->index, path, buffer_slice(&x->unpacked), FILE_MEMBER)
                               : inspect_list_child(x, r->index, path, size, FILE_MEMBER);
    if (index == SIZE_MAX) return false;
    if (!names_is_plain(path)) names_add(x, &r->names, index, path);
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
        r->entries++;
        r->is_raw = archive_format(r->archive) == ARCHIVE_FORMAT_RAW;
        if (archive_entry_filetype(entry) != AE_IFDIR) room = add_member(r, entry);
        if (x->unpacked_bytes >= x->limits->archive_total_max_bytes) break;
    }
    bool needs_password = archive_read_has_encrypted_entries(r->archive) > 0;
    if (status < ARCHIVE_WARN && needs_password) {
        x->message->files[r->index].is_encrypted = true;
        inspect_add_fact(x, r->index, FACT_ENCRYPTED, SLICE("names too"));
    } else if (status < ARCHIVE_WARN)
        x->counters->archives_unreadable++;
}

static void read_archive(struct reader *r, bool raw)
{
    r->archive = open_memory(r->x->message->files[r->index].content, r->kind, raw, NULL);
    if (!r->archive) {
        r->x->counters->archives_unreadable++;
        return;
    }
    read_members(r);
    (void)archive_read_free(r->archive);
}

/* Reads the encrypted members by this password, in the order in which they were listed. False when it does
 * not open the first of them that has content. */
static bool read_locked(struct reader *r)
{
    struct message *m = r->x->message;
    struct archive_entry *entry = NULL;
    bool is_right = false;
    for (size_t i = r->first; i < r->end && archive_read_next_header(r->archive, &entry) >= ARCHIVE_WARN;) {
        if (archive_entry_filetype(entry) == AE_IFDIR) continue;
        size_t index = i++;
        if (!m->files[index].is_encrypted || m->files[index].size == 0) continue;
        bool whole = read_content(r);
        if (!is_right && !whole && !r->x->unpacked.overflowed) return false;
        is_right = true;
        if (whole || r->x->unpacked.len > 0) inspect_fill_child(r->x, index, buffer_slice(&r->x->unpacked));
    }
    return is_right;
}

/* Work is what is unpacked; and each try reads all entries again and computes a key, about as long as that
 * many entries take. */
static bool may_try(struct reader *r)
{
    enum { KEY_ENTRIES = 2048, TRIED_ENTRIES_MAX = 1 << 20 };
    struct extractor *x = r->x;
    struct slice where = x->message->files[r->index].path;
    if (x->inspected_bytes >= x->limits->inspect_total_max_bytes)
        VIEW_LIMIT(x, inspect_total_max_bytes, where);
    if (x->tried_entries >= TRIED_ENTRIES_MAX) VIEW_LIMIT(x, password_candidates_max, where);
    x->tried_entries += KEY_ENTRIES + r->entries;
    return x->inspected_bytes < x->limits->inspect_total_max_bytes && x->tried_entries < TRIED_ENTRIES_MAX;
}

static bool try_password(struct reader *r, const struct password *password)
{
    struct extractor *x = r->x;
    if (!may_try(r)) return false;
    buffer_clear(&x->unpacked);
    r->archive = open_memory(x->message->files[r->index].content, r->kind, false, password->text);
    bool opened = r->archive && read_locked(r);
    if (r->archive) (void)archive_read_free(r->archive);
    x->inspected_bytes += x->unpacked.len;
    return opened;
}

static void note_opened(struct reader *r, const struct password *password)
{
    static const char *const told[] = {"told in this mail", "told in another mail", "one of common use"};
    struct arena *arena = &r->x->message->arena;
    struct slice shown = passwords_mask(arena, password), id = password->message_id;
    const char *text =
        arena_printf(arena, "%.*s, %s%s%.*s", (int)shown.len, (const char *)shown.ptr, told[password->source],
                     id.len > 0 ? " " : "", (int)id.len, (const char *)id.ptr);
    inspect_add_fact(r->x, r->index, FACT_OPENED, slice_from_cstr(text));
    r->x->counters->archives_opened++;
}

/* Tries the passwords that this mail and others tell on the encrypted members, when libarchive could use one.
 */
static void open_locked(struct reader *r)
{
    struct extractor *x = r->x;
    bool is_locked = false;
    r->end = x->message->file_count;
    for (size_t i = r->first; i < r->end && !is_locked; i++)
        is_locked = x->message->files[i].is_encrypted && x->message->files[i].size > 0;
    if (!is_locked || kinds[r->kind].enable != archive_read_support_format_zip) return;
    const struct passwords *passwords = passwords_of(x);
    for (size_t i = 0; i < passwords->count; i++) {
        if (!try_password(r, &passwords->items[i])) continue;
        note_opened(r, &passwords->items[i]);
        return;
    }
    if (passwords->is_cut) VIEW_LIMIT(x, password_candidates_max, x->message->files[r->index].path);
}

void archive_inspect(struct extractor *x, size_t index)
{
    if (!inspect_may_nest(x, index)) return;
    struct message *m = x->message;
    locale_t before = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
    struct reader r = {
        .x = x, .index = index, .first = m->file_count, .kind = find_kind(m->files[index].detected_type)};
    read_archive(&r, false);
    if (kinds[r.kind].is_filter &&
        m->file_count == r.first) /* zeros at its beginning look like an empty TAR */
        read_archive(&r, true);
    open_locked(&r);
    names_settle(x, &r.names);
    check_paths(&r);
    check_expansion(&r);
    const char *type = package_type(&r.package);
    if (type) m->files[index].detected_type = slice_from_cstr(type);
    if (before) (void)uselocale(before);
}
