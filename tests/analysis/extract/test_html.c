/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HTML parts: visible text, links with what they show, forms, scripts.
 */
#include "support.h"

static struct message *extract_html(const char *html)
{
    struct buffer mail = buffer_make(1 << 20);
    (void)buffer_append_cstr(&mail, "Content-Type: text/html; charset=utf-8\r\n\r\n");
    (void)buffer_append_cstr(&mail, html);
    struct message *m = extract_bytes(buffer_slice(&mail));
    buffer_free(&mail);
    return m;
}

static void visible_text_is_kept(void **state)
{
    (void)state;
    struct message *m = extract_html(
        "<html><head><title>t</title><style>p{}</style></head><body>  one  <b>t</b>wo<p>three"
        "<br>four &amp; &#x3042;</p><script>no()</script><!-- no --><table><tr><td>a<td>b</table>");
    assert_slice(m->texts[0].text, "one two\nthree\nfour & あ\na b");
    assert_true(m->texts[0].has_script);
    assert_true(m->texts[0].is_html);
    message_free(&m);
    m = extract_html("<p onclick='x()'>a");
    assert_true(m->texts[0].has_script);
    message_free(&m);
    m = extract_html("<p title=on>a");
    assert_false(m->texts[0].has_script);
    message_free(&m);
}

static void links_show_their_text(void **state)
{
    (void)state;
    struct message *m = extract_html(
        "<a href=' https://evil.example/x '> https://bank.co.jp <b>now</b> </a> https://c.example/ "
        "<map><area href='http://d.example'></map><img src='http://no.example/i.png'>"
        "<meta http-equiv=Refresh content='0; URL=\"http://e.example/\"'><a name=x>y</a>");
    assert_int_equal(m->link_count, 4);
    assert_slice(m->links[0].url, "https://evil.example/x");
    assert_slice(m->links[0].text, "https://bank.co.jp now");
    assert_slice(m->links[0].registrable, "evil.example");
    assert_int_equal(m->links[0].source, LINK_HTML);
    assert_int_equal(m->links[1].source, LINK_TEXT);
    assert_slice(m->links[1].host, "c.example");
    assert_slice(m->links[2].host, "d.example");
    assert_slice(m->links[3].url, "http://e.example/");
    message_free(&m);
}

static void forms_are_counted(void **state)
{
    (void)state;
    struct message *m =
        extract_html("<form action='https://evil.example/post'><input name=id><input type=PASSWORD>"
                     "<input type=hidden><input type=submit><textarea></textarea></form>"
                     "<form><input name=card_no></form>"
                     "<input name=user><input name=userPasswd>");
    const struct text_part *t = &m->texts[0];
    assert_int_equal(t->form_count, 3);
    assert_slice(t->forms[0].action, "https://evil.example/post");
    assert_slice(t->forms[0].action_host, "evil.example");
    assert_true(t->forms[0].has_password);
    assert_int_equal(t->forms[0].input_count, 3);
    assert_slice(t->forms[1].action, "");
    assert_false(t->forms[1].has_password);
    assert_int_equal(t->forms[2].input_count, 2);
    assert_true(t->forms[2].has_password);
    assert_int_equal(m->link_count, 1);
    assert_int_equal(m->links[0].source, LINK_FORM);
    message_free(&m);
}

/* A page that hides behind another type is read all the same. */
static void attached_pages_are_read(void **state)
{
    (void)state;
    static const char *const mails[] = {
        "Content-Type: a/b; name=x.html\r\n\r\n<form><input type=password></form>",
        "Content-Type: a/b; name=x.htm\r\n\r\nSign in<form><input type=password></form>",
        "Content-Type: a/b; name=x.pdf\r\n\r\n<html><form><input type=password></form>",
    };
    for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
        struct message *m = extract_text(mails[i]);
        assert_int_equal(m->file_count, 1);
        assert_int_equal(m->text_count, 1);
        assert_true(m->texts[0].is_html && m->texts[0].is_attachment);
        assert_true(m->texts[0].form_count == 1 && m->texts[0].forms[0].has_password);
        message_free(&m);
    }
    struct message *m =
        extract_text("Content-Type: application/octet-stream; name=a.txt\r\n\r\nplain <form>");
    assert_int_equal(m->text_count, 0);
    message_free(&m);
}

static void charset_of_meta_is_used(void **state)
{
    (void)state;
    struct message *m = extract_text("Content-Type: text/html\r\n\r\n<meta charset=\"koi8-r\">\xc1\xc2\xd7");
    assert_slice(m->texts[0].text, "абв");
    message_free(&m);
}

/* What stands behind too much nesting is still read, and the limit is noted. */
static void deep_trees_are_cut_and_read_on(void **state)
{
    (void)state;
    static const char *const traps[] = {"<div>", "<div><object></div>", "<b><i><font>", "<table><tr><td>",
                                        "<svg><g>"};
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        struct buffer html = buffer_make(1 << 20);
        for (size_t n = 0; n < 3000; n++) (void)buffer_append_cstr(&html, traps[i]);
        (void)buffer_append_cstr(&html, "<a href='http://deep.example/'>here</a>");
        struct message *m = extract_html(buffer_cstr(&html));
        assert_int_equal(count_limit(m, "analysis.html_depth_max"), 1);
        assert_int_equal(m->link_count, 1);
        assert_slice(m->links[0].host, "deep.example");
        message_free(&m);
        buffer_free(&html);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(visible_text_is_kept),    extract_test(links_show_their_text),
        extract_test(forms_are_counted),       extract_test(charset_of_meta_is_used),
        extract_test(attached_pages_are_read), extract_test(deep_trees_are_cut_and_read_on),
    };
    return run_group(tests);
}
