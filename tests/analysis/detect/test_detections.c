/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of detections and its helpers: complete rows in order, known techniques, evidence escaped and
 * cut, and what running text shows (addresses, hosts, signatures).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/detect/facts.h"
#include "base/utf8.h"

static void rows_are_complete_and_in_order(void **state)
{
    (void)state;
    size_t count = 0;
    const struct detection *all = detections_all(&count);
    assert_true(count >= 22);
    for (size_t i = 0; i < count; i++) {
        const struct detection *d = &all[i];
        const char *const texts[] = {d->title, d->title_ja, d->looks_at, d->explain, d->explain_ja};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            assert_non_null(texts[t]);
            assert_true(strlen(texts[t]) > 1);
        }
        /* the seed document knows no sessions, and none of these */
        assert_true(d->seed ? strlen(d->seed) > 1
                            : d->id[0] == 'N' || d->id[0] == 'L' ||
                                  strstr("B09 B10 B11 B12 B13 B15 S17 U18", d->id));
        assert_true(!d->technique || technique_name(d->technique));
        assert_true(i == 0 || strcmp(all[i - 1].id, d->id) < 0);
        assert_ptr_equal(detections_find(slice_from_cstr(d->id)), d);
    }
    assert_ptr_equal(detections_find(SLICE("a01")), &all[0]);
    assert_null(detections_find(SLICE("Z99")));
}

static void techniques_are_known_by_old_ids_too(void **state)
{
    (void)state;
    assert_string_equal(technique_name("T1684.002"), "Email Spoofing");
    assert_string_equal(technique_name("T1672"), "Email Spoofing");
    assert_null(technique_name("T0000"));
    assert_null(technique_name(""));
    assert_null(technique_name(NULL));
}

static void evidence_is_escaped_and_cut(void **state)
{
    (void)state;
    struct message message = {0};
    struct finding items[4];
    struct detect_context context = {
        .message = &message, .rule = detections_find(SLICE("A01")), .findings_per_rule_max = 2};
    context.findings.items = items;
    char big[2000];
    memset(big, 'x', sizeof big);
    memcpy(big,
           "a\xe2\x80\xae"
           "b\n\xff",
           7);
    finding_add(&context, SLICE("1"), slice_make(big, sizeof big));
    finding_addf(&context, SLICE("1"), "%s", "plain");
    finding_add(&context, SLICE("1"), SLICE("one too many"));
    assert_int_equal(context.findings.count, 2);
    assert_true(items[0].evidence.len <= 200 && items[0].evidence.len >= 195);
    assert_true(utf8_valid(items[0].evidence));
    assert_true(slice_starts(items[0].evidence, SLICE("a\\u{202e}b\\n\\xff")));
    assert_true(slice_equal(items[1].evidence, SLICE("plain")));
    arena_free(&message.arena);
}

static void expect_address(struct slice *rest, const char *expected)
{
    struct slice got = next_address(rest);
    assert_true(slice_equal(got, slice_from_cstr(expected)));
}

static void addresses_are_found_in_text(void **state)
{
    (void)state;
    struct slice rest =
        SLICE("連絡先：taro@example.co.jp。または <a.b+c@x-y.jp>, @home, me@, foo@localhost @@ z@z.jp.");
    expect_address(&rest, "taro@example.co.jp");
    expect_address(&rest, "a.b+c@x-y.jp");
    expect_address(&rest, "z@z.jp");
    expect_address(&rest, "");
    assert_int_equal(rest.len, 0);
}

static void hosts_are_recognised_as_readers_do(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *const cases[][2] = {
        {"https://WWW.Example.JP/login", "www.example.jp"},
        {"ログイン https://a.example.com", "a.example.com"},
        {"www.example.xyz", "www.example.xyz"},
        {"example.co.jp/", "example.co.jp"},
        {"example.co.jp にログイン", ""},
        {"report.pdf", ""},
        {"Node.js", ""},
        {"こちら", ""},
        {"e.g.", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice got = shown_host(&arena, slice_from_cstr(cases[i][0]));
        assert_true(slice_equal(got, slice_from_cstr(cases[i][1])));
    }
    arena_free(&arena);
}

static struct slice signature_of(const char *text)
{
    static struct text_part part;
    static struct message message;
    part.text = slice_from_cstr(text);
    message.texts = &part;
    message.text_count = 1;
    return signature_block(&message);
}

static void signatures_end_before_quotes(void **state)
{
    (void)state;
    struct slice s =
        signature_of("本文\n本文\n------\n株式会社例\ntaro@example.jp\n------\n\n> quoted\n> x@other.jp\n");
    assert_true(slice_find(s, SLICE("taro@example.jp")) < s.len);
    assert_int_equal(slice_find(s, SLICE("本文")), s.len);
    assert_int_equal(slice_find(s, SLICE("x@other.jp")), s.len);
    s = signature_of("hello\nOn Monday, Bob wrote:\nbob@other.jp");
    assert_int_equal(slice_find(s, SLICE("bob")), s.len);
    assert_int_equal(signature_of("").len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete_and_in_order),
        cmocka_unit_test(techniques_are_known_by_old_ids_too),
        cmocka_unit_test(evidence_is_escaped_and_cut),
        cmocka_unit_test(addresses_are_found_in_text),
        cmocka_unit_test(hosts_are_recognised_as_readers_do),
        cmocka_unit_test(signatures_end_before_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
