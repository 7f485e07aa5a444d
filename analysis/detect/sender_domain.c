/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the sender family that look at the sender's address itself: look-alikes of the reader's own
 * domain, of the signature's and of brands (S09), random names (S10), the reader's own name in it (S11),
 * abused endings (S12).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/host_names.h"
#include "analysis/detect/rules.h"
#include "analysis/extract/domain.h"

enum {
    PARTIES_LOOKED_AT = 20,
    DIGITS_RUN_MIN = 7,
    CASE_TURNS_MIN = 5,
    OWN_NAME_MIN_BYTES = 5,
    RANDOM_MIN_BYTES = 8
};

/* ---- look-alikes ---- */

/* Weights by what is imitated and how. Firms own several endings and found affiliates, so these say little.
 */
static const double reader_weights[] = {0, 1.6, 1.0, 3.0}, signature_weights[] = {0, 1.2, 1.6, 3.0},
                    brand_alike_weight = 3.0, brand_word_weight = 1.4;

/* The sender of mail that may be imitated: neither a provider nor a brand. */
static const struct mailbox *plain_sender(const struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || from->registrable.len == 0 || is_list_mail(context->message)) return NULL;
    if (is_freemail(context, from->domain) || knowledge_brand_of(context->knowledge, from->domain))
        return NULL;
    if (knowledge_has_domain(context->knowledge, LIST_mail_providers, from->domain)) return NULL;
    return from;
}

static bool add_resemblance(struct detect_context *context, const struct mailbox *from, struct slice real,
                            const double weights[4], const char *whose)
{
    struct arena *arena = &context->message->arena;
    if (real.len == 0 || is_freemail(context, real)) return false;
    struct slice registrable = domain_registrable(domain_normalize(arena, real));
    if (same_organisation(context, from->registrable, registrable)) return false;
    enum resemblance how = host_resembles(arena, from->registrable, registrable);
    if (how == RESEMBLES_NOT) return false;
    finding_addf(context, SLICE("header:From"), "%.*s resembles %s %.*s", SLICE_ARGS(from->address), whose,
                 SLICE_ARGS(registrable));
    finding_grade(context, weights[how]);
    return true;
}

static bool resembles_reader(struct detect_context *context, const struct mailbox *from)
{
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox_list *to = &context->message->to;
    for (size_t i = 0; i < envelope->rcpt_count && i < PARTIES_LOOKED_AT; i++) {
        struct slice domain = domain_of_address(envelope->rcpt_to[i]);
        if (add_resemblance(context, from, domain, reader_weights, "the recipient's")) return true;
    }
    for (size_t i = 0; i < to->count && i < PARTIES_LOOKED_AT; i++) {
        if (add_resemblance(context, from, to->items[i].domain, reader_weights, "the recipient's"))
            return true;
    }
    return false;
}

static bool resembles_signature(struct detect_context *context, const struct mailbox *from)
{
    struct slice rest = context->signature;
    for (size_t i = 0; i < PARTIES_LOOKED_AT; i++) {
        struct slice address = next_address(&rest);
        if (address.len == 0) return false;
        if (add_resemblance(context, from, domain_of_address(address), signature_weights, "the signature's"))
            return true;
    }
    return false;
}

/* A word of the sender's domain that looks like a brand's. */
static bool resembles_brand(struct detect_context *context, const struct mailbox *from)
{
    struct slice label = host_first_label(from->registrable), rest = label;
    const struct brand *brand = NULL;
    double weight = brand_alike_weight;
    for (struct slice word = slice_next_token(&rest, '-'); word.ptr && !brand;
         word = slice_next_token(&rest, '-')) {
        if (word.len >= HOMOGRAPH_LABEL_MIN_BYTES && host_may_be_homograph(word))
            brand = host_brand_alike(context, word);
    }
    if (!brand) {
        weight = brand_word_weight;
        brand = host_brand_in_subdomain(context, from->domain, from->registrable);
        if (!brand) brand = host_brand_among_words(context, from->domain, from->registrable);
    }
    if (!brand) return false;
    finding_addf(context, SLICE("header:From"), "%.*s resembles %.*s", SLICE_ARGS(from->address),
                 SLICE_ARGS(brand->name));
    finding_grade(context, weight);
    return true;
}

void detect_lookalike_sender(struct detect_context *context)
{
    const struct mailbox *from = plain_sender(context);
    if (!from) return;
    if (!resembles_reader(context, from) && !resembles_signature(context, from))
        (void)resembles_brand(context, from);
}

/* ---- random names ---- */

/* Mail addresses of mobile telephones are often random: their owners made them so against spam. */
static bool is_carrier(struct slice domain)
{
    static const char *const carriers[] = {"docomo.ne.jp",   "ezweb.ne.jp",    "au.com",
                                           "softbank.ne.jp", "vodafone.ne.jp", "i.softbank.jp",
                                           "ymobile.ne.jp",  "willcom.com",    "rakumail.jp"};
    for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++)
        if (domain_within(domain, slice_from_cstr(carriers[i]))) return true;
    return false;
}

/* Addresses that a system makes: tags, ids of one delivery, answers to a ticket. */
static bool is_made_by_system(struct slice local)
{
    static const char *const openings[] = {"bounce", "ticket", "case", "news", "return", "prvs"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (slice_starts_nocase(local, slice_from_cstr(openings[i]))) return true;
    for (size_t i = 0; i < local.len; i++)
        if (strchr("+=#", local.ptr[i]) && local.ptr[i] != 0) return true;
    return slice_find_nocase(local, SLICE("reply")) < local.len;
}

/* Long runs of digits, or capitals and small letters in turns. */
static bool looks_drawn(struct slice local)
{
    size_t digits = 0, longest = 0, turns = 0;
    for (size_t i = 0; i < local.len; i++) {
        uint8_t c = local.ptr[i];
        digits = ascii_is_digit(c) ? digits + 1 : 0;
        if (digits > longest) longest = digits;
        if (i == 0 || !ascii_is_alpha(c) || !ascii_is_alpha(local.ptr[i - 1])) continue;
        turns += (c == ascii_lower(c)) != (local.ptr[i - 1] == ascii_lower(local.ptr[i - 1]));
    }
    return longest >= DIGITS_RUN_MIN || turns >= CASE_TURNS_MIN;
}

void detect_random_sender(struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || from->domain.len == 0 || is_list_mail(context->message) || is_carrier(from->domain)) return;
    bool random = from->local.len >= RANDOM_MIN_BYTES && !is_made_by_system(from->local) &&
                  (looks_drawn(from->local) || host_label_is_random(from->local));
    if (!random) random = host_label_is_random(host_first_label(from->registrable)) && plain_sender(context);
    if (random) finding_add(context, SLICE("header:From"), from->address);
}

/* ---- the reader's own name ---- */

void detect_reader_in_sender(struct detect_context *context)
{
    const struct mailbox *from = plain_sender(context);
    const struct mailbox_list *to = &context->message->to;
    if (!from || to->count == 0 || is_made_by_system(from->local)) return;
    const struct mailbox *reader = &to->items[0];
    if (reader->registrable.len == 0 || is_senders_domain(context, reader->domain) ||
        is_freemail(context, reader->domain))
        return;
    const struct slice names[] = {host_first_label(reader->registrable), reader->local};
    for (size_t i = 0; i < 2; i++) {
        if (names[i].len < OWN_NAME_MIN_BYTES || slice_find_nocase(from->local, names[i]) >= from->local.len)
            continue;
        if (slice_equal_nocase(from->local, names[i]) && i == 1) continue; /* info@ writes to info@ */
        finding_addf(context, SLICE("header:From"), "%.*s to %.*s", SLICE_ARGS(from->address),
                     SLICE_ARGS(reader->address));
        return;
    }
}

void detect_abused_sender_ending(struct detect_context *context)
{
    const struct mailbox *from = plain_sender(context);
    if (from && knowledge_has(context->knowledge, LIST_abused_tlds, host_last_label(from->domain)))
        finding_add(context, SLICE("header:From"), from->address);
}
