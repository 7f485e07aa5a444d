/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See link_walk.h.
 */
#include "analysis/detect/link_walk.h"

#include "analysis/detect/facts.h"

static bool is_web_link(const struct link *link)
{
    return link->source != LINK_ATTACHMENT && link->host.len > 0 &&
           !slice_starts(link->scheme, SLICE("mailto"));
}

struct link_walk link_walk_all(const struct detect_context *context)
{
    return (struct link_walk){.message = context->message};
}

struct link_walk link_walk_hosts(const struct detect_context *context)
{
    return (struct link_walk){.message = context->message, .one_per_host = true};
}

/* True for a host that was not there yet; it is now. */
static bool note_host(struct link_walk *walk, struct slice host)
{
    for (size_t i = 0; i < walk->seen; i++) {
        if (slice_equal(walk->hosts[i], host)) return false;
    }
    if (walk->seen >= LINKS_LOOKED_AT) return false;
    walk->hosts[walk->seen++] = host;
    return true;
}

const struct link *link_walk_next(struct link_walk *walk)
{
    while (walk->next < walk->message->link_count) {
        const struct link *link = &walk->message->links[walk->next++];
        if (!is_web_link(link)) continue;
        if (!walk->one_per_host || note_host(walk, link->host)) return link;
    }
    return NULL;
}

bool is_senders_own(const struct detect_context *context, const struct link *link)
{
    return is_senders_domain(context, link->host);
}

bool is_link_service(const struct detect_context *context, struct slice host)
{
    return knowledge_has_domain(context->knowledge, LIST_link_trackers, host) ||
           knowledge_has_domain(context->knowledge, LIST_mail_providers, host);
}
