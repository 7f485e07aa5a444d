/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails made to be expensive: megabytes of boundaries, levels, lines, fields and parameters. Nothing is
 * timed; what is not linear in them does not come back within the patience of the test run.
 */
#include "support.h"

enum { MANY = 1000000, PARTS = 100000, LEVELS = 10000, BIG_BYTES = 10 << 20 };

static struct buffer mail;

static void begin(const char *text)
{
    mail = buffer_make((size_t)1 << 28);
    (void)buffer_append_cstr(&mail, text);
}

static void repeat(const char *text, size_t count)
{
    struct slice piece = slice_from_cstr(text);
    for (size_t i = 0; i < count; i++) (void)buffer_append(&mail, piece);
}

static struct message *extract(void)
{
    assert_false(mail.overflowed);
    struct message *m = extract_bytes(buffer_slice(&mail));
    buffer_free(&mail);
    return m;
}

#define MIXED "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"

static void parts(void **state)
{
    (void)state;
    test_limits.mime_parts_max = 2 * PARTS;
    begin(MIXED "\r\n");
    repeat("--b\r\n\r\nx\r\n", PARTS);
    struct message *m = extract();
    assert_int_equal(m->text_count, PARTS);
    message_free(&m);
}

static void ambiguous_parts(void **state)
{
    (void)state;
    test_limits.mime_parts_max = 2 * PARTS;
    begin(MIXED "\r\n");
    repeat("--b\r\nContent-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=x; "
           "boundary=b\r\n\r\nx\r\n"
           "--bb\r\n--b--\r\n",
           PARTS);
    struct message *m = extract();
    assert_true(m->oddity_count > 0 && m->oddity_count < 100);
    assert_true(count_limit(m, "analysis.mime_readings_max") > 0 || m->oddity_count < 20);
    message_free(&m);
}

static void levels(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < LEVELS; i++)
        (void)buffer_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    struct message *m = extract();
    assert_true(count_limit(m, "analysis.mime_depth_max") > 0);
    message_free(&m);
}

static void nested_mails(void **state)
{
    (void)state;
    begin("");
    repeat("Content-Type: message/rfc822\r\n\r\n", LEVELS);
    struct message *m = extract();
    assert_true(count_limit(m, "analysis.mime_depth_max") > 0);
    message_free(&m);
}

static void lines(void **state)
{
    (void)state;
    begin(MIXED "\r\n--b\r\n\r\n");
    repeat("a\n", MANY);
    repeat("--\n", MANY);
    repeat("--bx\n", MANY);
    repeat("\r--b", MANY);
    repeat("--b--\r\n", PARTS);
    struct message *m = extract();
    assert_true(m->text_count > 0);
    message_free(&m);
}

static void broken_header(void **state)
{
    (void)state;
    begin(MIXED);
    repeat("--x\r\n", MANY);
    repeat("no field\r\n", MANY);
    repeat("Content-Type: multipart/mixed; boundary=c\r\n", PARTS);
    struct message *m = extract();
    assert_true(m->header_count > 0);
    message_free(&m);
}

static void long_fields(void **state)
{
    (void)state;
    begin("Subject: ");
    repeat("x", BIG_BYTES);
    repeat("\r\nX-Folded:", 1);
    repeat("\r\n y", MANY);
    repeat("\r\nX-Words:", 1);
    repeat(" =?utf-8?q?a?=", PARTS);
    repeat("\r\nX-Marks: ", 1);
    repeat("=?", MANY);
    repeat("\r\nTo: ", 1);
    repeat("(<\"", MANY);
    struct message *m = extract();
    assert_true(count_limit(m, "analysis.header_max_bytes") > 0);
    message_free(&m);
}

static void parameters(void **state)
{
    (void)state;
    begin("Content-Type: multipart/mixed");
    for (int i = 0; i < MANY; i++) (void)buffer_printf(&mail, "; name*%d=a; boundary=b%d", i, i);
    repeat("\r\nContent-Disposition: attachment", 1);
    repeat("; filename=\"a\" b.exe", MANY);
    repeat("\r\n\r\n--b1\r\n\r\nx\r\n--b2\r\n", 1);
    struct message *m = extract();
    assert_true(m->text_count > 0);
    message_free(&m);
}

static void names(void **state)
{
    (void)state;
    begin(MIXED "\r\n");
    for (int i = 0; i < 1000; i++) {
        repeat("--b\r\nContent-Disposition: attachment", 1);
        for (int n = 0; n < 64; n++) (void)buffer_printf(&mail, "; filename*%d=\"%01000d\"", n, n);
        repeat("\r\n\r\nx\r\n", 1);
    }
    struct message *m = extract();
    assert_int_equal(m->file_count, 1000);
    message_free(&m);
}

static void comments(void **state)
{
    (void)state;
    begin("Content-Type: ");
    repeat("(", MANY);
    repeat("\r\nContent-Transfer-Encoding: ", 1);
    repeat("(\\", MANY);
    repeat("\r\n\r\nx", 1);
    struct message *m = extract();
    assert_int_equal(m->text_count, 1);
    message_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(parts),        extract_test(ambiguous_parts), extract_test(levels),
        extract_test(nested_mails), extract_test(lines),           extract_test(broken_header),
        extract_test(long_fields),  extract_test(parameters),      extract_test(names),
        extract_test(comments),
    };
    return run_group(tests);
}
