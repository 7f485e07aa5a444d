/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment family that judge what the inspectors found in files (struct file_fact), and
 * kinds of files that are rare in honest mail: hidden extensions (A04), tricks of archives (A08), disk images
 * and notebooks (A14), invitations (A16), mails in mails (A17), borrowed icons (A21).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "base/utf8.h"

enum { BLANKS_MIN = 5, BLANKS_MANY = 20, LOWER_MAX_BYTES = 64 };

static bool is_blank(int32_t c)
{
    return c == ' ' || c == '\t' || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x205f ||
           c == 0x2800 || c == 0x3000 || c == 0x3164 || c == 0xfeff;
}

/* A run of blanks right before an extension, or one so long that what follows is out of sight. */
static bool has_pushed_extension(struct slice name)
{
    unsigned run = 0;
    bool pushed = false;
    while (name.len > 0) {
        int32_t c = utf8_next(&name);
        if (c == '.' && name.len > 0 && (pushed || run >= BLANKS_MIN)) return true;
        run = is_blank(c) ? run + 1 : 0;
        pushed |= run >= BLANKS_MANY;
    }
    return false;
}

void detect_pushed_extension(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (!has_pushed_extension(file->name)) continue;
        finding_addf(context, file->path, "%.*s", SLICE_ARGS(file->name));
    }
}

static bool is_type(const struct file_part *file, const char *type)
{
    return slice_equal(file->detected_type, slice_from_cstr(type));
}

/* A path that climbs out; absolute ones are written by honest packers too. */
static bool climbs(struct slice path)
{
    for (size_t i = 0; i + 2 < path.len; i++) {
        bool starts = i == 0 || path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\';
        bool ends = path.ptr[i + 2] == '/' || path.ptr[i + 2] == '\\';
        if (starts && ends && path.ptr[i] == '.' && path.ptr[i + 1] == '.') return true;
    }
    return false;
}

static bool is_compound(const struct file_part *file)
{
    static const char *const types[] = {"application/x-ole-storage", "application/vnd.ms-outlook",
                                        "application/msword",        "application/vnd.ms-excel",
                                        "application/vnd.visio",     "application/vnd.ms-powerpoint"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (is_type(file, types[i])) return true;
    }
    return false;
}

void detect_archive_tricks(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (is_compound(file)) continue;
        for (size_t k = 0; k < file->fact_count; k++) {
            const struct file_fact *fact = &file->facts[k];
            bool tricks = fact->kind == FACT_STRUCTURE;
            tricks |= fact->kind == FACT_UNSAFE_PATH && climbs(fact->value);
            if (!tricks) continue;
            finding_addf(context, file->path, "%.*s: %.*s", SLICE_ARGS(file->name), SLICE_ARGS(fact->value));
        }
    }
}

static bool is_container(const struct detect_context *context, const struct file_part *file)
{
    static const char *const types[] = {"application/onenote",
                                        "application/x-iso9660-image",
                                        "application/x-udf-image",
                                        "application/x-vhd",
                                        "application/x-vhdx",
                                        "application/x-vmdk",
                                        "application/x-ms-wim",
                                        "application/x-raw-disk-image",
                                        "application/x-apple-diskimage",
                                        "application/vnd.ms-cab-compressed",
                                        "application/x-ace-compressed",
                                        "application/x-arj",
                                        "application/x-alz",
                                        "application/x-egg"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (is_type(file, types[i])) return true;
    }
    return knowledge_has(context->knowledge, LIST_containers, file->extension);
}

void detect_rare_container(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        bool is_installers =
            file->parent != SIZE_MAX && is_type(&context->message->files[file->parent], "application/x-msi");
        if (is_installers || !is_container(context, file)) continue;
        const struct file_fact *inside = file_find_fact(file, FACT_EMBEDDED_FILE);
        finding_addf(context, file->path, "%.*s (%.*s)%s%.*s", SLICE_ARGS(file->name),
                     SLICE_ARGS(file->detected_type), inside ? " with " : "",
                     SLICE_ARGS(inside ? inside->value : SLICE("")));
    }
}

/* A link of the file that leads neither to the sender nor to the recipient nor to a meeting. */
static const struct link *find_foreign_link(const struct detect_context *context,
                                            const struct file_part *file)
{
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (link->source != LINK_ATTACHMENT || !slice_equal(link->where, file->path)) continue;
        if (link->host.len == 0 || is_senders_domain(context, link->host)) continue;
        if (is_recipients_domain(context, link->host)) continue;
        if (!knowledge_has_domain(context->knowledge, LIST_meeting_services, link->host)) return link;
    }
    return NULL;
}

void detect_calendar_lure(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        bool is_calendar = is_type(file, "text/calendar") || slice_equal(file->extension, SLICE("ics"));
        const struct link *link = is_calendar ? find_foreign_link(context, file) : NULL;
        if (!link) continue;
        const struct file_fact *organizer = file_find_fact(file, FACT_ORGANIZER);
        struct slice domain = domain_of_address(organizer ? organizer->value : SLICE(""));
        if (domain.len > 0 && is_senders_domain(context, domain)) continue;
        finding_addf(context, file->path, "invited by %.*s, leads to %.*s",
                     SLICE_ARGS(organizer ? organizer->value : SLICE("nobody")), SLICE_ARGS(link->url));
    }
}

static bool is_envelope_type(const struct file_part *file)
{
    return is_type(file, "message/rfc822") || is_type(file, "application/vnd.ms-tnef") ||
           is_type(file, "application/vnd.ms-outlook") ||
           slice_equal(file->declared_type, SLICE("message/rfc822"));
}

/* The mail, message file or TNEF part that the file is in, told by its path; NULL when there is none. */
static const struct file_part *find_envelope(const struct message *message, const struct file_part *file)
{
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *outer = &message->files[i];
        if (outer == file || !is_envelope_type(outer) || !slice_starts(file->path, outer->path)) continue;
        struct slice rest = slice_skip(file->path, outer->path.len);
        if (rest.len > 0 && (rest.ptr[0] == '.' || rest.ptr[0] == '/')) return outer;
    }
    return NULL;
}

/* Written into a text as uuencode writes it: no part of its own, no archive around it. */
static bool is_in_text(const struct file_part *file)
{
    return file->parent == SIZE_MAX && slice_index(file->path, '/') < file->path.len;
}

void detect_wrapped_program(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (!runs_when_opened(context, file)) continue;
        const struct file_part *envelope = find_envelope(context->message, file);
        if (!envelope && !is_in_text(file)) continue;
        finding_addf(context, file->path, "%.*s in %.*s", SLICE_ARGS(file->name),
                     SLICE_ARGS(envelope ? envelope->detected_type : SLICE("uuencoded text")));
    }
}

/* The file's own name of a Windows path, lower case, without the number of the icon behind a comma. */
static struct slice path_name(struct slice path, uint8_t room[static LOWER_MAX_BYTES])
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '\\' && path.ptr[start - 1] != '/') start--;
    struct slice name = slice_skip(path, start);
    name = slice_trim(slice_head(name, slice_index(name, ',')));
    if (name.len > LOWER_MAX_BYTES) return slice_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) room[i] = ascii_lower(name.ptr[i]);
    return slice_make(room, name.len);
}

static struct slice extension_of(struct slice name)
{
    size_t dot = name.len;
    while (dot > 0 && name.ptr[dot - 1] != '.') dot--;
    return slice_skip(name, dot > 0 ? dot : name.len);
}

/* True when the shortcut starts one of the programs that start others, under a document's icon. */
static bool borrows_icon(const struct detect_context *context, const struct file_part *file,
                         const struct file_fact *icon)
{
    uint8_t room[LOWER_MAX_BYTES];
    struct slice name = path_name(icon->value, room);
    bool is_documents = knowledge_has(context->knowledge, LIST_document_icons, name) ||
                        knowledge_has(context->knowledge, LIST_documents, extension_of(name));
    return is_documents && file_find_fact(file, FACT_SCRIPT_WORD) != NULL;
}

void detect_borrowed_icon(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        const struct file_fact *icon = file_find_fact(file, FACT_ICON_OF);
        if (!icon) continue;
        bool is_program = is_type(file, "application/vnd.microsoft.portable-executable");
        bool is_shortcut = is_type(file, "application/x-ms-shortcut");
        if (!is_program && !(is_shortcut && borrows_icon(context, file, icon))) continue;
        finding_addf(context, file->path, "%.*s with the icon of %.*s", SLICE_ARGS(file->name),
                     SLICE_ARGS(icon->value));
    }
}
