/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text model's file, its score and its words; see text_model.h.
 */
#include "analysis/model/text_model.h"

#include <math.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/mem.h"

static const char MAGIC[] = "MTMODEL1";
enum { MAGIC_LEN = sizeof MAGIC - 1, CHECK_LEN = 4, SEGMENT_CJK_MAX = 6 };

static uint32_t checksum(struct slice bytes)
{
    uint32_t sum = UINT32_C(2166136261);
    for (size_t i = 0; i < bytes.len; i++) sum = (sum ^ bytes.ptr[i]) * UINT32_C(16777619);
    return sum;
}

static float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 0;
}

static bool is_whole(struct slice file)
{
    if (file.len < CHECK_LEN) return false;
    struct cursor end = cursor_make(slice_skip(file, file.len - CHECK_LEN));
    return cursor_be32(&end) == checksum(slice_head(file, file.len - CHECK_LEN));
}

struct text_model *text_model_read(struct slice file, struct error *error)
{
    struct cursor c = cursor_make(file);
    struct slice magic = cursor_take(&c, MAGIC_LEN);
    uint32_t bits = cursor_be32(&c), flags = cursor_be32(&c);
    if (!slice_equal(magic, slice_make(MAGIC, MAGIC_LEN)) || bits != FEATURE_BITS || flags != FLAG_COUNT) {
        (void)error_set(error, STATUS_BAD, "not a text model of this version");
        return NULL;
    }
    struct text_model *model = mem_zalloc(1, sizeof *model);
    model->bias = float_from_bits(cursor_be32(&c));
    model->step = float_from_bits(cursor_be32(&c));
    for (size_t i = 0; i < FLAG_COUNT; i++) model->flags[i] = float_from_bits(cursor_be32(&c));
    const uint8_t *weights = cursor_bytes(&c, FEATURE_BUCKETS);
    if (weights) memcpy(model->weights, weights, FEATURE_BUCKETS);
    if (!weights || cursor_left(&c) != CHECK_LEN || !is_whole(file)) {
        (void)error_set(error, STATUS_BAD, "damaged text model");
        text_model_free(&model);
    }
    return model;
}

static void put_be32(struct buffer *out, uint32_t value)
{
    uint8_t bytes[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    (void)buffer_append(out, slice_make(bytes, sizeof bytes));
}

static void put_float(struct buffer *out, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_be32(out, bits);
}

void text_model_write(const struct text_model *model, struct buffer *out)
{
    size_t from = out->len;
    (void)buffer_append(out, slice_make(MAGIC, MAGIC_LEN));
    put_be32(out, FEATURE_BITS);
    put_be32(out, FLAG_COUNT);
    put_float(out, model->bias);
    put_float(out, model->step);
    for (size_t i = 0; i < FLAG_COUNT; i++) put_float(out, model->flags[i]);
    (void)buffer_append(out, slice_make(model->weights, FEATURE_BUCKETS));
    put_be32(out, checksum(slice_skip(buffer_slice(out), from)));
}

void text_model_free(struct text_model **model)
{
    free(*model);
    *model = NULL;
}

double text_model_score(const struct text_model *model, const struct features *features)
{
    int64_t sum = 0;
    for (size_t i = 0; i < features->count; i++) sum += model->weights[features->buckets[i]];
    double score = model->bias + (double)sum * (double)model->step * features_scale(features);
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        if (features->flags >> i & 1) score += model->flags[i];
    }
    return score;
}

/* The words found so far, strongest first, none twice. */
struct telling_list {
    struct telling_word *words;
    size_t count, room;
};

static void add_telling(struct telling_list *list, struct slice text, double weight)
{
    if (weight <= 0) return;
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equal(list->words[i].text, text)) return;
    }
    size_t at = list->count < list->room ? list->count++ : list->room - 1;
    if (at + 1 == list->room && list->words[at].text.len > 0 && list->words[at].weight >= weight) return;
    for (; at > 0 && list->words[at - 1].weight < weight; at--) list->words[at] = list->words[at - 1];
    list->words[at] = (struct telling_word){text, weight};
}

/* A word ends at a blank or a sign that stands for a whole address; writing without blanks is cut. */
static bool ends_word(int32_t symbol, unsigned cjk)
{
    return symbol <= ' ' || cjk >= SEGMENT_CJK_MAX || symbol == 0x3001 || symbol == 0x3002;
}

size_t text_model_tell(const struct text_model *model, struct slice text, struct telling_word *words,
                       size_t room)
{
    struct telling_list list = {words, 0, room};
    struct ngram_reader reader = {.symbols = {.text = text}};
    uint32_t buckets[NGRAMS_PER_SYMBOL];
    size_t start = 0;
    unsigned cjk = 0;
    double weight = 0;
    if (room == 0) return 0;
    memset(words, 0, room * sizeof *words);
    for (int n; (n = ngrams_next(&reader, buckets)) >= 0;) {
        size_t end = reader.symbols.at;
        for (int i = 0; i < n; i++) weight += model->weights[buckets[i]] * (double)model->step;
        cjk += symbol_is_cjk(reader.symbol);
        if (!ends_word(reader.symbol, cjk) && end < text.len) continue;
        struct slice word = slice_trim(slice_make(text.ptr + start, end - start));
        bool is_word = word.len >= 2 && (reader.symbol >= ' ');
        if (is_word) add_telling(&list, word, weight);
        start = end;
        cjk = 0;
        weight = 0;
    }
    return list.count;
}
