/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encrypted archives that a password opened, one that the mails themselves tell (A06): a lock whose key hangs
 * beside it keeps nobody out but filters. Honest senders in Japan do the same every day, so only what runs
 * inside counts.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

/* The archive, opened by a password, that the file is in at any depth; NULL when there is none. */
static const struct file_part *find_opened(const struct message *message, const struct file_part *file)
{
    for (size_t at = file->parent; at != SIZE_MAX; at = message->files[at].parent) {
        if (file_find_fact(&message->files[at], FACT_OPENED)) return &message->files[at];
    }
    return NULL;
}

void detect_opened_archive(struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *file = &message->files[i], *archive = find_opened(message, file);
        if (!archive || !(runs_when_opened(context, file) || file->macros.len > 0)) continue;
        const struct file_fact *earlier = file_find_fact(archive, FACT_EARLIER_MAIL);
        finding_addf(context, file->path, "%.*s in %.*s%s%.*s, opened by the password %.*s",
                     SLICE_ARGS(file->name), SLICE_ARGS(archive->name), earlier ? " of the mail " : "",
                     SLICE_ARGS(earlier ? earlier->value : SLICE("")),
                     SLICE_ARGS(file_find_fact(archive, FACT_OPENED)->value));
    }
}
