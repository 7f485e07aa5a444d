/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the link family that look at all links of a mail together: a body that is only a link (U17),
 * and links that all lead away from the sender (U18).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"

enum { LONE_LINK_REST_BYTES = 24, LONE_LINK_TEXT_MAX_BYTES = 4000 };

static size_t count_ink(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += !ascii_is_space(text.ptr[i]);
    return count;
}

/* The first body text that shows something. */
static const struct text_part *body_text(const struct message *message)
{
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (!part->is_attachment && count_ink(part->text) > 0) return part;
    }
    return NULL;
}

void detect_lone_link(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct text_part *part = body_text(message);
    if (!part || part->text.len > LONE_LINK_TEXT_MAX_BYTES || message->file_count > 0 ||
        is_list_mail(message))
        return;
    struct slice sender = message_from(message) ? message_from(message)->registrable : slice_make(NULL, 0);
    if (is_recipients_domain(context, sender)) return;
    size_t shown = 0;
    const struct link *first = NULL;
    struct link_walk walk = link_walk_all(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (!slice_equal(link->where, part->path) || link->wrapper || link->source == LINK_SCRIPT) continue;
        shown += count_ink(link->text);
        if (!first) first = link;
    }
    size_t ink = count_ink(part->text);
    if (!first || shown == 0 || is_senders_own(context, first) || ink > shown + LONE_LINK_REST_BYTES) return;
    finding_add(context, part->path, first->url);
}

/* The domain of a brand that the mail has a link to is no evidence, nor is a mailer's. */
void detect_foreign_links(struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || from->domain.len == 0 || sender_is_freemail(context) || is_list_mail(context->message))
        return;
    const struct link *first = NULL;
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->source == LINK_SCRIPT) continue;
        if (is_senders_own(context, link) || is_link_service(context, link->host)) return;
        if (is_recipients_domain(context, link->host)) return;
        if (!first) first = link;
    }
    if (first)
        finding_addf(context, first->url, "sender %.*s, link %.*s", SLICE_ARGS(from->domain),
                     SLICE_ARGS(first->host));
}
