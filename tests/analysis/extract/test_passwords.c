/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Candidates for passwords out of the texts that senders write them into.
 */
#include "analysis/extract/passwords.h"

#include "analysis/extract/extract.h"
#include "support.h"

struct view {
    struct message message;
    struct text_part text;
    struct extractor x;
    struct passwords list;
};

static void open_view(struct view *v, const char *subject, const char *text)
{
    *v = (struct view){.text = {.text = slice_from_cstr(text)}};
    v->message.subject = slice_from_cstr(subject);
    v->message.texts = &v->text;
    v->message.text_count = 1;
    v->x = (struct extractor){.message = &v->message, .limits = &test_limits, .counters = &test_counters};
    passwords_find(&v->x, &v->list);
}

static bool has(const struct view *v, const char *password)
{
    for (size_t i = 0; i < v->list.count; i++) {
        if (strcmp(v->list.items[i].text, password) == 0) return true;
    }
    return false;
}

static void passwords_are_found_where_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *password;
    } rows[] = {
        {"解凍パスワード：Tanaka2026", "Tanaka2026"},
        {"解凍パスワード：「Tanaka2026」です。", "Tanaka2026"},
        {"パスワードは以下です\n\n\n  x7#kQ!p2\n", "x7#kQ!p2"},
        {"【ＰＷ】　ａｂｃ１２３４", "abc1234"},
        {"ﾊﾟｽﾜｰﾄﾞ→k8Lm2", "k8Lm2"},
        {"展開用のPassは'9f,e2.'になります", "9f,e2"},
        {"PW:(abc)", "(abc)"},
        {"PW:(abc)", "abc"},
        {"The password for the attached file is swordfish.", "swordfish"},
        {"Zip password - Pa55.word", "Pa55.word"},
        {"Password\r\nhunter2\r\n", "hunter2"},
        {"Your passcode is <b-52>", "b-52"},
        {"비밀번호: 8822", "8822"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct view v;
        open_view(&v, "", rows[i].text);
        if (!has(&v, rows[i].password)) fail_msg("not found: %s", rows[i].password);
        arena_free(&v.message.arena);
        open_view(&v, rows[i].text, "");
        if (strchr(rows[i].text, '\n') == NULL) assert_true(has(&v, rows[i].password));
        arena_free(&v.message.arena);
    }
}

static void other_words_are_no_candidates(void **state)
{
    (void)state;
    static const char *const texts[] = {"The compass points north",         "bypass 1234",      "spw 99999",
                                        "本日の議事録をお送りします 12345", "Passengers: 1200", ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct view v;
        open_view(&v, "", texts[i]);
        if (v.list.count != 0) fail_msg("%s: %s", texts[i], v.list.items[0].text);
        arena_free(&v.message.arena);
    }
    struct view v;
    open_view(&v, "", "password: https://www.example.com/x the file\n1\n2\n3\n4\ntoolate\n");
    assert_int_equal(v.list.count, 0);
    arena_free(&v.message.arena);
}

static void candidates_are_bounded(void **state)
{
    (void)state;
    test_limits.password_candidates_max = 3;
    struct view v;
    open_view(&v, "", "pw: aaa1 aaa2 aaa2 aaa3 aaa4");
    assert_int_equal(v.list.count, 3);
    assert_true(has(&v, "aaa3"));
    assert_true(v.list.is_cut);
    assert_int_equal(v.message.limit_count, 0); /* only an archive that stays locked makes it one */
    arena_free(&v.message.arena);
}

static void common_ones_know_the_day(void **state)
{
    (void)state;
    struct view v;
    open_view(&v, "", "");
    v.message.has_date = true;
    v.message.date_s = 1794270000; /* 2026-11-10 00:20 UTC */
    passwords_add_common(&v.x, &v.list);
    assert_true(has(&v, "infected"));
    assert_true(has(&v, "20261110"));
    assert_true(has(&v, "261110"));
    assert_true(has(&v, "1110"));
    v.message.date_s = 951782400; /* 2000-02-29 00:00 UTC */
    passwords_add_common(&v.x, &v.list);
    assert_true(has(&v, "20000229"));
    v.message.date_s = 1735657200; /* 2024-12-31 15:00 UTC, the new year in Japan */
    passwords_add_common(&v.x, &v.list);
    assert_true(has(&v, "20241231"));
    assert_true(has(&v, "20250101"));
    assert_false(has(&v, "yyyymmdd"));
    arena_free(&v.message.arena);
}

static void passwords_are_shown_masked(void **state)
{
    (void)state;
    struct view v;
    open_view(&v, "", "pw: Tanaka2026");
    assert_slice(passwords_mask(&v.message.arena, &v.list.items[0]), "T*** (10 characters)");
    arena_free(&v.message.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(passwords_are_found_where_people_write_them),
        extract_test(other_words_are_no_candidates),
        extract_test(candidates_are_bounded),
        extract_test(common_ones_know_the_day),
        extract_test(passwords_are_shown_masked),
    };
    return run_group(tests);
}
