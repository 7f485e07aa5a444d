/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the wording family that compare texts of one mail: text that is hidden (B11) and alternatives
 * that say different things (B12). Work is linear in the texts.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"
#include "analysis/detect/shingles.h"
#include "base/utf8.h"

enum {
    HIDDEN_PIECES_MIN = 400, /* a preheader has fewer */
    HIDDEN_SPLITS_MIN = 2,   /* words with hidden text inside */
    SAYING_PIECES_MIN = 150, /* a text that says something */
    FOREIGN_PER_CENT = 90,   /* of the shorter text that the other does not have */
    LINKS_COMPARED = 200,
    ALTERNATIVES_MAX = 8
};

static const char *hidden_reason(unsigned reasons)
{
    static const char *const names[] = {
        "display: none", "visibility: hidden", "tiny letters", "background colour",
        "opacity",       "off the page",       "clipped"};
    for (size_t i = sizeof names / sizeof *names; i > 0; i--) {
        if (reasons >> (i - 1) & 1) return names[i - 1];
    }
    return "hidden";
}

/* How much the hidden text says that the visible text of the mail does not. */
static size_t hidden_pieces(const struct message *message, struct slice hidden)
{
    size_t total = 0;
    struct shingles *seen = shingles_new();
    for (size_t i = 0; i < message->text_count; i++) shingles_add(seen, message->texts[i].text);
    size_t missing = shingles_missing(seen, hidden, &total);
    shingles_free(&seen);
    return missing;
}

void detect_hidden_text(struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0, looked_at = 0; i < message->text_count && looked_at < ALTERNATIVES_MAX; i++) {
        const struct text_part *part = &message->texts[i];
        if (part->is_attachment || part->hidden.len == 0) continue;
        looked_at++;
        bool splits = part->hidden_splits >= HIDDEN_SPLITS_MIN;
        if (!splits && (part->hidden.len < HIDDEN_PIECES_MIN ||
                        hidden_pieces(message, part->hidden) < HIDDEN_PIECES_MIN))
            continue;
        struct slice head = utf8_head(part->hidden, 100);
        finding_addf(context, part->path, "%s%s: %.*s", splits ? "inside of words, " : "",
                     hidden_reason(part->hidden_reasons), SLICE_ARGS(head));
    }
}

/* True when hardly any of the text stands in the other, or none of it does. */
static bool is_foreign(const struct shingles *other, struct slice text)
{
    size_t total = 0, missing = shingles_missing(other, text, &total);
    return total >= SAYING_PIECES_MIN && missing * 100 >= total * FOREIGN_PER_CENT;
}

static bool says_other(const struct text_part *plain, const struct text_part *html)
{
    struct shingles *a = shingles_new(), *b = shingles_new();
    shingles_add(a, plain->text);
    shingles_add(b, html->text);
    shingles_add(b, html->hidden);
    bool other = is_foreign(b, plain->text) && is_foreign(a, html->text);
    shingles_free(&a);
    shingles_free(&b);
    return other;
}

/* True when a link of this part leads to the domain. */
static bool links_to(const struct message *message, struct slice where, struct slice domain)
{
    for (size_t i = 0; i < message->link_count && i < LINKS_COMPARED; i++) {
        const struct link *link = &message->links[i];
        if (slice_equal(link->where, where) && slice_equal(link->registrable, domain)) return true;
    }
    return false;
}

/* The first link of the HTML version, when none of the domains in the text version is among those of the HTML
 * and the sender or a known mailer owns none of the latter; else NULL. */
static const struct link *first_foreign_link(const struct detect_context *context,
                                             const struct text_part *plain, const struct text_part *html)
{
    const struct message *message = context->message;
    const struct link *first = NULL;
    size_t plain_count = 0;
    for (size_t i = 0; i < message->link_count && i < LINKS_COMPARED; i++) {
        const struct link *link = &message->links[i];
        if (link->host.len == 0 || link->source == LINK_ATTACHMENT) continue;
        if (slice_equal(link->where, plain->path)) {
            plain_count++;
            if (links_to(message, html->path, link->registrable)) return NULL;
        } else if (slice_equal(link->where, html->path)) {
            if (is_senders_own(context, link) || is_link_service(context, link->host)) return NULL;
            if (!first) first = link;
        }
    }
    return plain_count > 0 ? first : NULL;
}

static const struct text_part *html_beside(const struct message *message, const struct text_part *plain)
{
    for (size_t i = 0; i < message->text_count && i < ALTERNATIVES_MAX; i++) {
        const struct text_part *part = &message->texts[i];
        if (part->is_html && !part->is_attachment && part->alternative == plain->alternative) return part;
    }
    return NULL;
}

void detect_different_alternatives(struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0; i < message->text_count && i < ALTERNATIVES_MAX; i++) {
        const struct text_part *plain = &message->texts[i];
        if (plain->is_html || plain->is_attachment || plain->alternative == 0) continue;
        const struct text_part *html = html_beside(message, plain);
        const struct link *link = html ? first_foreign_link(context, plain, html) : NULL;
        if (link) finding_addf(context, html->path, "only the HTML links to %.*s", SLICE_ARGS(link->host));
        if (!html || !says_other(plain, html)) continue;
        struct slice a = utf8_head(slice_trim(plain->text), 70), b = utf8_head(html->text, 70);
        finding_addf(context, plain->path, "plain text: %.*s; HTML: %.*s", SLICE_ARGS(a), SLICE_ARGS(b));
    }
}
