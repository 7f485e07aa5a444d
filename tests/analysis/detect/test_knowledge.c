/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lists: the embedded ones can be read and asked, and every malformed line is refused with its list and
 * line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/detect/knowledge.h"
#include "analysis/detect/words.h"

static void reads_the_embedded_lists(void **state)
{
    (void)state;
    struct error error = {""};
    struct knowledge *k = knowledge_new(&error);
    if (!k) fail_msg("%s", error.text);
    assert_true(knowledge_has(k, LIST_freemail, SLICE("yahoo.co.jp")));
    assert_true(knowledge_has(k, LIST_freemail, SLICE("gmail.com")));
    assert_false(knowledge_has(k, LIST_freemail, SLICE("mail.yahoo.co.jp")));
    assert_true(knowledge_has_domain(k, LIST_freemail, SLICE("mail.yahoo.co.jp")));
    assert_false(knowledge_has_domain(k, LIST_freemail, SLICE("notgmail.com")));
    assert_false(knowledge_has(k, LIST_freemail, SLICE("exe")));
    assert_true(knowledge_has(k, LIST_executables, SLICE("scr")));
    assert_false(knowledge_has(k, LIST_executables, SLICE("pdf")));
    const struct brand *smbc = knowledge_brand_of(k, SLICE("direct.smbc.co.jp"));
    assert_non_null(smbc);
    assert_int_equal(smbc->kind, BRAND_BANK);
    assert_true(brand_owns(smbc, SLICE("smbc.co.jp")));
    assert_false(brand_owns(smbc, SLICE("evilsmbc.co.jp")));
    assert_null(knowledge_brand_of(k, SLICE("example.jp")));
    knowledge_free(&k);
    assert_null(k);
}

static void survives_endless_domains(void **state)
{
    (void)state;
    struct knowledge *k = knowledge_new(NULL);
    static char dots[200000];
    memset(dots, '.', sizeof dots);
    assert_false(knowledge_has_domain(k, LIST_freemail, slice_make(dots, sizeof dots)));
    knowledge_free(&k);
}

/* Reads the lists with one of them replaced; expects failure and this sentence. */
static void expect_refused(enum list_id list, const char *text, const char *sentence)
{
    struct data_list lists[LIST_COUNT];
    struct error error = {""};
    data_lists_get(lists);
    lists[list].text = slice_from_cstr(text);
    assert_null(knowledge_parse(lists, &error));
    assert_string_equal(error.text, sentence);
}

static void names_list_and_line_of_a_fault(void **state)
{
    (void)state;
    expect_refused(LIST_freemail, "# head\nGmail.com\n", "list freemail, line 2: upper case");
    expect_refused(LIST_freemail, "a.jp\nb.jp\n\na.jp\n", "list freemail, line 4: entry stands twice");
    expect_refused(LIST_freemail, "a.jp b.jp\n", "list freemail, line 1: blank inside an entry");
    expect_refused(LIST_freemail, "\xff\n", "list freemail, line 1: not UTF-8");
    expect_refused(LIST_urgency, "緊急\n", "list urgency, line 1: not STRENGTH WORD");
    expect_refused(LIST_urgency, "4 緊急\n", "list urgency, line 1: not STRENGTH WORD");
    expect_refused(LIST_urgency, "1  \n", "list urgency, line 1: not STRENGTH WORD");
    expect_refused(LIST_brands, "bank | x\n", "list brands, line 1: not KIND | NAMES | DOMAINS");
    expect_refused(LIST_brands, "shop | x | y.jp\n", "list brands, line 1: unknown kind of brand");
    expect_refused(LIST_brands, "bank | x | \n", "list brands, line 1: brand without domain");
    expect_refused(LIST_brands, "bank | x | localhost\n", "list brands, line 1: not a domain");
    expect_refused(LIST_brands, "bank | x; | y.jp\n", "list brands, line 1: empty entry");
}

static unsigned strength_in(const struct knowledge *k, const char *text, enum list_id list)
{
    struct arena arena = {0};
    unsigned strength = words_find_in(k, &arena, slice_from_cstr(text))->strength[list];
    arena_free(&arena);
    return strength;
}

static void matches_words_as_people_write_them(void **state)
{
    (void)state;
    struct knowledge *k = knowledge_new(NULL);
    assert_int_equal(strength_in(k, "URGENT: please reply", LIST_urgency), 1);
    assert_int_equal(strength_in(k, "ＵＲＧＥＮＴ", LIST_urgency), 1);
    assert_int_equal(strength_in(k, "insurgents", LIST_urgency), 0);
    assert_int_equal(strength_in(k, "緊 急", LIST_urgency), 1);
    assert_int_equal(strength_in(k, "緊急 緊急 緊急", LIST_urgency), 1);
    assert_int_equal(strength_in(k, "Verify  your\r\naccount", LIST_credentials), 2);
    assert_int_equal(strength_in(k, "三井住友カード", LIST_brands), 2);
    assert_int_equal(strength_in(k, "purchase", LIST_brands), 0);
    knowledge_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_embedded_lists),
        cmocka_unit_test(survives_endless_domains),
        cmocka_unit_test(names_list_and_line_of_a_fault),
        cmocka_unit_test(matches_words_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
