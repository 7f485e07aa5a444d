/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of hosts; see host_names.h.
 */
#include "analysis/detect/host_names.h"

#include "analysis/detect/link_walk.h"
#include "analysis/extract/confusable.h"

enum { BRAND_LABEL_MIN_BYTES = 5, RANDOM_LABEL_MIN_BYTES = 9, NAME_MIN_BYTES = 6 };

struct slice host_first_label(struct slice domain)
{
    return slice_head(domain, slice_index(domain, '.'));
}

struct slice host_last_label(struct slice domain)
{
    size_t dot = domain.len;
    while (dot > 0 && domain.ptr[dot - 1] != '.') dot--;
    return slice_skip(domain, dot);
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80) return false;
    }
    return true;
}

bool host_may_be_homograph(struct slice label)
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

const struct brand *host_brand_alike(const struct detect_context *context, struct slice label)
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
            struct slice own = host_first_label(last->domains[d]);
            if (own.len < HOMOGRAPH_LABEL_MIN_BYTES || slice_equal(own, label)) continue;
            if (slice_equal(confusable_skeleton(arena, own), skeleton)) return last;
        }
    }
    return NULL;
}

const struct brand *host_brand_in_subdomain(const struct detect_context *context, struct slice host,
                                            struct slice registrable)
{
    size_t end = host.len > registrable.len ? host.len - registrable.len - 1 : 0;
    for (; end > 0; end--) {
        bool label_ends = host.ptr[end] == '.' || host.ptr[end] == '-';
        if (!label_ends) continue;
        const struct brand *brand = knowledge_brand_of(context->knowledge, slice_head(host, end));
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

const struct brand *host_brand_among_words(const struct detect_context *context, struct slice host,
                                           struct slice registrable)
{
    struct slice registered = host_first_label(registrable);
    host = slice_head(host, host.len - registrable.len + registered.len);
    size_t start = 0, words = 0;
    for (size_t i = 0; i <= host.len && words < HOST_WORDS_MAX; i++) {
        if (i < host.len && host.ptr[i] != '.' && host.ptr[i] != '-') continue;
        struct slice word = slice_make(host.ptr + start, i - start);
        start = i + 1;
        words++;
        if (word.len < BRAND_LABEL_MIN_BYTES || slice_equal(word, registered) || is_everyday_word(word))
            continue;
        const struct brand *brand = knowledge_brand_of_label(context->knowledge, word);
        if (brand) return brand;
    }
    return NULL;
}

static bool is_vowel(uint8_t c)
{
    return c && strchr("aeiouy", c) != NULL;
}

bool host_label_is_random(struct slice label)
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

/* True when at most one insertion, deletion, substitution or exchange of neighbours lies between them. */
static bool is_one_edit_apart(struct slice a, struct slice b)
{
    if (a.len > b.len) return is_one_edit_apart(b, a);
    if (b.len - a.len > 1) return false;
    size_t head = 0, tail = 0;
    while (head < a.len && a.ptr[head] == b.ptr[head]) head++;
    while (tail < a.len - head && a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail]) tail++;
    size_t left_a = a.len - head - tail, left_b = b.len - head - tail;
    if (left_b <= 1) return true;
    return left_a == 2 && left_b == 2 && a.ptr[head] == b.ptr[head + 1] && a.ptr[head + 1] == b.ptr[head];
}

/* True when `name` stands in `label` between hyphens or at its ends, and is not all of it. */
static bool holds_name(struct slice label, struct slice name)
{
    size_t at = slice_find(label, name), end = at + name.len;
    if (at >= label.len || label.len == name.len) return false;
    return (at == 0 || label.ptr[at - 1] == '-') && (end == label.len || label.ptr[end] == '-');
}

enum resemblance host_resembles(struct arena *arena, struct slice other, struct slice real)
{
    struct slice label = host_first_label(other), name = host_first_label(real);
    if (name.len < NAME_MIN_BYTES || slice_equal(other, real)) return RESEMBLES_NOT;
    if (slice_equal(name, SLICE("example"))) return RESEMBLES_NOT; /* stands for any name (RFC 2606) */
    if (slice_equal(label, name)) return RESEMBLES_OTHER_ENDING;
    if (is_one_edit_apart(label, name)) return RESEMBLES_ALIKE;
    struct slice skeleton = confusable_skeleton(arena, label);
    if (skeleton.len > 0 && slice_equal(skeleton, confusable_skeleton(arena, name))) return RESEMBLES_ALIKE;
    return holds_name(label, name) ? RESEMBLES_WORD_ADDED : RESEMBLES_NOT;
}
