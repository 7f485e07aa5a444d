/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the recipient family: to whom else the mail goes (R01).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { MANY_RECIPIENTS = 6, MANY_DOMAINS = 5, DOMAINS_SEEN_MAX = 64, RECIPIENTS_LOOKED_AT = 512 };

struct recipient_count {
    size_t recipients, domain_count;
    struct slice domains[DOMAINS_SEEN_MAX]; /* distinct ones; all free mail counts as one */
    bool own;                               /* the sender's own organisation is among them */
};

static void count_domain(struct detect_context *context, struct recipient_count *n, struct slice domain)
{
    if (domain.len == 0 || n->recipients >= RECIPIENTS_LOOKED_AT) return;
    n->recipients++;
    if (is_freemail(context, domain)) {
        domain = SLICE("(free mail)");
    } else if (is_senders_domain(context, domain)) {
        n->own = true;
    }
    for (size_t i = 0; i < n->domain_count; i++) {
        if (slice_equal_nocase(n->domains[i], domain)) return;
    }
    if (n->domain_count < DOMAINS_SEEN_MAX) n->domains[n->domain_count++] = domain;
}

static void count_list(struct detect_context *context, struct recipient_count *n,
                       const struct mailbox_list *list)
{
    for (size_t i = 0; i < list->count; i++) count_domain(context, n, list->items[i].registrable);
}

/* Announcements go to people the sender's colleagues know too, or by a list. */
void detect_recipient_list(struct detect_context *context)
{
    struct recipient_count n = {0};
    const struct mail_envelope *envelope = &context->mail->envelope;
    count_list(context, &n, &context->message->to);
    count_list(context, &n, &context->message->cc);
    if (n.recipients < MANY_RECIPIENTS) {
        for (size_t i = 0; i < envelope->rcpt_count; i++) {
            count_domain(context, &n, domain_of_address(envelope->rcpt_to[i]));
        }
    }
    if (n.own || n.recipients < MANY_RECIPIENTS || n.domain_count < MANY_DOMAINS) return;
    if (n.domain_count * 2 < n.recipients || is_list_mail(context->message)) return;
    finding_addf(context, SLICE("header:To"), "%zu recipients in %zu organisations: %.*s, %.*s, %.*s …",
                 n.recipients, n.domain_count, SLICE_ARGS(n.domains[0]), SLICE_ARGS(n.domains[1]),
                 SLICE_ARGS(n.domains[2]));
}
