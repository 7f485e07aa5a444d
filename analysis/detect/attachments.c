/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment family: names, types and contents of files and archive members (A01 … A07). A
 * file's content may be absent (members that were not read), so names count too.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "base/utf8.h"

static bool is_listed(const struct detect_context *context, enum list_id list, struct slice extension)
{
    return knowledge_has(context->knowledge, list, extension);
}

bool has_listed_extension(const struct detect_context *context, const struct file_part *file,
                          enum list_id list)
{
    for (size_t i = 0; i < file_name_count(file); i++) {
        if (is_listed(context, list, file_name_at(file, i).extension)) return true;
    }
    return false;
}

/* Content that an operating system runs. */
static bool is_program(const struct file_part *file)
{
    static const char *const types[] = {
        "application/x-dosexec",     "application/vnd.microsoft.portable-executable",
        "application/x-mswinurl",    "application/x-elf",
        "text/x-msdos-batch",        "application/x-mach-binary",
        "application/x-ms-shortcut", "application/x-msi"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (slice_equal(file->detected_type, slice_from_cstr(types[i]))) return true;
    }
    return false;
}

bool runs_when_opened(const struct detect_context *context, const struct file_part *file)
{
    return has_listed_extension(context, file, LIST_executables) || is_program(file);
}

/* What the file does, when its inspector can say: the command line of a shortcut, a word of a script. */
static const struct file_fact *telling_fact(const struct file_part *file)
{
    static const enum file_fact_kind kinds[] = {FACT_LINK_ARGUMENTS, FACT_LINK_TARGET, FACT_SCRIPT_WORD,
                                                FACT_IMPORT};
    const struct file_fact *fact = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !fact; i++) fact = file_find_fact(file, kinds[i]);
    return fact;
}

static void add_file(struct detect_context *context, const struct file_part *file)
{
    const struct file_fact *fact = telling_fact(file);
    finding_addf(context, file->path, "%.*s (%.*s, %llu bytes)%s%.*s", SLICE_ARGS(file->name),
                 SLICE_ARGS(file->detected_type), (unsigned long long)file->size, fact ? ": " : "",
                 SLICE_ARGS(fact ? fact->value : SLICE("")));
}

void detect_executable_attachment(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (file->depth == 0 && runs_when_opened(context, file)) add_file(context, file);
    }
}

void detect_executable_in_archive(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (file->depth == 0) continue;
        if (runs_when_opened(context, file) || has_listed_extension(context, file, LIST_macro_documents)) {
            add_file(context, file);
        }
    }
}

/* What stands before the last dot, and of that what follows its last dot, without blanks, lower case. */
static struct slice inner_extension(struct slice name, uint8_t room[static 16])
{
    size_t last = name.len;
    while (last > 0 && name.ptr[last - 1] != '.') last--;
    struct slice stem = slice_trim(slice_head(name, last > 0 ? last - 1 : 0));
    size_t dot = stem.len;
    while (dot > 0 && stem.ptr[dot - 1] != '.' && stem.ptr[dot - 1] != '/') dot--;
    if (dot == 0 || stem.ptr[dot - 1] != '.' || stem.len - dot > 15) return slice_make(NULL, 0);
    for (size_t i = dot; i < stem.len; i++) room[i - dot] = ascii_lower(stem.ptr[i]);
    return slice_make(room, stem.len - dot);
}

static bool has_double_extension(const struct detect_context *context, const struct file_part *file)
{
    uint8_t room[16];
    for (size_t i = 0; i < file_name_count(file); i++) {
        struct file_name name = file_name_at(file, i);
        if (!is_listed(context, LIST_executables, name.extension)) continue;
        if (is_listed(context, LIST_documents, inner_extension(name.name, room))) return true;
    }
    return false;
}

void detect_double_extension(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (has_double_extension(context, file)) add_file(context, file);
    }
}

/* Hebrew and Arabic blocks with their presentation forms. */
static bool is_rtl_letter(int32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefc);
}

static bool is_bidi_control(int32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
           c == 0x61c;
}

/* Controls are honest in a name written in a right-to-left script, unless an override reverses plain letters.
 */
static bool has_deceiving_bidi(struct slice name)
{
    bool control = false, override = false, rtl = false;
    while (name.len > 0) {
        int32_t c = utf8_next(&name);
        control |= is_bidi_control(c);
        override |= c == 0x202d || c == 0x202e;
        rtl |= is_rtl_letter(c);
    }
    return override ? !rtl : control && !rtl;
}

void detect_bidi_name(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        for (size_t n = 0; n < file_name_count(file); n++) {
            struct slice name = file_name_at(file, n).name;
            bool overrides = slice_find(name, SLICE("\xe2\x80\xae")) < name.len;
            if (!has_deceiving_bidi(name) && !(overrides && runs_when_opened(context, file))) continue;
            add_file(context, file);
            break;
        }
    }
}

/* What a document, picture or sound never is: a program, an archive of another kind, a web page. */
static bool is_harmful_kind(const struct file_part *file)
{
    static const char *const types[] = {"text/html",
                                        "application/x-hta",
                                        "application/x-rar",
                                        "application/vnd.rar",
                                        "application/x-7z-compressed",
                                        "application/x-iso9660-image",
                                        "application/x-ole-storage",
                                        "application/msword",
                                        "application/vnd.ms-excel",
                                        "application/vnd.ms-powerpoint",
                                        "application/onenote",
                                        "application/x-udf-image",
                                        "application/x-vhd",
                                        "application/x-vhdx",
                                        "application/x-wsf",
                                        "application/x-ms-encoded-script",
                                        "application/vnd.ms-cab-compressed"};
    if (is_program(file)) return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (slice_equal(file->detected_type, slice_from_cstr(types[i]))) return true;
    }
    return false;
}

/* Formats whose content is always of one kind; older Office formats are left out (HTML and RTF go by .doc and
 * .xls). */
static bool has_fixed_content(struct slice extension)
{
    static const char *const fixed[] = {"pdf", "docx", "xlsx", "pptx", "jpg", "jpeg",
                                        "png", "gif",  "bmp",  "mp3",  "mp4", "wav"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (slice_equal(extension, slice_from_cstr(fixed[i]))) return true;
    }
    return false;
}

/* Also a document of the older kind under the newer kind's name, which Office opens all the same. */
static bool is_encrypted_office(const struct file_part *file)
{
    static const char *const compound[] = {"application/x-ole-storage", "application/msword",
                                           "application/vnd.ms-excel", "application/vnd.ms-powerpoint"};
    bool is_compound = false;
    for (size_t i = 0; i < sizeof compound / sizeof *compound; i++) {
        is_compound |= slice_equal(file->detected_type, slice_from_cstr(compound[i]));
    }
    return is_compound && file->extension.len == 4 && slice_ends_nocase(file->extension, SLICE("x"));
}

/* "image/…" declared for something that runs. */
static bool is_declared_harmless(struct slice type)
{
    return slice_starts(type, SLICE("image/")) || slice_starts(type, SLICE("audio/")) ||
           slice_starts(type, SLICE("video/")) || slice_equal(type, SLICE("application/pdf")) ||
           slice_equal(type, SLICE("text/plain"));
}

void detect_type_mismatch(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        bool runs_by_name = has_listed_extension(context, file, LIST_executables);
        bool disguised = is_program(file) && file->extension.len > 0 && !runs_by_name &&
                         is_listed(context, LIST_documents, file->extension);
        disguised |=
            has_fixed_content(file->extension) && is_harmful_kind(file) && !is_encrypted_office(file);
        disguised |= is_program(file) && is_declared_harmless(file->declared_type);
        disguised |= runs_by_name && is_declared_harmless(file->declared_type) &&
                     !slice_equal(file->declared_type, SLICE("text/plain"));
        if (!disguised) continue;
        finding_addf(context, file->path, "%.*s: declared %.*s, content %.*s", SLICE_ARGS(file->name),
                     SLICE_ARGS(file->declared_type), SLICE_ARGS(file->detected_type));
    }
}
