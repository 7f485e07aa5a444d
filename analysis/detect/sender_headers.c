/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the sender family that look at how the header and the session say who sends: answers that go
 * to free mail (S07), broken senders (S13), the name a server introduces itself by (S14), Message-IDs (S15),
 * dates (S17). What a session shows is judged only where there was one.
 */
#include <arpa/inet.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { NS_PER_S = 1000000000, DAY_S = 86400, DAYS_AHEAD_MAX = 2, DAYS_BEHIND_MAX = 8, TERMINATED_MAX = 64 };

/* A link that writes to free mail and fills in what to say. */
static const struct link *answering_link(const struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->source != LINK_HTML || !slice_starts_nocase(link->url, SLICE("mailto:"))) continue;
        size_t query = slice_index(link->url, '?');
        struct slice domain = domain_of_address(slice_head(link->url, query));
        if (query < link->url.len && is_freemail(context, domain)) return link;
    }
    return NULL;
}

void detect_reply_to_freemail(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mailbox *from = message_from(message);
    if (!from || from->domain.len == 0 || is_list_mail(message) || is_freemail(context, from->domain)) return;
    if (message->reply_to.count > 0 && is_freemail(context, message->reply_to.items[0].domain))
        finding_addf(context, SLICE("header:Reply-To"), "From <%.*s>, Reply-To <%.*s>",
                     SLICE_ARGS(from->address), SLICE_ARGS(message->reply_to.items[0].address));
    const struct link *link = answering_link(context);
    if (link)
        finding_addf(context, link->where, "From <%.*s>, link %.*s", SLICE_ARGS(from->address),
                     SLICE_ARGS(link->url));
}

/* What is wrong with the From header; NULL when nothing is. */
static const char *fault_of_from(const struct message *message)
{
    const struct message_header *header = message_find_header(message, SLICE("From"));
    if (!header) return "no From";
    if (slice_trim(header->value).len == 0) return "an empty From";
    const struct mailbox *from = message_from(message);
    if (!from || from->domain.len == 0 || from->local.len == 0) return "From without an address";
    if (slice_index(from->domain, '.') == from->domain.len && !slice_equal(from->domain, SLICE("localhost")))
        return "From without a domain";
    return NULL;
}

void detect_broken_sender(struct detect_context *context)
{
    const struct message *message = context->message;
    const char *fault = message->header_count > 0 ? fault_of_from(message) : NULL;
    const struct mailbox *from = message_from(message);
    if (fault && is_automatic_mail(context)) return;
    if (fault) {
        const struct message_header *header = message_find_header(message, SLICE("From"));
        finding_addf(context, SLICE("header:From"), "%s: %.*s", fault,
                     SLICE_ARGS(header ? header->value : slice_make(NULL, 0)));
    } else if (from && knowledge_has_domain(context->knowledge, LIST_disposable, from->domain)) {
        finding_addf(context, SLICE("header:From"), "throw-away address %.*s", SLICE_ARGS(from->address));
    }
}

static bool is_address(struct slice name)
{
    char text[TERMINATED_MAX];
    struct in6_addr address;
    if (name.len == 0 || name.len >= sizeof text) return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* A client of the outside that introduces itself by a bare address, or by the receiver's own name. */
void detect_helo(struct detect_context *context)
{
    const struct mail *mail = context->mail;
    struct slice helo = mail->session.helo;
    if (mail->protocol != MAIL_SMTP || helo.len == 0 || mail->session.auth_mechanism.len > 0) return;
    if (is_inside_address(&mail->flow, &mail->flow.client)) return;
    if (is_address(helo)) {
        finding_addf(context, SLICE("session:HELO"), "bare address %.*s", SLICE_ARGS(helo));
        return;
    }
    for (size_t i = 0; i < mail->envelope.rcpt_count; i++) {
        struct slice domain = domain_of_address(mail->envelope.rcpt_to[i]);
        if (!slice_equal_nocase(helo, domain) || is_senders_domain(context, domain)) continue;
        finding_addf(context, SLICE("session:HELO"), "the receiver's own name %.*s", SLICE_ARGS(helo));
        return;
    }
}

/* Clients that hand mail to their own server may leave the Message-ID to it (RFC 6409 8.3). */
void detect_message_id(struct detect_context *context)
{
    const struct message *message = context->message;
    if (message->header_count == 0 || is_list_mail(message)) return;
    struct slice id = slice_trim(message->message_id);
    if (id.len == 0) {
        if (context->mail->protocol == MAIL_SMTP &&
            is_inside_address(&context->mail->flow, &context->mail->flow.client))
            return;
        finding_add(context, SLICE("header:Message-ID"), SLICE("none"));
        return;
    }
    bool is_formed = slice_starts(id, SLICE("<")) && slice_index(id, '@') < id.len && id.len > 4;
    struct slice domain = domain_of_address(id);
    bool is_local = slice_starts_nocase(domain, SLICE("localhost"));
    if (!is_formed || is_local) finding_add(context, SLICE("header:Message-ID"), id);
}

/* Seconds the Date header is ahead of the packets that carried the mail; negative: behind. */
void detect_date(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mail *mail = context->mail;
    if (mail->protocol != MAIL_SMTP || !message->has_date || mail->last_ns == 0) return;
    int64_t ahead_s = message->date_s - (int64_t)(mail->last_ns / NS_PER_S);
    if (ahead_s < (int64_t)DAYS_AHEAD_MAX * DAY_S && ahead_s > -(int64_t)DAYS_BEHIND_MAX * DAY_S) return;
    finding_addf(context, SLICE("header:Date"), "%lld days %s the time of delivery",
                 (long long)(ahead_s < 0 ? -ahead_s : ahead_s) / DAY_S, ahead_s < 0 ? "before" : "after");
}
