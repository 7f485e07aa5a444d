/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails that programs read differently: the other reading's leaves, marked; that twins are dropped; and that
 * the number of readings is bounded.
 */
#include "support.h"

#define MIXED(b) "Content-Type: multipart/mixed; boundary=" b "\r\n"
#define PDF      "Content-Type: application/pdf\r\n\r\n%PDF-1\r\n"

/* Kinds of oddities, then texts "T path text" and files "F path name" of other readings. */
static void check(const char *mail, size_t len, const char *expected)
{
    struct message *m = extract_bytes(slice_make(mail, len));
    struct buffer got = buffer_make(1 << 16);
    for (size_t i = 0; i < m->oddity_count; i++)
        (void)buffer_printf(&got, "%s\n", oddity_name(m->oddities[i].kind));
    for (size_t i = 0; i < m->text_count; i++) {
        struct slice text = slice_trim(m->texts[i].text);
        if (m->texts[i].is_alternate_reading)
            (void)buffer_printf(&got, "T %.*s %.*s\n", (int)m->texts[i].path.len,
                                (const char *)m->texts[i].path.ptr, (int)text.len, (const char *)text.ptr);
    }
    for (size_t i = 0; i < m->file_count; i++) {
        const struct file_part *f = &m->files[i];
        if (f->is_alternate_reading)
            (void)buffer_printf(&got, "F %.*s %.*s %.*s\n", (int)f->path.len, (const char *)f->path.ptr,
                                (int)f->declared_type.len, (const char *)f->declared_type.ptr,
                                (int)f->content.len, (const char *)f->content.ptr);
    }
    assert_slice(buffer_slice(&got), expected);
    buffer_free(&got);
    message_free(&m);
}

#define CHECK(mail, expected)                                                                                \
    check("MIME-Version: 1.0\r\n" mail, sizeof("MIME-Version: 1.0\r\n" mail) - 1, expected)

static void fields_that_differ_are_both_read(void **state)
{
    (void)state;
    CHECK("Content-Type: text/plain\r\n" MIXED("a") "\r\n--a\r\n" PDF "--a--\r\n",
          "content-types\nF ~1.1 application/pdf %PDF-1\n");
    CHECK("Content-Type(c): application/pdf\r\n\r\n%PDF-1", "content-types\nF ~1 application/pdf %PDF-1\n");
    CHECK("Content-Type: text/plain\r\nContent-Type: TEXT/plain; charset=utf-8\r\n\r\nx", "");
    CHECK(MIXED("a") "\r\n--a\r\n" MIXED("b")
              MIXED("c") "\r\n--b\r\n\r\none\r\n--c\r\n\r\ntwo\r\n--b--\r\n--c--\r\n"
                         "--a\r\n\r\nlast\r\n--a--\r\n",
          "content-types\nT 1~1.1 two\n--b--\n");
    CHECK("Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: "
          "7bit\r\n\r\naGVs",
          "encodings\nF 1~1 application/x aGVs\n");
    CHECK("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx", "");
}

static void encodings_are_guessed(void **state)
{
    (void)state;
    CHECK("Content-Transfer-Encoding: base-64\r\n\r\nVGhpcyB0ZXh0IGlzIGVuY29kZWQu\r\n",
          "unknown-encoding\nT 1~1 This text is encoded.\n");
    CHECK("Content-Transfer-Encoding: quoted printable\r\n\r\n=41=42=43=\r\n\r\n",
          "unknown-encoding\nT 1~1 ABC\n");
    CHECK("Content-Transfer-Encoding: x-gzip\r\n\r\nwho knows\r\n", "unknown-encoding\n");
    CHECK("Content-Transfer-Encoding: base64\r\n\r\nThis is a text, with blanks, that is not encoded at "
          "all.\r\n",
          "wrong-encoding\nT 1~1 This is a text, with blanks, that is not encoded at all.\n");
    CHECK("Content-Type: application/x\r\n\r\nVGhpcyB0ZXh0IGlzIGVuY29kZWQu\r\n",
          "wrong-encoding\nF 1~1 application/x This text is encoded.\n");
    CHECK("Content-Transfer-Encoding: base64\r\n\r\nVGhpcyBpcyBoYWxmLg==\r\nVGhlIG90aGVyIGhhbGYgb2YgaXQu\r\n",
          "padding-inside\nT 1~1 This is half.\n");
    CHECK("Content-Type: text/plain\r\n\r\n<html><p>page</html>", "html-as-text\nT 1~1 page\n");
    CHECK("Content-Type: text/plain\r\n\r\nI like <html>", "");
    CHECK("Content-Transfer-Encoding: \"7bit\"\r\n\r\nx\r\n", "unknown-encoding\n");
    CHECK("Content-Transfer-Encoding: binary\r\n\r\nVGhpcyB0ZXh0IGlzIGVuY29kZWQu\r\n", "");
}

static void boundaries_are_all_tried(void **state)
{
    (void)state;
    CHECK(MIXED("a; boundary=b") "\r\n--a\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--a--\r\n",
          "boundaries\nT ~1.1 two\n--a--\n");
    CHECK(MIXED("a; boundary=b") "\r\n--a\r\n\r\none\r\n--a--\r\n", "");
    CHECK(MIXED("a") "\r\n--a\r\n\r\none\r\n--a-x\r\n\r\ntwo\r\n--a--\r\n",
          "boundary-prefix\nT ~1.1 one\nT ~1.2 two\n");
    CHECK(MIXED("a") "\r\n--a\r\n\r\none\r\n--a--\r\n--a\r\n\r\ntwo\r\n--a--\r\n",
          "behind-close\nT ~1.2 \nT ~1.3 two\n");
    CHECK(MIXED("x") "\r\n--a\r\n\r\none\r\n--a--\r\n", "boundary-missing\nT ~1.1 one\n");
    CHECK(MIXED("x") "\r\nonly text\r\n", "boundary-missing\nT ~1 only text\n");
    CHECK(MIXED("x") "\r\n--x\r\r"
                     "one\r--x--\r",
          "boundary-prefix\nboundary-missing\nT ~1.1 \nT ~2.1 one\n");
    CHECK(MIXED("x") "\r\n--x\r\n\r\none\r\n", "not-closed\n");
    CHECK("Content-Type: \"multipart/mixed\"; boundary=a\r\n\r\n--a\r\n\r\none\r\n--a--\r\n",
          "misspelt-type\nT ~1.1 one\n");
    CHECK("Content-Type: (c (d)) multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\none\r\n--a--\r\n", "");
}

static void broken_headers_are_read_both_ways(void **state)
{
    (void)state;
    CHECK("Content-Type: text/plain\r\nno field\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=",
          "header-break\nT ~1 no field\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n");
    CHECK("X: 1\rContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=", "header-control\nT ~1 hello\n");
    CHECK("X: 1\r\rContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=", "");
    CHECK("Content-\0Transfer-Encoding: base64\r\n\r\naGVsbG8=", "header-control\nT ~1 hello\n");
    CHECK("Subject: a\0b\r\n\r\nx", "");
}

/* The only text of a mail. */
static void check_text(const char *mail, const char *expected)
{
    struct message *m = extract_text(mail);
    assert_int_equal(m->text_count, 1);
    assert_slice(slice_trim(m->texts[0].text), expected);
    message_free(&m);
}

static void missing_empty_lines_lose_nothing(void **state)
{
    (void)state;
    check_text("Subject: x\r\nHello,\r\nthis is the body\r\n\r\nand its end",
               "Hello,\nthis is the body\n\nand its end");
    check_text("Subject: x\r\n \t\r\nHello", "Hello");
    check_text("Subject: x\r\nHello", "Hello");
    check_text("\xef\xbb\xbf"
               "From x\r\nSubject: x\r\n\r\nHello",
               "Hello");
    check_text("  \r\nSubject: x\r\n\r\nHello", "Hello");
    check_text("Subject: x\r\ncut line;\r\nDate: y\r\n\r\nHello", "Hello");
    check_text(MIXED("a") "--a\r\nContent-Type: text/plain\r\nHello\r\n--a--\r\n", "Hello");
}

static void readings_are_bounded(void **state)
{
    (void)state;
    struct buffer mail = buffer_make(1 << 20);
    (void)buffer_printf(&mail, MIXED("a") "\r\n");
    for (int i = 0; i < 100; i++)
        (void)buffer_printf(
            &mail,
            "--a\r\nContent-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\naGVs%04d\r\n",
            i);
    test_limits.mime_readings_max = 5;
    struct message *m = extract_bytes(buffer_slice(&mail));
    size_t others = 0;
    for (size_t i = 0; i < m->text_count; i++) others += m->texts[i].is_alternate_reading;
    assert_int_equal(m->text_count, 105);
    assert_int_equal(others, 5);
    assert_true(count_limit(m, "analysis.mime_readings_max") > 0);
    assert_true(m->oddity_count < 10);
    message_free(&m);
    buffer_free(&mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(fields_that_differ_are_both_read), extract_test(encodings_are_guessed),
        extract_test(boundaries_are_all_tried),         extract_test(broken_headers_are_read_both_ways),
        extract_test(missing_empty_lines_lose_nothing), extract_test(readings_are_bounded),
    };
    return run_group(tests);
}
