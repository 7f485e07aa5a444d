/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits: what is beyond one is left out, counted, and noted with its key and place; what is within one is
 * not.
 */
#include "support.h"

static struct message *extract_repeated(const char *head, const char *unit, size_t count, const char *tail)
{
    struct buffer mail = buffer_make(1 << 24);
    (void)buffer_append_cstr(&mail, head);
    for (size_t i = 0; i < count; i++) (void)buffer_append_cstr(&mail, unit);
    (void)buffer_append_cstr(&mail, tail);
    struct message *m = extract_bytes(buffer_slice(&mail));
    buffer_free(&mail);
    return m;
}

#define MULTI "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static void parts_are_bounded(void **state)
{
    (void)state;
    test_limits.mime_parts_max = 10;
    struct message *m = extract_repeated(MULTI, "--b\r\n\r\nx\r\n", 10, "--b--\r\n");
    assert_int_equal(m->text_count, 10);
    assert_int_equal(m->limit_count, 0);
    message_free(&m);
    m = extract_repeated(MULTI, "--b\r\n\r\nx\r\n", 11, "--b--\r\n");
    assert_int_equal(m->text_count, 10);
    assert_int_equal(count_limit(m, "analysis.mime_parts_max"), 1);
    assert_int_equal(test_counters.limit_mime_parts_max, 1);
    message_free(&m);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct message *m =
        extract_repeated("", "Content-Type: message/rfc822\r\n\r\n", 5000, "Subject: x\r\n\r\nbody");
    assert_int_equal(count_limit(m, "analysis.mime_depth_max"), 1);
    assert_true(m->file_count <= test_limits.mime_depth_max + 1);
    message_free(&m);
    m = extract_repeated("", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 5000, "\r\nbody");
    assert_in_range(count_limit(m, "analysis.mime_depth_max"), 1, 8);
    message_free(&m);
    m = extract_repeated("", "Content-Type: message/rfc822\r\n\r\n", 5, "Subject: x\r\n\r\nbody");
    assert_int_equal(m->text_count, 1);
    assert_int_equal(count_limit(m, "analysis.mime_depth_max"), 0);
    message_free(&m);
}

static void headers_are_bounded(void **state)
{
    (void)state;
    test_limits.headers_max = 20;
    test_limits.header_max_bytes = 1024;
    test_limits.addresses_max = 30;
    struct message *m = extract_repeated("To: ", "a@example.com, ", 40, "\r\nX: y\r\n\r\n");
    assert_int_equal(m->to.count, 30);
    assert_int_equal(test_counters.limit_addresses_max, 1);
    message_free(&m);
    m = extract_repeated("", "X: y\r\n", 25, "Content-Type: text/html\r\n\r\n<p>z");
    assert_int_equal(m->header_count, 20);
    assert_int_equal(test_counters.limit_headers_max, 1);
    assert_true(m->texts[0].is_html);
    message_free(&m);
    m = extract_repeated("Subject: ", "0123456789", 200, "\r\n\r\n");
    assert_int_equal(m->subject.len, 1024);
    assert_int_equal(test_counters.limit_header_max_bytes, 1);
    message_free(&m);
}

static void texts_links_and_files_are_bounded(void **state)
{
    (void)state;
    test_limits.links_max = 7;
    test_limits.text_max_bytes = 1024;
    test_limits.match_text_max_bytes = 1500;
    test_limits.files_max = 3;
    test_limits.file_max_bytes = 2000;
    struct message *m = extract_repeated("Subject: x\r\n\r\n", "http://a.example/ ", 10, "");
    assert_int_equal(m->link_count, 7);
    assert_int_equal(test_counters.limit_links_max, 1);
    message_free(&m);
    m = extract_repeated("Subject: x\r\n\r\n", "あ", 1000, "");
    assert_int_equal(m->texts[0].text.len, 1023); /* no character is cut */
    assert_int_equal(count_limit(m, "analysis.text_max_bytes"), 1);
    message_free(&m);
    m = extract_repeated(MULTI, "--b\r\nContent-Type: a/b\r\n\r\nx\r\n", 4, "--b--");
    assert_int_equal(m->file_count, 3);
    assert_int_equal(test_counters.limit_files_max, 1);
    message_free(&m);
    m = extract_repeated("Content-Type: a/b\r\n\r\n", "0123456789", 300, "");
    assert_int_equal(m->files[0].content.len, 2000);
    assert_int_equal(count_limit(m, "analysis.file_max_bytes"), 1);
    message_free(&m);
    m = extract_repeated("Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n", "AAAA", 1000, "");
    assert_int_equal(m->files[0].content.len, 2000);
    assert_int_equal(count_limit(m, "analysis.file_max_bytes"), 1);
    message_free(&m);
    m = extract_repeated(MULTI, "--b\r\n\r\n0123456789012345678901234567890123456789\r\n", 100, "--b--");
    assert_int_equal(m->text_words.len, 1500);
    assert_int_equal(count_limit(m, "analysis.match_text_max_bytes"), 1);
    message_free(&m);
}

static void archives_are_bounded(void **state)
{
    (void)state;
    struct message *m = extract_fixture("fixtures/zip-deep.eml");
    assert_int_equal(m->file_count, 5);
    assert_int_equal(m->files[4].depth, test_limits.archive_depth_max);
    assert_int_equal(count_limit(m, "analysis.archive_depth_max"), 1);
    assert_slice(m->limits[0].where, "1/l5.zip/l4.zip/l3.zip/l2.zip");
    message_free(&m);
    test_limits.archive_total_max_bytes = 100000;
    m = extract_fixture("fixtures/zip-bomb.eml");
    assert_int_equal(m->files[1].content.len, 100000);
    assert_int_equal(m->files[1].size, 3000000);
    assert_int_equal(test_counters.limit_archive_total_max_bytes, 1);
    message_free(&m);
    test_limits.archive_depth_max = 0;
    m = extract_fixture("fixtures/zip-utf8.eml");
    assert_int_equal(m->file_count, 1);
    message_free(&m);
}

/* Shapes on which careless parsers are quadratic: with them the test would not end within its time. */
static void traps_end(void **state)
{
    (void)state;
    static const struct {
        const char *head, *unit, *tail;
    } traps[] = {
        {"Subject: x\r\n\r\n", "\r\n", ""},
        {MULTI, "--\r\n", ""},
        {MULTI, "--b\r\n", ""},
        {"To: ", "(", "\r\n\r\n"},
        {"To: ", "<", "\r\n\r\n"},
        {"To: x@", ":", "\r\n\r\n"},
        {"To: ", "\x1b$B", "\r\n\r\n"},
        {"Subject: ", "=?a?b?", "\r\n\r\n"},
        {"Subject: ", "a\r\n ", "\r\n\r\n"},
        {"Content-Type: a/b", "; a*1*=b", "\r\n\r\n"},
        {"Subject: x\r\n\r\n", "begin 644 a\r\n", ""},
        {"Subject: x\r\n\r\n", "http://a)", ""},
        {"Content-Type: text/html\r\n\r\n", "<!--", ""},
        {"Content-Type: text/html\r\n\r\n", "<a href=x>", ""},
        {"Content-Type: text/html\r\n\r\n<div", " a=b", ">"},
        {"Content-Type: text/html\r\n\r\n", "<b><p></b></p>", ""},
    };
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        struct message *m = extract_repeated(traps[i].head, traps[i].unit, 100000, traps[i].tail);
        message_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(parts_are_bounded),    extract_test(depth_is_bounded),
        extract_test(headers_are_bounded),  extract_test(texts_links_and_files_are_bounded),
        extract_test(archives_are_bounded), extract_test(traps_end),
    };
    return run_group(tests);
}
