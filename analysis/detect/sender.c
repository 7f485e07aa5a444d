/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the sender family: who the mail says it is from against where it comes from (S01 … S21, B14).
 * Envelope addresses are wire bytes; header addresses are decoded.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { PARTIES_LOOKED_AT = 50 };

/* "Alice via List" and lists that put the author's address into the name are honest. */
static bool is_relayed_name(const struct detect_context *context, const struct mailbox *from)
{
    return slice_find_nocase(from->name, SLICE(" via ")) < from->name.len ||
           slice_find(from->name, SLICE("経由")) < from->name.len || is_list_mail(context->message);
}

void detect_display_name_address(struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || from->domain.len == 0 || is_relayed_name(context, from)) return;
    struct slice rest = from->name;
    struct slice shown = domain_of_address(next_address(&rest));
    if (shown.len == 0) shown = shown_host(&context->message->arena, from->name);
    if (shown.len == 0 || is_senders_domain(context, shown)) return;
    finding_addf(context, SLICE("header:From"), "\"%.*s\" <%.*s>", SLICE_ARGS(from->name),
                 SLICE_ARGS(from->address));
}

void detect_brand_claim(struct detect_context *context)
{
    struct brand_claim claim = brand_claimed(context);
    if (!claim.brand) return;
    const struct mailbox *from = message_from(context->message);
    finding_addf(context, claim.where, "%.*s: %.*s; sender %.*s", SLICE_ARGS(claim.brand->name),
                 SLICE_ARGS(claim.evidence), SLICE_ARGS(from->address));
}

/* True when one recipient at least is known and none of them is free mail. */
static bool goes_to_company(const struct detect_context *context)
{
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox_list *to = &context->message->to;
    size_t known = 0;
    for (size_t i = 0; i < envelope->rcpt_count; i++, known++) {
        if (is_freemail(context, domain_of_address(envelope->rcpt_to[i]))) return false;
    }
    for (size_t i = 0; known == 0 && i < to->count; i++) {
        if (is_freemail(context, to->items[i].domain)) return false;
    }
    return known > 0 || (to->count > 0 && to->items[0].domain.len > 0);
}

void detect_consumer_topic(struct detect_context *context)
{
    struct brand_claim claim = brand_claimed(context);
    if (!claim.brand || claim.brand->kind == BRAND_SAAS || claim.brand->kind == BRAND_GOV) return;
    if (!goes_to_company(context)) return;
    finding_addf(context, claim.where, "%.*s: %.*s", SLICE_ARGS(claim.brand->name),
                 SLICE_ARGS(claim.evidence));
}

/* A firm that openly uses free mail gives that very address in its signature. */
static bool signs_with_own_address(struct slice signature, struct slice address)
{
    return slice_find_nocase(signature, address) < signature.len;
}

void detect_freemail_claim(struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || !sender_is_freemail(context) || is_list_mail(context->message)) return;
    struct slice signature = context->signature;
    bool open = from->address.len > 0 && signs_with_own_address(signature, from->address);
    const struct word_hit *name = words_best(context->name_words, LIST_institutions);
    if (name && (name->word->strength >= 2 || !open)) {
        finding_addf(context, SLICE("header:From"), "\"%.*s\" <%.*s>", SLICE_ARGS(from->name),
                     SLICE_ARGS(from->address));
        return;
    }
    if (open) return;
    const struct word_hits *hits = words_find_in(context->knowledge, &context->message->arena, signature);
    const struct word_hit *claim = words_best(hits, LIST_institutions);
    if (!claim) return;
    finding_addf(context, SLICE("body"), "<%.*s> signs as: %.*s", SLICE_ARGS(from->address),
                 SLICE_ARGS(claim->context));
}

/* Addresses made for one delivery: VERP (user=domain@), SRS, BATV, bounce boxes. */
static bool is_rewritten(struct slice mail_from)
{
    static const char *const openings[] = {"srs0",   "srs1", "prvs=",  "msprvs", "bounce",
                                           "return", "verp", "owner-", "errors"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        if (slice_starts_nocase(mail_from, slice_from_cstr(openings[i]))) return true;
    }
    size_t at = slice_index(mail_from, '@');
    return slice_index(slice_head(mail_from, at), '=') < at ||
           slice_find_nocase(mail_from, SLICE("-bounces@")) < mail_from.len;
}

void detect_envelope_sender(struct detect_context *context)
{
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox *from = message_from(context->message);
    struct slice domain = domain_of_address(envelope->mail_from);
    if (!envelope->mail_from_seen || !from || from->domain.len == 0 || domain.len == 0) return;
    if (is_senders_domain(context, domain) || is_rewritten(envelope->mail_from)) return;
    if (is_list_mail(context->message)) return;
    if (knowledge_has_domain(context->knowledge, LIST_mail_providers, domain)) return;
    finding_addf(context, SLICE("envelope:MAIL FROM"), "From <%.*s>, MAIL FROM <%.*s>",
                 SLICE_ARGS(from->address), SLICE_ARGS(envelope->mail_from));
}

/* Ticket systems put the case into the address: case+1234@, 1234-reply@. */
static bool is_ticket_address(const struct detect_context *context, const struct mailbox *reply)
{
    if (knowledge_has_domain(context->knowledge, LIST_mail_providers, reply->domain)) return true;
    size_t digits = 0;
    for (size_t i = 0; i < reply->local.len; i++) digits += ascii_is_digit(reply->local.ptr[i]);
    return slice_index(reply->local, '+') < reply->local.len && digits >= 3;
}

static bool is_recipient(const struct mailbox_list *list, struct slice address)
{
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equal_nocase(list->items[i].address, address)) return true;
    }
    return false;
}

void detect_reply_to(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mailbox *from = message_from(message);
    if (!from || from->domain.len == 0 || message->reply_to.count == 0 || is_list_mail(message)) return;
    const struct mailbox *reply = &message->reply_to.items[0];
    if (reply->domain.len == 0 || is_senders_domain(context, reply->domain)) return;
    if (is_ticket_address(context, reply)) return;
    if (is_recipient(&message->to, reply->address) || is_recipient(&message->cc, reply->address)) return;
    finding_addf(context, SLICE("header:Reply-To"), "From <%.*s>, Reply-To <%.*s>", SLICE_ARGS(from->address),
                 SLICE_ARGS(reply->address));
}

/* True when the address is the sender's, the answer's, or a recipient's own organisation. */
static bool is_known_party(const struct detect_context *context, struct slice domain)
{
    const struct message *message = context->message;
    if (is_senders_domain(context, domain)) return true;
    const struct mailbox_list *const lists[] = {&message->reply_to, &message->sender, &message->to,
                                                &message->cc};
    for (size_t l = 0; l < 4; l++) {
        for (size_t i = 0; i < lists[l]->count && i < PARTIES_LOOKED_AT; i++) {
            if (same_organisation(context, domain, lists[l]->items[i].domain)) return true;
        }
    }
    return false;
}

void detect_signature_mismatch(struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || from->domain.len == 0 || is_list_mail(context->message)) return;
    struct slice signature = context->signature, rest = signature, foreign = {0};
    for (struct slice a = next_address(&rest); a.len > 0; a = next_address(&rest)) {
        struct slice domain = domain_of_address(a);
        if (is_known_party(context, domain)) return;
        if (foreign.len == 0 && !is_freemail(context, domain)) foreign = a;
    }
    if (foreign.len == 0) return;
    const struct word_hits *hits = words_find_in(context->knowledge, &context->message->arena, signature);
    if (hits->best[LIST_institutions] == 0 && hits->best[LIST_brands] == 0) return;
    finding_addf(context, SLICE("body"), "signature names <%.*s>, sender is <%.*s>", SLICE_ARGS(foreign),
                 SLICE_ARGS(from->address));
}
