/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verdict's model, with findings put together by hand: what adds up, what does not, which category wins,
 * what is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/detect/words.h"
#include "analysis/verdict/verdict.h"

static struct message message;
static struct word_hits words;

/* Judges the detections with these ids (blank-separated; an id may stand twice). */
static struct verdict judge(const char *ids)
{
    struct detect_context context = {.message = &message, .words = &words};
    struct finding_list list = {.items = arena_zalloc(&message.arena, 32, sizeof *list.items)};
    struct slice rest = slice_from_cstr(ids);
    for (struct slice id = slice_next_token(&rest, ' '); id.ptr; id = slice_next_token(&rest, ' ')) {
        if (id.len == 0) continue;
        const struct detection *rule = detections_find(id);
        if (!rule) fail_msg("no detection %.*s", (int)id.len, (const char *)id.ptr);
        list.items[list.count++] =
            (struct finding){rule, SLICE("証拠 <x@example.jp>"), SLICE("body"), rule->weight};
    }
    struct verdict verdict;
    verdict_reach(&verdict, &context, list);
    return verdict;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&message.arena);
    words = (struct word_hits){0};
    return 0;
}

static void nothing_found_is_clean(void **state)
{
    (void)state;
    struct verdict v = judge("");
    assert_int_equal(v.category, CATEGORY_CLEAN);
    assert_int_equal(v.severity, SEVERITY_INFO);
    assert_in_range(v.score, 0, 5);
    assert_false(verdict_is_alert(&v));
}

/* Two findings of one weak rule, the second graded. */
static unsigned score_of_graded(double weight)
{
    struct detect_context context = {.message = &message, .words = &words};
    const struct detection *rule = detections_find(SLICE("B01"));
    struct finding_list list = {.items = arena_zalloc(&message.arena, 2, sizeof *list.items), .count = 2};
    list.items[0] = (struct finding){rule, SLICE("a"), SLICE("body"), rule->weight};
    list.items[1] = (struct finding){rule, SLICE("b"), SLICE("body"), weight};
    struct verdict verdict;
    verdict_reach(&verdict, &context, list);
    for (size_t i = 0; i < 2; i++) assert_true(verdict.findings.items[i].weight >= rule->weight);
    return verdict.score;
}

static void the_heaviest_finding_of_a_rule_counts(void **state)
{
    (void)state;
    assert_int_equal(score_of_graded(0.1), judge("B01").score);
    assert_in_range(score_of_graded(4.5), 60, 65);
}

static void weak_findings_alone_do_not_alert(void **state)
{
    (void)state;
    const char *const weak[] = {"S05", "U01", "S06", "R01", "B01", "B02", "S01",
                                "S04", "S21", "B14", "B16", "B17", "B18", "U03"};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        struct verdict v = judge(weak[i]);
        assert_int_equal(v.category, CATEGORY_CLEAN);
    }
}

static void a_rule_counts_once(void **state)
{
    (void)state;
    assert_int_equal(judge("U01 U01 U01").score, judge("U01").score);
    assert_true(judge("U01 U03").score > judge("U03").score);
}

static void a_family_does_not_add_up_in_full(void **state)
{
    (void)state;
    /* S06 0.9 and S05 0.8 are of one family: 0.9 + 0.4 is less than S06 with B01 1.0 of another. */
    assert_true(judge("S06 S05").score < judge("S06 B01").score);
    assert_int_equal(judge("S05 S06").score, judge("S06 S05").score);
    assert_int_equal(judge("S01 S05 S06 R01").category, CATEGORY_CLEAN);
}

static void combinations_alert(void **state)
{
    (void)state;
    const struct {
        const char *ids;
        enum category category;
    } cases[] = {
        {"A01", CATEGORY_MALWARE},           {"A07 A02", CATEGORY_MALWARE},
        {"S04 A07", CATEGORY_TARGETED},      {"S04 B17", CATEGORY_TARGETED},
        {"S03 B02", CATEGORY_PHISHING},      {"S03 B02 B14 U01", CATEGORY_PHISHING},
        {"B18 U20", CATEGORY_TARGETED},      {"A19", CATEGORY_PHISHING},
        {"S21 A07", CATEGORY_TARGETED},      {"U03 U01 B01 S06", CATEGORY_PHISHING},
        {"B19 U03", CATEGORY_SPAM},          {"S04 U03", CATEGORY_PHISHING},
        {"S01 S06 S05 B01", CATEGORY_CLEAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verdict v = judge(cases[i].ids);
        assert_int_equal(verdict_is_alert(&v), cases[i].category != CATEGORY_CLEAN);
        assert_string_equal(category_name(v.category), category_name(cases[i].category));
    }
}

static void a_business_topic_turns_malware_into_a_targeted_attack(void **state)
{
    (void)state;
    assert_int_equal(judge("A07").category, CATEGORY_MALWARE);
    words.best[LIST_business] = 1;
    assert_int_equal(judge("A07").category, CATEGORY_TARGETED);
    assert_int_equal(judge("A19").category, CATEGORY_TARGETED);
    assert_int_equal(judge("S03 B02 U01").category, CATEGORY_PHISHING);
}

static void the_reason_names_the_heaviest_with_evidence(void **state)
{
    (void)state;
    struct verdict v = judge("B01 A07 A07 S04 S05");
    assert_string_equal(v.findings.items[0].rule->id, "A07");
    assert_string_equal(v.findings.items[2].rule->id, "S04");
    assert_string_equal(
        (const char *)v.reason.ptr,
        "Targeted attack: executable inside an archive (証拠 <x@example.jp>); free mail that claims an "
        "institution (証拠 <x@example.jp>); urgent or threatening wording (証拠 <x@example.jp>).");
    assert_string_equal(
        (const char *)v.reason_ja.ptr,
        "標的型攻撃メールの疑い：圧縮ファイル内の実行形式（証拠 <x@example.jp>）、組織を名乗るフリーメール"
        "（証拠 <x@example.jp>）、緊急性をあおる表現（証拠 <x@example.jp>）。");
    assert_true(v.advice.len > 20 && v.advice_ja.len > 20);
}

static void severity_grows_with_the_score(void **state)
{
    (void)state;
    assert_int_equal(judge("A07").severity, SEVERITY_MEDIUM);
    assert_int_equal(judge("A07 A02 A05 U20").severity, SEVERITY_CRITICAL);
}

static void severities_have_names(void **state)
{
    (void)state;
    enum severity severity = SEVERITY_INFO;
    assert_true(severity_parse(SLICE("critical"), &severity));
    assert_int_equal(severity, SEVERITY_CRITICAL);
    assert_string_equal(severity_name(SEVERITY_MEDIUM), "medium");
    assert_false(severity_parse(SLICE("Critical "), &severity));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_found_is_clean, teardown),
        cmocka_unit_test_teardown(the_heaviest_finding_of_a_rule_counts, teardown),
        cmocka_unit_test_teardown(weak_findings_alone_do_not_alert, teardown),
        cmocka_unit_test_teardown(a_rule_counts_once, teardown),
        cmocka_unit_test_teardown(a_family_does_not_add_up_in_full, teardown),
        cmocka_unit_test_teardown(combinations_alert, teardown),
        cmocka_unit_test_teardown(a_business_topic_turns_malware_into_a_targeted_attack, teardown),
        cmocka_unit_test_teardown(the_reason_names_the_heaviest_with_evidence, teardown),
        cmocka_unit_test_teardown(severity_grows_with_the_score, teardown),
        cmocka_unit_test_teardown(severities_have_names, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
