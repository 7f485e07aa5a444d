/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What speaks for a mail (L01, L02): findings of negative weight. None proves honesty, as headers are written
 * by the sender; so each asks for things that have to fit together and that a forger gains nothing by.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

/* The host of the first address in List-Unsubscribe: "<https://host/path>" or "<mailto:x@host>" (RFC 2369).
 */
static struct slice unsubscribe_host(struct slice value)
{
    struct slice rest = slice_skip(value, slice_index(value, '<') + 1);
    rest = slice_head(rest, slice_index(rest, '>'));
    if (slice_starts_nocase(rest, SLICE("mailto:"))) {
        struct slice address = slice_head(rest, slice_index(rest, '?'));
        return domain_of_address(address);
    }
    size_t scheme = slice_find(rest, SLICE("://"));
    if (scheme >= rest.len) return slice_make(NULL, 0);
    rest = slice_skip(rest, scheme + 3);
    size_t end = 0;
    while (end < rest.len && !strchr("/:?#", rest.ptr[end])) end++;
    return slice_head(rest, end);
}

static bool is_sent_by_provider(const struct detect_context *context, struct slice host)
{
    return knowledge_has_domain(context->knowledge, LIST_mail_providers, host) ||
           knowledge_has_domain(context->knowledge, LIST_link_trackers, host);
}

void detect_fair_bulk(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct message_header *header = message_find_header(message, SLICE("List-Unsubscribe"));
    const struct mailbox *from = message_from(message);
    if (!header || !from || is_freemail(context, from->domain)) return;
    struct slice host = unsubscribe_host(header->value);
    if (host.len == 0 || !(is_senders_domain(context, host) || is_sent_by_provider(context, host))) return;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->host_is_ip || knowledge_has_domain(context->knowledge, LIST_free_hosting, link->host))
            return;
    }
    finding_addf(context, SLICE("header:List-Unsubscribe"), "sender %.*s, to be left at %.*s",
                 SLICE_ARGS(from->domain), SLICE_ARGS(host));
}

void detect_own_brand(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mailbox *from = message_from(message);
    const struct brand *brand = from ? knowledge_brand_of(context->knowledge, from->domain) : NULL;
    if (!brand || message->link_count == 0 || message->reply_to.count > 0) return;
    if (is_freemail(context, from->domain)) return;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->host.len > 0 && !brand_owns(brand, link->host)) return;
    }
    for (size_t i = 0; i < message->file_count; i++)
        if (runs_when_opened(context, &message->files[i])) return;
    finding_addf(context, SLICE("header:From"), "%.*s writes, and every link is its own",
                 SLICE_ARGS(brand->name));
}
