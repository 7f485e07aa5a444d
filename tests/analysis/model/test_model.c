/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text model: what is read of a text, what a file must be, and that scores and words come from weights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/model/text_model.h"
#include "base/mem.h"

static size_t read_symbols(const char *text, int32_t *out, size_t room)
{
    struct symbol_reader reader = {.text = slice_from_cstr(text)};
    size_t n = 0;
    for (int32_t symbol; n < room && (symbol = symbol_next(&reader)) >= 0;) out[n++] = symbol;
    return n;
}

static void assert_symbols(const char *text, const int32_t *expected, size_t count)
{
    int32_t got[64];
    assert_int_equal(read_symbols(text, got, 64), count);
    for (size_t i = 0; i < count; i++) assert_int_equal(got[i], expected[i]);
}

static void addresses_and_digits_are_one_symbol_each(void **state)
{
    (void)state;
    assert_symbols("a 19", (int32_t[]){'a', ' ', '0', '0'}, 4);
    assert_symbols("x https://one.example/a?b=1 y", (int32_t[]){'x', ' ', SYMBOL_URL, ' ', 'y'}, 5);
    assert_symbols("<a@b.example>", (int32_t[]){SYMBOL_ADDRESS}, 1);
    assert_symbols("www.example.jp", (int32_t[]){SYMBOL_URL}, 1);
    assert_symbols("aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd", (int32_t[]){SYMBOL_LONG}, 1);
    assert_symbols("p\xd0\xb0y", (int32_t[]){'p', 'a', 'y'}, 3); /* a Cyrillic a */
    assert_symbols("\xe7\xb7\x8a\xe6\x80\xa5", (int32_t[]){0x7dca, 0x6025}, 2);
}

static void bytes_that_are_no_text_come_to_an_end(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0xe7, 0xb7, 0xff, 0x00, 0xc2, 0x80, 0xf4};
    struct symbol_reader reader = {.text = slice_make(bytes, sizeof bytes)};
    size_t n = 0;
    while (symbol_next(&reader) >= 0) n++;
    assert_in_range(n, 1, sizeof bytes);
}

static int count_ngrams(const char *text)
{
    struct ngram_reader reader = {.symbols = {.text = slice_from_cstr(text)}};
    uint32_t buckets[NGRAMS_PER_SYMBOL];
    int total = 0;
    for (int n; (n = ngrams_next(&reader, buckets)) >= 0; total += n) {
        for (int i = 0; i < n; i++) assert_in_range(buckets[i], 0, FEATURE_BUCKETS - 1);
    }
    return total;
}

static void ngrams_have_three_to_five_symbols(void **state)
{
    (void)state;
    assert_int_equal(count_ngrams("ab"), 0);
    assert_int_equal(count_ngrams("abc"), 1);
    assert_int_equal(count_ngrams("abcdef"), 1 + 2 + 3 + 3);
    assert_int_equal(count_ngrams("緊急"), 1);       /* a pair */
    assert_int_equal(count_ngrams("緊急の"), 2 + 1); /* two pairs, one of three */
}

static struct message *message_of(const char *subject, const char *text)
{
    struct message *message = mem_zalloc(1, sizeof *message);
    message->subject_words = slice_from_cstr(subject);
    message->text_words = slice_from_cstr(text);
    return message;
}

static void read_mail(struct features *features, const char *subject, const char *text)
{
    struct message *message = message_of(subject, text);
    features_read(features, message, SIZE_MAX);
    free(message);
}

static void features_are_of_one_mail_and_distinct(void **state)
{
    (void)state;
    struct features *f = features_new();
    read_mail(f, "", "abcabcabcabc");
    assert_int_equal(f->count, 9); /* three each of three, four and five */
    assert_true(f->flags & 1u << FLAG_SUBJECT_EMPTY);
    assert_true(f->flags & 1u << FLAG_NO_LINK);
    read_mail(f, "win!", "$$$");
    assert_int_equal(f->count, 2 + 1 + 1);
    assert_false(f->flags & 1u << FLAG_SUBJECT_EMPTY);
    assert_true(f->flags & 1u << FLAG_CURRENCY);
    assert_true(f->flags & 1u << FLAG_SUBJECT_EXCLAMATION);
    read_mail(f, "", "");
    assert_int_equal(f->count, 0);
    assert_true(features_scale(f) == 0);
    features_free(&f);
    assert_null(f);
}

/* A model for which the n-grams of `text` speak. */
static struct text_model *model_for(const char *text)
{
    struct text_model *model = mem_zalloc(1, sizeof *model);
    struct ngram_reader reader = {.symbols = {.text = slice_from_cstr(text)}};
    uint32_t buckets[NGRAMS_PER_SYMBOL];
    for (int n; (n = ngrams_next(&reader, buckets)) >= 0;) {
        for (int i = 0; i < n; i++) model->weights[buckets[i]] = 100;
    }
    model->step = 0.05f;
    model->bias = -1;
    return model;
}

static void a_score_is_the_sum_of_weights(void **state)
{
    (void)state;
    struct text_model *model = model_for("jackpot");
    struct features *f = features_new();
    read_mail(f, "", "the minutes of monday");
    double honest = text_model_score(model, f);
    read_mail(f, "", "your jackpot waits");
    double unwanted = text_model_score(model, f);
    assert_true(honest == -1.0);
    assert_true(unwanted > 5);
    model->flags[FLAG_NO_LINK] = 2;
    assert_true(text_model_score(model, f) > unwanted + 1.9);
    features_free(&f);
    text_model_free(&model);
}

static void the_telling_words_are_named(void **state)
{
    (void)state;
    struct text_model *model = model_for("jackpot");
    struct telling_word words[2];
    size_t n = text_model_tell(model, SLICE("hello jackpot and jack and jackpot again"), words, 2);
    assert_int_equal(n, 2);
    assert_true(slice_equal(words[0].text, SLICE("jackpot")));
    assert_true(slice_equal(words[1].text, SLICE("jack")));
    assert_true(words[0].weight > words[1].weight);
    assert_int_equal(text_model_tell(model, SLICE("nothing here"), words, 2), 0);
    assert_int_equal(text_model_tell(model, SLICE(""), words, 2), 0);
    text_model_free(&model);
}

static void a_file_is_read_as_written(void **state)
{
    (void)state;
    struct error error = {""};
    struct buffer file = buffer_make(1 << 20);
    struct text_model *model = model_for("jackpot"), *again;
    model->flags[FLAG_FORM] = 0.5f;
    text_model_write(model, &file);
    again = text_model_read(buffer_slice(&file), &error);
    assert_non_null(again);
    assert_memory_equal(model, again, sizeof *model);
    text_model_free(&again);
    text_model_free(&model);
    buffer_free(&file);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    struct error error = {""};
    struct buffer file = buffer_make(1 << 20);
    struct text_model *model = model_for("jackpot");
    text_model_write(model, &file);
    text_model_free(&model);
    for (size_t len = 0; len < file.len; len += len < 100 ? 1 : 9973)
        assert_null(text_model_read(slice_head(buffer_slice(&file), len), &error));
    file.data[500] ^= 1;
    assert_null(text_model_read(buffer_slice(&file), &error));
    file.data[500] ^= 1;
    file.data[7] = '2';
    assert_null(text_model_read(buffer_slice(&file), &error));
    assert_true(strlen(error.text) > 0);
    buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_digits_are_one_symbol_each),
        cmocka_unit_test(bytes_that_are_no_text_come_to_an_end),
        cmocka_unit_test(ngrams_have_three_to_five_symbols),
        cmocka_unit_test(features_are_of_one_mail_and_distinct),
        cmocka_unit_test(a_score_is_the_sum_of_weights),
        cmocka_unit_test(the_telling_words_are_named),
        cmocka_unit_test(a_file_is_read_as_written),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
