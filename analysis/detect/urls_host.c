/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the link family that look at the name of the host: look-alikes of brands (U05), abused
 * endings (U08), short links (U09), free hosting (U11), a brand where it proves nothing (U13), random names
 * (U15). At most LINKS_LOOKED_AT different hosts of a mail are looked at.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"
#include "analysis/extract/confusable.h"

enum { BRAND_LABEL_MIN_BYTES = 5, HOMOGRAPH_LABEL_MIN_BYTES = 4, RANDOM_LABEL_MIN_BYTES = 9 };

static struct slice first_label(struct slice domain)
{
    return slice_head(domain, slice_index(domain, '.'));
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80) return false;
    }
    return true;
}

/* True for a label that could pass for another: letters beyond ASCII, digits for letters, "rn" for "m", "vv"
 * for "w". */
static bool may_be_homograph(struct slice label)
{
    if (!is_ascii(label)) return true;
    bool letters = false, digits = false;
    for (size_t i = 0; i < label.len; i++) {
        letters = letters || ascii_is_alpha(label.ptr[i]);
        digits = digits || label.ptr[i] == '0' || label.ptr[i] == '1';
    }
    return letters && (digits || slice_find(label, SLICE("rn")) < label.len ||
                       slice_find(label, SLICE("vv")) < label.len);
}

/* Compares the skeletons of the label and of every brand's domain. */
static const struct brand *looks_like_brand(const struct detect_context *context, struct slice label)
{
    struct arena *arena = &context->message->arena;
    struct slice skeleton = confusable_skeleton(arena, label);
    size_t count = knowledge_word_count(context->knowledge);
    const struct brand *last = NULL;
    for (size_t i = 0; i < count && skeleton.len > 0; i++) {
        const struct word *word = knowledge_word(context->knowledge, (uint32_t)i);
        if (word->list != LIST_brands || word->brand == last) continue;
        last = word->brand;
        for (size_t d = 0; d < last->domain_count; d++) {
            struct slice own = first_label(last->domains[d]);
            if (own.len < HOMOGRAPH_LABEL_MIN_BYTES || slice_equal(own, label)) continue;
            if (slice_equal(confusable_skeleton(arena, own), skeleton)) return last;
        }
    }
    return NULL;
}

void detect_homograph(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    unsigned compared = 0;
    for (const struct link *link; (link = link_walk_next(&walk));) {
        struct slice label = first_label(link->registrable);
        if (link->host_is_ip || label.len < HOMOGRAPH_LABEL_MIN_BYTES || !may_be_homograph(label)) continue;
        if (compared++ >= HOMOGRAPHS_COMPARED || knowledge_brand_of(context->knowledge, link->host)) continue;
        const struct brand *brand = looks_like_brand(context, label);
        if (brand)
            finding_addf(context, link->url, "%.*s looks like %.*s", SLICE_ARGS(link->host),
                         SLICE_ARGS(brand->name));
    }
}

static struct slice last_label(struct slice host)
{
    size_t dot = host.len;
    while (dot > 0 && host.ptr[dot - 1] != '.') dot--;
    return slice_skip(host, dot);
}

void detect_abused_ending(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || is_senders_own(context, link) || is_link_service(context, link->host))
            continue;
        if (knowledge_has(context->knowledge, LIST_abused_tlds, last_label(link->host)))
            finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->host));
    }
}

void detect_short_link(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->path.len < 2 || !knowledge_has_domain(context->knowledge, LIST_shorteners, link->host))
            continue;
        finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->url));
    }
}

void detect_free_hosting(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (is_senders_own(context, link) || is_recipients_domain(context, link->host)) continue;
        if (knowledge_has_domain(context->knowledge, LIST_free_hosting, link->host))
            finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->host));
    }
}

/* A brand's whole domain before the registrable domain: "amazon.co.jp.example.top". */
static const struct brand *brand_in_subdomain(const struct detect_context *context, const struct link *link)
{
    size_t end = link->host.len > link->registrable.len ? link->host.len - link->registrable.len - 1 : 0;
    for (; end > 0; end--) {
        bool label_ends = link->host.ptr[end] == '.' || link->host.ptr[end] == '-';
        if (!label_ends) continue;
        const struct brand *brand = knowledge_brand_of(context->knowledge, slice_head(link->host, end));
        if (brand) return brand;
    }
    return NULL;
}

/* Words of brands' domains that name products and departments of others too. */
static bool is_everyday_word(struct slice word)
{
    static const char *const words[] = {"outlook", "office", "drive", "express", "store", "square", "mobile"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal(word, slice_from_cstr(words[i]))) return true;
    }
    return false;
}

/* A brand, but no public body, whose domain begins with this word. */
static const struct brand *brand_of_label(const struct detect_context *context, struct slice word)
{
    size_t count = knowledge_word_count(context->knowledge);
    const struct brand *last = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct word *name = knowledge_word(context->knowledge, (uint32_t)i);
        if (name->list != LIST_brands || name->strength < 2 || name->brand == last) continue;
        last = name->brand;
        for (size_t d = 0; d < last->domain_count && last->kind != BRAND_GOV; d++) {
            if (slice_equal(first_label(last->domains[d]), word)) return last;
        }
    }
    return NULL;
}

/* A brand's name between dots and hyphens, but not as the name that was registered: "login-amazon.example".
 */
static const struct brand *brand_among_words(const struct detect_context *context, const struct link *link)
{
    struct slice registered = first_label(link->registrable);
    struct slice host = slice_head(link->host, link->host.len - link->registrable.len + registered.len);
    size_t start = 0, words = 0;
    for (size_t i = 0; i <= host.len && words < HOST_WORDS_MAX; i++) {
        if (i < host.len && host.ptr[i] != '.' && host.ptr[i] != '-') continue;
        struct slice word = slice_make(host.ptr + start, i - start);
        start = i + 1;
        words++;
        if (word.len < BRAND_LABEL_MIN_BYTES || slice_equal(word, registered) || is_everyday_word(word))
            continue;
        const struct brand *brand = brand_of_label(context, word);
        if (brand) return brand;
    }
    return NULL;
}

/* A segment of the path that is a brand's domain. */
static const struct brand *brand_in_path(const struct detect_context *context, const struct link *link)
{
    struct slice path = slice_head(link->path, slice_index(link->path, '?'));
    for (size_t n = 0; n < HOST_WORDS_MAX && path.len > 0; n++) {
        struct slice segment = slice_next_token(&path, '/');
        if (!segment.ptr) break;
        if (segment.len < 6 || slice_index(segment, '.') == segment.len) continue;
        const struct brand *brand = knowledge_brand_of(context->knowledge, segment);
        if (brand) return brand;
    }
    return NULL;
}

void detect_brand_in_name(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || link->wrapper || knowledge_brand_of(context->knowledge, link->host)) continue;
        if (is_senders_own(context, link) || is_link_service(context, link->host)) continue;
        const struct brand *brand = brand_in_subdomain(context, link);
        if (!brand) brand = brand_among_words(context, link);
        if (!brand) brand = brand_in_path(context, link);
        if (brand)
            finding_addf(context, link->url, "%.*s in %.*s", SLICE_ARGS(brand->name), SLICE_ARGS(link->url));
    }
}

static bool is_vowel(uint8_t c)
{
    return c && strchr("aeiouy", c) != NULL;
}

/* Letters without vowels in a row, or letters and digits in turns: no word that somebody would choose. */
static bool is_random(struct slice label)
{
    size_t run = 0, longest = 0, turns = 0, vowels = 0, letters = 0;
    if (label.len < RANDOM_LABEL_MIN_BYTES || !is_ascii(label) || slice_index(label, '-') < label.len)
        return false;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.ptr[i];
        bool letter = ascii_is_alpha(c);
        letters += letter;
        vowels += letter && is_vowel(c);
        run = letter && !is_vowel(c) ? run + 1 : 0;
        if (run > longest) longest = run;
        turns += i > 0 && letter != ascii_is_alpha(label.ptr[i - 1]);
    }
    return longest >= 7 || turns >= 4 || (letters > RANDOM_LABEL_MIN_BYTES && vowels * 9 < letters);
}

void detect_random_host(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || is_senders_own(context, link) || is_link_service(context, link->host))
            continue;
        if (is_random(first_label(link->registrable)))
            finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->host));
    }
}
