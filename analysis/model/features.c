/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The features of a mail's text; see features.h.
 */
#include "analysis/model/features.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

static uint32_t bucket_of(uint64_t key, unsigned length)
{
    uint64_t mixed = (key + length) * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t)(mixed >> (64 - FEATURE_BITS));
}

static uint64_t extend(uint64_t key, uint32_t symbol)
{
    return key * UINT64_C(0x100000001b3) + symbol;
}

int ngrams_next(struct ngram_reader *r, uint32_t buckets[NGRAMS_PER_SYMBOL])
{
    int32_t symbol = symbol_next(&r->symbols);
    if (symbol < 0) return -1;
    r->symbol = symbol;
    for (unsigned i = NGRAM_MAX - 1; i > 0; i--) r->last[i] = r->last[i - 1];
    r->last[0] = (uint32_t)symbol;
    if (r->seen < NGRAM_MAX) r->seen++;
    int n = 0;
    uint64_t key = extend(r->last[0], r->last[1]);
    bool pair = r->seen >= 2 && symbol_is_cjk(symbol) && symbol_is_cjk((int32_t)r->last[1]);
    if (pair) buckets[n++] = bucket_of(key, 2);
    for (unsigned length = NGRAM_MIN; length <= r->seen; length++) {
        key = extend(key, r->last[length - 1]);
        buckets[n++] = bucket_of(key, length);
    }
    return n;
}

struct features *features_new(void)
{
    return mem_zalloc(1, sizeof(struct features));
}

void features_free(struct features **features)
{
    free(*features);
    *features = NULL;
}

static void features_clear(struct features *f)
{
    for (size_t i = 0; i < f->count; i++) f->seen[f->buckets[i] / 64] = 0;
    f->count = 0;
    f->flags = 0;
}

static void read_text(struct features *f, struct slice text)
{
    struct ngram_reader reader = {.symbols = {.text = text}};
    uint32_t buckets[NGRAMS_PER_SYMBOL];
    for (int n; (n = ngrams_next(&reader, buckets)) >= 0;) {
        for (int i = 0; i < n; i++) {
            uint64_t bit = UINT64_C(1) << (buckets[i] % 64);
            if (f->seen[buckets[i] / 64] & bit) continue;
            f->seen[buckets[i] / 64] |= bit;
            f->buckets[f->count++] = buckets[i];
        }
    }
}

/* Signs that solicitations are full of. */
struct sign_counts {
    size_t currency, exclamation, kana;
};

static struct sign_counts count_signs(struct slice text)
{
    struct sign_counts n = {0};
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        n.exclamation += c == '!';
        n.currency += c == '$' ||
                      (c == 0xc2 && i + 1 < text.len && (text.ptr[i + 1] == 0xa3 || text.ptr[i + 1] == 0xa5));
        n.currency += c == 0xe2 && i + 2 < text.len && text.ptr[i + 1] == 0x82 && text.ptr[i + 2] == 0xac;
        n.kana += c == 0xe3 && i + 1 < text.len && text.ptr[i + 1] >= 0x81 && text.ptr[i + 1] <= 0x83;
    }
    return n;
}

static uint32_t flag(enum feature_flag id, bool is_set)
{
    return is_set ? UINT32_C(1) << id : 0;
}

static uint32_t text_flags(const struct message *message)
{
    enum { SHORT_BYTES = 200, LONG_BYTES = 4000, CURRENCY_BYTES = 500, EXCLAMATION_BYTES = 200 };
    struct slice text = message->text_words, subject = message->subject_words;
    struct sign_counts n = count_signs(text);
    return flag(FLAG_SHORT, text.len < SHORT_BYTES) | flag(FLAG_LONG, text.len > LONG_BYTES) |
           flag(FLAG_CURRENCY, n.currency * CURRENCY_BYTES > text.len) |
           flag(FLAG_EXCLAMATION, n.exclamation * EXCLAMATION_BYTES > text.len) |
           flag(FLAG_SUBJECT_EXCLAMATION, subject.len > 0 && memchr(subject.ptr, '!', subject.len)) |
           flag(FLAG_SUBJECT_EMPTY, subject.len == 0) | flag(FLAG_JAPANESE, n.kana > 4);
}

static uint32_t link_flags(const struct message *message)
{
    enum { FEW = 5 };
    size_t linked = 0, count = message->link_count;
    for (size_t i = 0; i < count; i++) {
        if (message->links[i].source == LINK_HTML) linked += message->links[i].text.len;
    }
    return flag(FLAG_NO_LINK, count == 0) | flag(FLAG_ONE_LINK, count == 1) |
           flag(FLAG_FEW_LINKS, count > 1 && count <= FEW) | flag(FLAG_MANY_LINKS, count > FEW) |
           flag(FLAG_LINKED_TEXT, linked * 3 > message->text_words.len);
}

static uint32_t part_flags(const struct message *message)
{
    bool html = false, plain = false, form = false, image = false, document = false;
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        html |= part->is_html && !part->is_attachment;
        plain |= !part->is_html && !part->is_attachment && part->text.len > 0;
        form |= part->form_count > 0;
    }
    for (size_t i = 0; i < message->file_count; i++) {
        bool is_image = slice_starts(message->files[i].detected_type, SLICE("image/"));
        image |= is_image;
        document |= !is_image && message->files[i].depth == 0;
    }
    return flag(FLAG_HTML, html) | flag(FLAG_HTML_ALONE, html && !plain) | flag(FLAG_FORM, form) |
           flag(FLAG_FILE_IMAGE, image) | flag(FLAG_FILE_DOCUMENT, document);
}

void features_read(struct features *features, const struct message *message, size_t text_max_bytes)
{
    features_clear(features);
    read_text(features, message->subject_words);
    read_text(features, utf8_head(message->text_words, text_max_bytes));
    features->flags = text_flags(message) | link_flags(message) | part_flags(message);
}

double features_scale(const struct features *features)
{
    return features->count > 0 ? 1 / sqrt((double)features->count) : 0;
}
