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

static const struct {
    const char *html, *visible, *hidden;
    unsigned reasons;
} hidings[] = {
    {"<p style='display:none'>a<b>b</b></p>c", "c", "ab", HIDDEN_DISPLAY},
    {"<p hidden>a</p>c", "c", "a", HIDDEN_DISPLAY},
    {"<p style='visibility:hidden'>a<b style='visibility:visible'>b</b></p>", "b", "a", HIDDEN_VISIBILITY},
    {"<p style='font-size:0'>a<b style='font-size:12px'>b</b></p>", "b", "a", HIDDEN_FONT},
    {"<p style='font:bold 1px/1 Arial'>a", "", "a", HIDDEN_FONT},
    {"<p style='font-size:20px'><i style='font-size:5%'>a</i>b", "b", "a", HIDDEN_FONT},
    {"<font color=white>a</font>b", "b", "a", HIDDEN_COLOR},
    {"<body bgcolor=#000000><font color='#0a0a0a'>a</font><font color=red>b", "b", "a", HIDDEN_COLOR},
    {"<div style='background:rgb(10, 20,30)'><i style='color:#0a141e'>a</i><i style='color:#fff'>b", "b", "a",
     HIDDEN_COLOR},
    {"<p style='color:rgba(0,0,0,0)'>a", "", "a", HIDDEN_COLOR},
    {"<p style='background:url(x);color:#fff'>a", "a", "", 0},
    {"<p style='opacity:0'>a", "", "a", HIDDEN_OPACITY},
    {"<p style='position:absolute;left:-5000px'>a", "", "a", HIDDEN_OFFSCREEN},
    {"<p style='text-indent:-9999px'>a", "", "a", HIDDEN_OFFSCREEN},
    {"<p style='height:0;overflow:hidden;width:100%'>a", "", "a", HIDDEN_CLIPPED},
    {"<p style='height:0'>a", "a", "", 0},
    {"<style>.h{display:none}</style><p class='x h'>a<p class=H>b", "b", "a", HIDDEN_DISPLAY},
    {"<p id=h>a</p>b<style>/* x */ i,#h {display:none !important}</style>", "b", "a", HIDDEN_DISPLAY},
    {"<style>td.h{display:none}</style><p class=h>a", "a", "", 0},
    {"<style>.h{display:none} @media (max-width:9px){.h{display:block}}</style><p class=h>a", "a", "", 0},
    {"<style>@media (max-width:9px){.h{display:none}}</style><p class=h>a", "a", "", 0},
    {"<style>@media screen{.h{display:none}} .i{}</style><p class=h>a", "", "a", HIDDEN_DISPLAY},
    {"<style>@font-face{src:x} .k .h{display:none} .h:hover{display:none}</style><p class=h>a", "a", "", 0},
    {"<style>.h{display:none", "", "", 0},
    {"<div style='display:none'>&nbsp;&zwnj; &#847;</div>a", "a", "", 0},
};

static void hidden_text_is_kept_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hidings / sizeof hidings[0]; i++) {
        struct message *m = extract_html(hidings[i].html);
        assert_slice(m->texts[0].text, hidings[i].visible);
        assert_slice(m->texts[0].hidden, hidings[i].hidden);
        assert_int_equal(m->texts[0].hidden_reasons, hidings[i].reasons);
        message_free(&m);
    }
}

static void split_words_are_counted(void **state)
{
    (void)state;
    struct message *m =
        extract_html("<p>pa<i style='font-size:0'>x</i>ss w <i hidden>y</i>ord e<i hidden>z</i> nd");
    assert_slice(m->texts[0].text, "pass w ord e nd");
    assert_int_equal(m->texts[0].hidden_splits, 1);
    message_free(&m);
}

static void facts_of_the_page_are_kept(void **state)
{
    (void)state;
    struct message *m = extract_html(
        "<html lang=ja><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'>"
        "<base href='https://b.example/d/e'><style>p{font-family:SimSun}</style></head>"
        "<p style='font-family: Arial, serif'><font face='MS PGothic'><a href='x?y'>z</a><a href='/w'>v</a>");
    const struct text_part *t = &m->texts[0];
    assert_slice(t->language, "ja");
    assert_slice(t->meta_charset, "gb2312");
    assert_slice(t->base, "https://b.example/d/e");
    assert_slice(t->fonts, "Arial, serif\nMS PGothic\nSimSun\n");
    assert_slice(m->links[0].url, "https://b.example/d/x?y");
    assert_slice(m->links[1].url, "https://b.example/w");
    message_free(&m);
}

/* Where a script keeps URLs, and the URL that is found first. */
static const struct {
    const char *html, *url;
} scripts[] = {
    {"<script>location='https://s.example/a';x()</script>", "https://s.example/a"},
    {"<script>u=\"ht\" + 'tps:\\/\\/s.exa' +\n 'mple/b'</script>", "https://s.example/b"},
    {"<script>u='\\x68\\x74tp://s.\\u0065xample/c'</script>", "http://s.example/c"},
    {"<script>f(atob('aHR0cHM6Ly9zLmV4YW1wbGUvZA=='))</script>", "https://s.example/d"},
    {"<script>f(unescape('%3Ca%20href%3Dhttps%3A//s.example/e%3E'))</script>", "https://s.example/e"},
    {"<script>f(String.fromCharCode(104,116,116,112,58,47,47,115,46,101,120,97,109,112,108,101))</script>",
     "http://s.example"},
    {"<script>f('68747470733a2f2f732e6578616d706c652f66')</script>", "https://s.example/f"},
    {"<script>f('g/elpmaxe.s//:sptth')</script>", "https://s.example/g"},
    {"<script>f(atob('YXRvYignYUhSMGNITTZMeTl6TG1WNFlXMXdiR1V2WkE9PScp'))</script>", "https://s.example/d"},
    {"<p onclick=\"location.href='https://s.example/h'\">", "https://s.example/h"},
    {"<svg><a xlink:href='https://s.example/i'><text>t</text></a></svg>", "https://s.example/i"},
    {"<p><!--[if mso]><v:roundrect href=\"https://s.example/j\"><![endif]-->", "https://s.example/j"},
    {"<iframe src='https://s.example/k'></iframe>", "https://s.example/k"},
};

static void urls_of_scripts_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct message *m = extract_html(scripts[i].html);
        assert_string_equal(m->link_count == 1 ? (const char *)m->links[0].url.ptr : scripts[i].html,
                            scripts[i].url);
        message_free(&m);
    }
    struct message *m = extract_html("<a href='data:text/html;base64,aHR0cHM6Ly9zLmV4YW1wbGUvZA=='>x</a>"
                                     "<a href=\"javascript:location='https%3A//t.example/'\">y</a>");
    assert_int_equal(m->link_count, 4);
    assert_slice(m->links[1].url, "https://s.example/d");
    assert_int_equal(m->links[1].source, LINK_SCRIPT);
    assert_slice(m->links[3].host, "t.example");
    message_free(&m);
}

/* Rules, classes, hidden pieces and literals by the thousand cost no more than their bytes. */
static void long_pages_are_linear(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<style>.a,.a b{color:red;display:none}",
                                         "<style>@media(x){",
                                         "<p class='a a a a a a a a a a a a a a a a a a'>",
                                         "<i hidden>x</i>y",
                                         "<script>'aHR0cHM6Ly9zLmV4YW1wbGUvZA==',1,2,</script>",
                                         "<script>((((",
                                         "<!--[if mso]> href=",
                                         "<<<<",
                                         "<a href=x>",
                                         "<p style='font-family:a;;:::;'>"};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer html = buffer_make(1 << 22);
        while (html.len < 1000000) (void)buffer_append_cstr(&html, pieces[i]);
        (void)buffer_append_cstr(&html, "</script></style>--><p>end");
        struct buffer mail = buffer_make(1 << 22);
        (void)buffer_append_cstr(&mail, "Content-Type: text/html; charset=utf-8\r\n\r\n");
        (void)buffer_append(&mail, buffer_slice(&html));
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_int_equal(m->text_count, 1);
        message_free(&m);
        buffer_free(&html);
        buffer_free(&mail);
    }
}

/* One attribute or rule of a megabyte. */
static void long_attributes_are_linear(void **state)
{
    (void)state;
    static const char *const traps[][3] = {
        {"<a href='https://x.example/", "x%41@", "'>l</a>"},
        {"<p style='", "color:#fff;", "'>"},
        {"<p class='", "a ", "'>"},
        {"<style>", "@media (x){.a{", "</style>"},
        {"<style>", "a,", "{}</style>"},
        {"<base href='https://b.example/", "a/", "'><a href=x>"},
        {"<p onclick='", "1,", "'>"},
        {"<p onclick='", "atob(((", "'>"},
        {"<a href='https://x.example/?u=", "http%3A%2F%2Fa%3Fu%3D", "'>l</a>"},
        {"<a href='data:text/html;base64,", "QUFB", "'>l</a>"}};
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        struct buffer mail = buffer_make(1 << 22);
        (void)buffer_append_cstr(&mail, "Content-Type: text/html; charset=utf-8\r\n\r\n");
        (void)buffer_append_cstr(&mail, traps[i][0]);
        while (mail.len < 1000000) (void)buffer_append_cstr(&mail, traps[i][1]);
        (void)buffer_append_cstr(&mail, traps[i][2]);
        (void)buffer_append_cstr(&mail, "<p>end");
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_int_equal(m->text_count, 1);
        assert_true(slice_ends_nocase(m->texts[0].text, SLICE("end")));
        message_free(&m);
        buffer_free(&mail);
    }
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
        extract_test(visible_text_is_kept),       extract_test(links_show_their_text),
        extract_test(forms_are_counted),          extract_test(charset_of_meta_is_used),
        extract_test(attached_pages_are_read),    extract_test(deep_trees_are_cut_and_read_on),
        extract_test(hidden_text_is_kept_apart),  extract_test(split_words_are_counted),
        extract_test(facts_of_the_page_are_kept), extract_test(urls_of_scripts_are_found),
        extract_test(long_attributes_are_linear), extract_test(long_pages_are_linear),
    };
    return run_group(tests);
}
