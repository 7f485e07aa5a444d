/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords and archives in mails of their own (tests/fixtures/pairs): whichever comes later is the one in
 * which the program in the archive is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analysis/analysis.h"

enum { MAIL_MAX_BYTES = 1 << 16 };

static const uint64_t minute_ns = (uint64_t)60 * 1000000000;

static struct analysis *open_analysis(const struct analysis_limits *limits)
{
    struct error error;
    struct analysis *analysis = analysis_new(limits, &error);
    assert_non_null(analysis);
    return analysis;
}

static struct judgement *judge(struct analysis *analysis, const char *name, uint64_t minute)
{
    char path[512];
    (void)snprintf(path, sizeof path, FIXTURES "/%s.eml", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct mail *mail = mail_new(MAIL_MAX_BYTES);
    buffer_reserve(&mail->bytes, MAIL_MAX_BYTES);
    mail->bytes.len = fread(mail->bytes.data, 1, MAIL_MAX_BYTES, file);
    (void)fclose(file);
    mail->last_ns = minute * minute_ns;
    struct judgement *judgement = analysis_judge(analysis, mail);
    mail_free(&mail);
    return judgement;
}

/* The evidence of A06 in this mail, or "". */
static const char *opened(struct analysis *analysis, const char *name, uint64_t minute)
{
    static char evidence[512];
    struct judgement *judgement = judge(analysis, name, minute);
    evidence[0] = '\0';
    for (size_t i = 0; i < judgement->verdict.findings.count; i++) {
        const struct finding *finding = &judgement->verdict.findings.items[i];
        if (strcmp(finding->rule->id, "A06") != 0) continue;
        (void)snprintf(evidence, sizeof evidence, "%.*s", (int)finding->evidence.len,
                       (const char *)finding->evidence.ptr);
    }
    assert_null(strstr(evidence, "x7#kQ!p2"));
    judgement_free(&judgement);
    return evidence;
}

static void password_after_archive(void **state)
{
    (void)state;
    struct analysis_limits limits = analysis_default_limits();
    struct analysis *analysis = open_analysis(&limits);
    assert_string_equal(opened(analysis, "ja-1-archive", 1), "");
    assert_string_equal(opened(analysis, "ja-2-other", 2), "");
    assert_string_equal(
        opened(analysis, "ja-3-password", 3),
        "資料.scr in 資料.zip of the mail <20261110.pairs.ja-1-archive@mail.invalid>, opened by the "
        "password x*** (8 characters), told in this mail");
    assert_string_equal(opened(analysis, "ja-4-again", 4), ""); /* once is enough */
    assert_int_equal(analysis_counters(analysis)->archives_remembered, 1);
    assert_int_equal(analysis_counters(analysis)->archives_opened, 1);
    analysis_free(&analysis);
}

static void password_before_archive(void **state)
{
    (void)state;
    struct analysis_limits limits = analysis_default_limits();
    struct analysis *analysis = open_analysis(&limits);
    assert_string_equal(opened(analysis, "en-1-password", 1), "");
    assert_string_equal(
        opened(analysis, "en-2-archive", 2),
        "file.js in file.zip, opened by the password s*** (9 characters), told in another mail "
        "<20261110.pairs.en-1-password@mail.invalid>");
    assert_int_equal(analysis_counters(analysis)->archives_remembered, 0);
    analysis_free(&analysis);
}

static void the_window_ends(void **state)
{
    (void)state;
    struct analysis_limits limits = analysis_default_limits();
    limits.password_window_s = 600;
    struct analysis *analysis = open_analysis(&limits);
    assert_string_equal(opened(analysis, "ja-1-archive", 1), "");
    assert_string_equal(opened(analysis, "ja-3-password", 12), "");
    assert_string_not_equal(opened(analysis, "ja-4-again", 11), "");
    assert_string_equal(opened(analysis, "en-1-password", 20), "");
    assert_string_equal(opened(analysis, "en-2-archive", 31), "");
    analysis_free(&analysis);
}

static void forgetting_and_switching_off(void **state)
{
    (void)state;
    struct analysis_limits limits = analysis_default_limits();
    struct analysis *analysis = open_analysis(&limits);
    (void)opened(analysis, "ja-1-archive", 1);
    analysis_forget(analysis);
    assert_string_equal(opened(analysis, "ja-3-password", 2), "");
    analysis_free(&analysis);
    limits.password_pairs_max = 0;
    analysis = open_analysis(&limits);
    (void)opened(analysis, "ja-1-archive", 1);
    assert_string_equal(opened(analysis, "ja-3-password", 2), "");
    analysis_free(&analysis);
}

/* A wrong password leaves the later mail's view as it was. */
static void what_does_not_open_is_not_shown(void **state)
{
    (void)state;
    struct analysis_limits limits = analysis_default_limits();
    struct analysis *analysis = open_analysis(&limits);
    struct judgement *judgement = judge(analysis, "ja-1-archive", 1);
    judgement_free(&judgement);
    judgement = judge(analysis, "ja-3-password", 2);
    assert_int_equal(judgement->message->file_count, 2);
    assert_int_equal(judgement->message->files[0].depth, 1);
    assert_int_equal(judgement->message->files[1].parent, 0);
    judgement_free(&judgement);
    analysis_forget(analysis);
    judgement = judge(analysis, "en-2-archive", 3);
    judgement_free(&judgement);
    judgement = judge(analysis, "ja-3-password", 4);
    assert_int_equal(judgement->message->file_count, 0);
    judgement_free(&judgement);
    analysis_free(&analysis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password_after_archive),
        cmocka_unit_test(password_before_archive),
        cmocka_unit_test(the_window_ends),
        cmocka_unit_test(forgetting_and_switching_off),
        cmocka_unit_test(what_does_not_open_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
