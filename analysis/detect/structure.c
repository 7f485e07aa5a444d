/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of how the mail is put together (N05, N06, N08): what mail programs read differently, and what
 * could not be looked at. They look at what extraction noted; findings live in the message's arena.
 */
#include <inttypes.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

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
