/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of how the mail is put together (N05, N06, N08, N11): what mail programs read differently, and
 * what could not be looked at. They look at what extraction noted; findings live in the message's arena.
 */
#include <inttypes.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

/* ---- N05, N11: one mail, several readings ---- */

static bool is_within(struct slice path, struct slice where)
{
    return slice_starts(path, where) && (path.len == where.len || path.ptr[where.len] == '.');
}

/* More than a text: what an attachment would be. What is in a mail is listed by itself. */
static bool is_more_than_text(const struct detect_context *context, const struct file_part *file)
{
    if (slice_starts(file->declared_type, SLICE("message/"))) return false;
    if (slice_starts(file->detected_type, SLICE("message/"))) return false;
    return !slice_equal(file->detected_type, SLICE("text/plain")) || runs_when_opened(context, file);
}

/* A file that only the other reading shows, or NULL. */
static const struct file_part *hidden_file(const struct detect_context *context,
                                           const struct message_oddity *oddity)
{
    const struct message *m = context->message;
    for (size_t i = 0; i < m->file_count; i++) {
        const struct file_part *file = &m->files[i];
        if (file->is_alternate_reading && file->depth == 0 && is_within(file->path, oddity->where) &&
            is_more_than_text(context, file))
            return file;
    }
    return NULL;
}

void detect_hidden_reading(struct detect_context *context)
{
    const struct message *m = context->message;
    for (size_t i = 0; i < m->oddity_count; i++) {
        const struct message_oddity *oddity = &m->oddities[i];
        const struct file_part *file = oddity_is_trick(oddity->kind) ? hidden_file(context, oddity) : NULL;
        if (file)
            finding_addf(context, file->path, "%s: %.*s (%.*s)", oddity_text(oddity->kind),
                         SLICE_ARGS(file->name), SLICE_ARGS(file->detected_type));
    }
}

void detect_odd_structure(struct detect_context *context)
{
    const struct message *m = context->message;
    for (size_t i = 0; i < m->oddity_count; i++) {
        const struct message_oddity *oddity = &m->oddities[i];
        if (oddity_is_trick(oddity->kind) && hidden_file(context, oddity)) continue;
        finding_addf(context, oddity->where.len > 0 ? oddity->where : SLICE("mail"), "%s: %.*s",
                     oddity_text(oddity->kind), SLICE_ARGS(oddity->what));
    }
}

/* ---- N06: one file, several names ---- */

enum { EXTENSION_MAX_BYTES = 10 };

/* "jpg" for "jpeg": spellings of one kind of file. */
static struct slice common_spelling(struct slice extension)
{
    static const char *const pairs[][2] = {{"jpeg", "jpg"}, {"jpe", "jpg"},  {"html", "htm"}, {"tiff", "tif"},
                                           {"mpeg", "mpg"}, {"text", "txt"}, {"p7s", "p7m"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (slice_equal(extension, slice_from_cstr(pairs[i][0]))) return slice_from_cstr(pairs[i][1]);
    }
    return extension;
}

/* What follows a dot may be the rest of a sentence, or what a fallback in ASCII made of a name. */
static bool is_extension(struct slice extension)
{
    for (size_t i = 0; i < extension.len; i++) {
        if (!ascii_is_alpha(extension.ptr[i]) && !ascii_is_digit(extension.ptr[i])) return false;
    }
    return extension.len > 0 && extension.len <= EXTENSION_MAX_BYTES;
}

static bool differ_in_kind(struct slice a, struct slice b)
{
    return is_extension(a) && is_extension(b) && !slice_equal(common_spelling(a), common_spelling(b));
}

void detect_several_names(struct detect_context *context)
{
    const struct message *m = context->message;
    for (size_t i = 0; i < m->file_count; i++) {
        const struct file_part *file = &m->files[i];
        for (size_t n = 0; n < file->other_name_count; n++) {
            const struct file_name *other = &file->other_names[n];
            if (!differ_in_kind(file->extension, other->extension)) continue;
            finding_addf(context, file->path, "%.*s, or %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(other->name));
            break;
        }
    }
}

/* ---- N08: what was not looked at ---- */

static void add_limits(struct detect_context *context)
{
    const struct message *m = context->message;
    for (size_t i = 0; i < m->limit_count; i++)
        finding_addf(context, m->limits[i].where.len > 0 ? m->limits[i].where : SLICE("mail"),
                     "%s reached: not everything was read", m->limits[i].key);
}

static bool add_damaged_files(struct detect_context *context)
{
    const struct message *m = context->message;
    size_t before = context->findings.count;
    for (size_t i = 0; i < m->file_count; i++) {
        const struct file_part *file = &m->files[i];
        if (file->is_damaged && file->depth == 0)
            finding_addf(context, file->path, "bytes of %.*s were not captured", SLICE_ARGS(file->name));
    }
    return context->findings.count > before;
}

void detect_not_inspected(struct detect_context *context)
{
    const struct mail_damage *damage = &context->mail->damage;
    bool told = add_damaged_files(context);
    if (damage->missing_bytes > 0 && !told)
        finding_addf(context, SLICE("mail"), "%" PRIu64 " bytes were not captured", damage->missing_bytes);
    if (damage->truncated && !context->mail->partial)
        finding_add(context, SLICE("mail"), SLICE("the mail ends before its end"));
    add_limits(context);
}
