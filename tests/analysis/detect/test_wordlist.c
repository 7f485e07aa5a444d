/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The word matcher: every occurrence, also overlapping and nested ones, against a naive search over many
 * small texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/detect/wordlist.h"
#include "base/buffer.h"

/* Collects matches as "tag@offset+len ". */
static void collect(void *context, uint32_t tag, size_t offset, size_t len)
{
    (void)buffer_printf(context, "%u@%zu+%zu ", (unsigned)tag, offset, len);
}

static void expect_matches(const struct wordlist *list, const char *text, const char *expected)
{
    struct buffer out = buffer_make(65536);
    wordlist_match(list, slice_from_cstr(text), collect, &out);
    assert_string_equal(buffer_cstr(&out), expected);
    buffer_free(&out);
}

static struct wordlist *make(const char *const *words, size_t count)
{
    struct wordlist *list = wordlist_new();
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(wordlist_add(list, slice_from_cstr(words[i]), (uint32_t)i), STATUS_OK);
    }
    wordlist_build(list);
    return list;
}

static void finds_nested_and_overlapping_words(void **state)
{
    (void)state;
    const char *const words[] = {"he", "she", "his", "hers"};
    struct wordlist *list = make(words, 4);
    expect_matches(list, "ushers", "1@1+3 0@2+2 3@2+4 ");
    expect_matches(list, "hishe", "2@0+3 1@2+3 0@3+2 ");
    expect_matches(list, "", "");
    expect_matches(list, "xyz", "");
    wordlist_free(&list);
    assert_null(list);
}

static void reports_a_word_under_all_its_tags(void **state)
{
    (void)state;
    const char *const words[] = {"緊急", "緊急", "急"};
    struct wordlist *list = make(words, 3);
    expect_matches(list, "緊急", "1@0+6 0@0+6 2@3+3 ");
    wordlist_free(&list);
}

static void does_not_follow_broken_prefixes(void **state)
{
    (void)state;
    const char *const words[] = {"aab", "ab", "b"};
    struct wordlist *list = make(words, 3);
    expect_matches(list, "aaab", "0@1+3 1@2+2 2@3+1 ");
    wordlist_free(&list);
}

/* A search that is too simple to be wrong: for each end, the words that end there. */
static void naive(const char *const *words, size_t count, const char *text, size_t found[], size_t *total)
{
    size_t len = strlen(text);
    for (size_t end = 1; end <= len; end++) {
        for (size_t w = 0; w < count; w++) {
            size_t n = strlen(words[w]);
            if (n <= end && memcmp(text + end - n, words[w], n) == 0) {
                found[w]++;
                ++*total;
            }
        }
    }
}

struct tally {
    size_t found[8], total;
};

static void count_match(void *context, uint32_t tag, size_t offset, size_t len)
{
    struct tally *tally = context;
    (void)offset;
    (void)len;
    tally->found[tag]++;
    tally->total++;
}

static void agrees_with_a_naive_search(void **state)
{
    (void)state;
    const char *const words[] = {"a", "ab", "bab", "abab", "bb", "cab", "abc", "ccc"};
    struct wordlist *list = make(words, 8);
    uint32_t random = 12345;
    for (unsigned round = 0; round < 2000; round++) {
        char text[41] = {0};
        for (size_t i = 0; i < 40; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = (char)('a' + (random >> 24) % 3);
        }
        struct tally expected = {0}, got = {0};
        naive(words, 8, text, expected.found, &expected.total);
        wordlist_match(list, slice_from_cstr(text), count_match, &got);
        assert_int_equal(got.total, expected.total);
        assert_memory_equal(got.found, expected.found, sizeof got.found);
    }
    wordlist_free(&list);
}

static void refuses_more_states_than_it_can_number(void **state)
{
    (void)state;
    struct wordlist *list = wordlist_new();
    enum status status = STATUS_OK;
    for (unsigned i = 0; i < 20000 && status == STATUS_OK; i++) {
        char word[16];
        int n = snprintf(word, sizeof word, "%08x", i * 2654435761u);
        status = wordlist_add(list, slice_make(word, (size_t)n), i);
    }
    assert_int_equal(status, STATUS_LIMIT);
    wordlist_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_nested_and_overlapping_words),
        cmocka_unit_test(reports_a_word_under_all_its_tags),
        cmocka_unit_test(does_not_follow_broken_prefixes),
        cmocka_unit_test(agrees_with_a_naive_search),
        cmocka_unit_test(refuses_more_states_than_it_can_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
