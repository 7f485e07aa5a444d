/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Header text: encoded words as the RFC has them and as mailers break them, raw text, folds, and the fields
 * of the view.
 */
#include "support.h"

#include "base/utf8.h"

static const struct {
    const char *raw, *decoded;
} subjects[] = {
    {"plain text", "plain text"},
    {"=?UTF-8?B?44GT44KT44Gr44Gh44Gv?=", "こんにちは"},
    {"=?utf-8?b?44GT44KT?=", "こん"},
    {"=?utf-8?q?caf=c3=a9_au_lait?=", "café au lait"},
    {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
    {"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"},
    {"=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"},
    {"x =?utf-8?Q?a?= y", "x a y"},
    {"=?utf-8?Q?a?==?iso-8859-1?Q?=e9?=", "aé"},
    /* a character cut in the middle between two words */
    {"=?UTF-8?B?44GT44I=?= =?UTF-8?B?k+OBqw==?=", "こんに"},
    {"=?UTF-8?B?44GT44?= =?UTF-8?B?KT44Gr?=", "こんに"},
    {"=?UTF-8?Q?=E3=81?= =?UTF-8?Q?=93?=", "こ"},
    {"=?UTF-8?Q?=E3=81?= =?UTF-8?B?kw==?=", "こ"},
    /* blanks inside, unknown charset, language, bad hex, lower-case hex */
    {"=?UTF-8?Q?a b c?=", "a b c"},
    {"=?no-such-charset?B?44GT?=", "こ"},
    {"=?UTF-8*ja?B?44GT?=", "こ"},
    {"=?UTF-8?Q?100=zz?=", "100=zz"},
    {"=?UTF-8?Q?cut", "=?UTF-8?Q?cut"},
    {"=?UTF-8?X?cut?=", "=?UTF-8?X?cut?="},
    {"=?=?=?=", "=?=?=?="},
    /* Japanese charsets in words */
    {"=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"},
    {"=?ISO-2022-JP?B?GyRCLSEtahsoQg==?=", "①㈱"},
    {"=?ISO-2022-JP?B?GyRCJDMbKEI=?= =?ISO-2022-JP?B?GyRCJHMbKEI=?=", "こん"},
    {"=?Shift_JIS?B?h0CDXFyF?=", "①ソ\\\\x85"},
    {"=?EUC-JP?B?pLOk86TLpMGkzw==?=", "こんにちは"},
    /* raw */
    {"\x1b$B$3$s\x1b(B raw", "こん raw"},
    {"\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd", "こんにちは"},
    {"\xa4\xb3\xa4\xf3\xa4\xcb\xa4\xc1\xa4\xcf", "こんにちは"},
    {"こんにちは", "こんにちは"},
    {"nothing \x81 fits", "nothing \\x81 fits"},
    {"folded\r\n\tline", "folded line"},
    {"folded\r\n  line", "folded  line"},
};

static void subjects_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        struct message *m = extract_subject(subjects[i].raw);
        assert_slice(m->subject, subjects[i].decoded);
        assert_true(utf8_valid(m->subject));
        message_free(&m);
    }
}

static void fields_reach_the_view(void **state)
{
    (void)state;
    struct message *m =
        extract_text("From a@b Mon Jan  1 00:00:00 2026\r\n"
                     "Received: from x by y\r\nReceived: from y by z\r\n"
                     "MESSAGE-id: <1@example.jp>\r\nX-Mailer: Becky! ver. 2\r\n"
                     "Date: Mon, 02 Mar 2026 10:20:30 +0900 (JST)\r\nSubject: one\r\nSubject: two\r\n"
                     "this line is no field\r\nX-Last : value\r\n\r\nbody\r\n");
    assert_int_equal(m->header_count, 8);
    assert_slice(m->headers[1].value, "from y by z");
    assert_slice(m->message_id, "<1@example.jp>");
    assert_slice(m->x_mailer, "Becky! ver. 2");
    assert_slice(m->subject, "one");
    assert_true(m->has_date);
    assert_int_equal(m->date_s, 1772414430);
    assert_slice(message_find_header(m, SLICE("x-LAST"))->value, "value");
    assert_null(message_find_header(m, SLICE("X-Other")));
    assert_slice(m->texts[0].text, "body\n");
    message_free(&m);
}

static void mail_without_header_is_all_body(void **state)
{
    (void)state;
    struct message *m = extract_text("hello there\r\nsecond line\r\n");
    assert_int_equal(m->header_count, 0);
    assert_int_equal(test_counters.mails_without_headers, 1);
    assert_false(m->has_date);
    assert_slice(m->texts[0].text, "hello there\nsecond line\n");
    message_free(&m);
    m = extract_text("");
    assert_int_equal(m->file_count, 0);
    message_free(&m);
}

static void folded_forms_ignore_disguises(void **state)
{
    (void)state;
    struct message *m = extract_subject("Ｕ R G\xe3\x80\x80"
                                        "E N T\xe2\x80\x8b!  緊 急 ﾊﾟｽﾜｰﾄﾞ ㈱ か\xe3\x82\x99 Ä");
    assert_slice(m->subject_folded, "urgent!緊急パスワード(株)がä");
    assert_slice(m->subject_words, "u r g e n t! 緊 急 パスワード (株) が ä");
    message_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(subjects_are_decoded),
        extract_test(fields_reach_the_view),
        extract_test(mail_without_header_is_all_body),
        extract_test(folded_forms_ignore_disguises),
    };
    return run_group(tests);
}
