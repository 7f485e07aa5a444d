/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part tree: paths, nesting, boundaries, and what becomes a text or a file.
 */
#include "support.h"

/* One line a part: texts "T path", files "F path type", in order. Of the other readings only, or without
 * them.
 */
static void check_reading(struct message *m, bool is_alternate, const char *expected)
{
    struct buffer got = buffer_make(1 << 16);
    for (size_t i = 0; i < m->text_count; i++) {
        if (m->texts[i].is_alternate_reading != is_alternate) continue;
        (void)buffer_printf(&got, "T %.*s %.*s\n", (int)m->texts[i].path.len,
                            (const char *)m->texts[i].path.ptr, (int)slice_trim(m->texts[i].text).len,
                            (const char *)slice_trim(m->texts[i].text).ptr);
    }
    for (size_t i = 0; i < m->file_count; i++) {
        if (m->files[i].is_alternate_reading != is_alternate) continue;
        (void)buffer_printf(&got, "F %.*s %.*s\n", (int)m->files[i].path.len,
                            (const char *)m->files[i].path.ptr, (int)m->files[i].declared_type.len,
                            (const char *)m->files[i].declared_type.ptr);
    }
    assert_slice(buffer_slice(&got), expected);
    buffer_free(&got);
}

static void check_parts(struct message *m, const char *expected)
{
    check_reading(m, false, expected);
    message_free(&m);
}

#define MULTI(b) "Content-Type: multipart/mixed; boundary=" b "\r\n\r\n"

static void paths_are_numbered_as_imap_does(void **state)
{
    (void)state;
    check_parts(extract_text("Subject: x\r\n\r\nbody"), "T 1 body\n");
    check_parts(
        extract_text(MULTI("o") "preamble\r\n--o\r\n" MULTI(
            "i") "--i\r\n\r\none\r\n--i\r\nContent-Type: "
                 "text/html\r\n\r\n<p>two\r\n--i--\r\n--o\r\nContent-Type: image/png\r\n\r\nx\r\n--o--\r\n"
                 "epilogue\r\n--o\r\n\r\nlate"),
        "T 1.1 one\nT 1.2 two\nF 2 image/png\n");
}

static void nested_mails_are_opened(void **state)
{
    (void)state;
    struct message *m = extract_text(
        MULTI("o") "--o\r\n\r\ntop\r\n--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n" MULTI(
            "i") "--i\r\n\r\nhttp://a.example/\r\n--i\r\nContent-Type: "
                 "application/pdf\r\n\r\n%PDF-1\r\n--i--\r\n--o--");
    assert_int_equal(m->link_count, 1);
    assert_slice(m->links[0].where, "2.1");
    assert_null(message_find_header(m, SLICE("Subject")));
    check_parts(m, "T 1 top\nT 2.1 http://a.example/\nF 2 message/rfc822\nF 2.2 application/pdf\n");
    check_parts(extract_text("Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nsingle"),
                "T 1.1 single\nF 1 message/rfc822\n");
    /* under base64, which RFC 2046 forbids */
    check_parts(extract_text("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                             "U3ViamVjdDogeA0KDQpoaWRkZW4NCg==\r\n"),
                "T 1.1 hidden\nF 1 message/rfc822\n");
    /* multipart under base64: "--i\r\n\r\nhidden\r\n--i--\r\n" */
    check_parts(
        extract_text("Content-Type: multipart/mixed; boundary=i\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                     "LS1pDQoNCmhpZGRlbg0KLS1pLS0NCg==\r\n"),
        "T 1.1 hidden\n");
    check_parts(
        extract_text(
            "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: x\r\n\r\nin\r\n--d--"),
        "T 1.1 in\nF 1 message/rfc822\n");
}

static void boundaries_are_matched_whole(void **state)
{
    (void)state;
    check_parts(extract_text(MULTI("ab") "--ab\r\n\r\n--abc\r\n--a\r\n-- ab\r\n--ab \t\r\n\r\nsecond"),
                "T 1 --abc\n--a\n-- ab\nT 2 second\n");
    check_parts(extract_text(MULTI("\"q;: b\"") "--q;: b\r\n\r\none\r\n--q;: b--"), "T 1 one\n");
    /* an outer delimiter closes what is open inside */
    check_parts(
        extract_text(MULTI("o") "--o\r\n" MULTI("i") "--i\r\n\r\none\r\n--o\r\n\r\ntwo\r\n--i\r\n\r\n--o--"),
        "T 1.1 one\nT 2 two\n--i\n");
    /* no boundary named, bare line feeds, no end */
    check_parts(extract_text("Content-Type: multipart/mixed\n\n--x\n\none\n--x\n\ntwo"),
                "T 1 one\nT 2 two\n");
    check_parts(extract_text(MULTI("o") "--o--\r\n"), "");
    check_parts(extract_text(MULTI("o") "--o\r\nContent-Type: text/plain\r\n--o\r\n\r\nx"), "T 1 \nT 2 x\n");
}

static void transfer_encodings_are_undone(void **state)
{
    (void)state;
#define CTE(e) "Content-Transfer-Encoding: " e "\r\n\r\n"
    check_parts(extract_text(CTE("base64") "aGVs\r\nbG8=\r\n"), "T 1 hello\n");
    check_parts(extract_text(CTE("BASE64") "aG!Vs*bG8"), "T 1 hello\n");
    check_parts(extract_text(CTE("base64") "aGU=bGxv"), "T 1 hello\n");
    check_parts(extract_text(CTE("quoted-printable") "a=3db=3D=\r\nc =zz"), "T 1 a=b=c =zz\n");
    check_parts(extract_text(CTE("Quoted-Printable (comment)") "=41"), "T 1 A\n");
    check_parts(extract_text(CTE("x-uuencode") "begin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\n"), "T 1 hello\n");
    check_parts(extract_text(CTE("8bit") "a=3D"), "T 1 a=3D\n");
    /* as mail programs repair it */
    check_parts(extract_text(CTE("base64") "aGVs\r\n\r\n bG8"), "T 1 hello\n");
    check_parts(extract_text(CTE("base64") "aGVsbG8=\r\n-- \r\nThis mail was checked\r\n"), "T 1 hello\n");
    check_parts(extract_text(CTE("base64") "aGVsbG8=\r\n\r\nA list of many words\r\n"), "T 1 hello\n");
    check_parts(extract_text(CTE("quoted-printable") "a= \r\nb=\t\r\nc=4"), "T 1 abc=4\n");
    check_parts(extract_text(CTE("quoted-printable") "=e3=81=82 =XY =3"), "T 1 あ =XY =3\n");
    check_parts(extract_text(CTE("quoted-printable") "end="), "T 1 end\n");
}

static void uuencoded_files_are_found(void **state)
{
    (void)state;
#define FULL_LINE "M3F]W(&ES('1H92!T:6UE(&9O<B!A;&P@9V]O9\"!P96]P;&4@=&\\@8V]M92!T\r\n"
    check_parts(extract_text("\r\nbegin 644 a.exe\r\n%:&5L;&\\\r\n`\r\nend\r\n"),
                "T 1 begin 644 a.exe\n%:&5L;&\\\n`\nend\nF 1/a.exe application/octet-stream\n");
    struct message *m = extract_text("\r\nhi\r\nbegin 666 b.js\r\n" FULL_LINE "%:&5L;&\\\r\n");
    assert_int_equal(m->file_count, 1);
    assert_int_equal(m->files[0].size, 50);
    message_free(&m);
    m = extract_text("\r\nbegin 644 is how it starts\r\nand it goes on\r\n");
    assert_int_equal(m->file_count, 0);
    message_free(&m);
}

static void content_elsewhere_is_told(void **state)
{
    (void)state;
    struct message *m = extract_text("Content-Type: message/external-body; access-type=URL;\r\n "
                                     "URL=\"http://a.example/\r\n  x.exe\"\r\n\r\n"
                                     "Content-Type: application/octet-stream\r\n\r\n");
    assert_int_equal(m->link_count, 1);
    assert_slice(m->links[0].url, "http://a.example/x.exe");
    message_free(&m);
    m = extract_text(
        "Content-Type: message/external-body; access-type=anon-ftp; site=\"ftp.example\"; name=\"x\";"
        " directory=\"pub\"\r\n\r\n");
    assert_slice(m->links[0].url, "ftp://ftp.example/pub/x");
    message_free(&m);
    m = extract_text("MIME-Version: 1.0\r\nContent-Type: message/partial; id=x; number=1; total=2\r\n\r\n"
                     "Subject: y\r\nContent-Type: application/x; name=a.exe\r\n\r\nMZ");
    assert_int_equal(m->oddity_count, 1);
    assert_int_equal(m->oddities[0].kind, ODDITY_PARTIAL);
    check_parts(m, "F 1 message/partial\nF 1.1 application/x\n");
}

static void html_is_known_by_other_names(void **state)
{
    (void)state;
    static const char *const types[] = {"Text/HTML", "text/x-amp-html", "TEXT / HTML", "html", "text"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct buffer mail = buffer_make(4096);
        (void)buffer_printf(&mail, "Content-Type: %s\r\n\r\n<html><p>x", types[i]);
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_true(m->texts[m->text_count - 1].is_html);
        message_free(&m);
        buffer_free(&mail);
    }
    struct message *m = extract_text("Content-Type: text/plain\r\n\r\n<html><p>x");
    assert_false(m->texts[0].is_html);
    message_free(&m);
    m = extract_text("Content-Type: application/octet-stream; name=a.HTML\r\n\r\n<p>x");
    assert_true(m->texts[0].is_html);
    message_free(&m);
}

static void texts_that_are_attached_are_files_too(void **state)
{
    (void)state;
    struct message *m = extract_text(MULTI(
        "o") "--o\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nbody\r\n--o\r\nContent-Type: TEXT/HTML; "
             "name=x.HTML\r\nContent-Disposition: attachment\r\n\r\n<p>hi\r\n--o\r\nContent-Type: "
             "text/csv\r\n\r\na,b\r\n--o--");
    assert_false(m->texts[0].is_attachment);
    assert_slice(m->texts[0].charset, "utf-8");
    assert_true(m->texts[1].is_attachment);
    assert_true(m->texts[1].is_html);
    assert_slice(m->files[0].extension, "html");
    assert_slice(m->text_words, "body");
    check_parts(m, "T 1 body\nT 2 hi\nF 2 text/html\nF 3 text/csv\n");
}

static void types_that_are_none_are_text(void **state)
{
    (void)state;
    check_parts(extract_text("Content-Type: text\r\n\r\nx"), "T 1 x\n");
    check_parts(extract_text("Content-Type: text/html charset=utf-8\r\n\r\nx"), "T 1 x\n");
    check_parts(extract_text("content-type:APPLICATION/Octet-Stream (c)\r\n\r\nx"),
                "F 1 application/octet-stream\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(paths_are_numbered_as_imap_does), extract_test(nested_mails_are_opened),
        extract_test(boundaries_are_matched_whole),    extract_test(transfer_encodings_are_undone),
        extract_test(uuencoded_files_are_found),       extract_test(content_elsewhere_is_told),
        extract_test(html_is_known_by_other_names),    extract_test(texts_that_are_attached_are_files_too),
        extract_test(types_that_are_none_are_text),
    };
    return run_group(tests);
}
