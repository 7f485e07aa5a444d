/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * URLs: the host in every notation, and finding URLs in text.
 */
#include "support.h"

#include "analysis/extract/url.h"

static const struct {
    const char *url, *scheme, *host, *registrable;
    bool is_ip;
} urls[] = {
    {"https://www.Example.co.jp:8443/a?b#c", "https", "www.example.co.jp", "example.co.jp", false},
    {"HTTP://user:pass@bank.jp@evil.example/x", "http", "evil.example", "evil.example", false},
    {"http://192.168.1.1/", "http", "192.168.1.1", "192.168.1.1", true},
    {"http://3232235777/", "http", "3232235777", "3232235777", true},
    {"http://0xC0.0xa8.1.1/", "http", "0xc0.0xa8.1.1", "0xc0.0xa8.1.1", true},
    {"http://0300.0250.01.01/", "http", "0300.0250.01.01", "0300.0250.01.01", true},
    {"http://0xC0A80101", "http", "0xc0a80101", "0xc0a80101", true},
    {"http://[2001:db8::1]:80/", "http", "2001:db8::1", "2001:db8::1", true},
    {"http://1.2.3.4.5/", "http", "1.2.3.4.5", "4.5", false},
    {"http://ex%61mple.com/", "http", "example.com", "example.com", false},
    {"http:\\\\evil.example\\x", "http", "evil.example", "evil.example", false},
    {"http:/evil.example", "http", "evil.example", "evil.example", false},
    {"ht\ntps://a.example.com", "https", "a.example.com", "example.com", false},
    {"//cdn.example.org/x", "", "cdn.example.org", "example.org", false},
    {"www.example.jp/x", "", "www.example.jp", "example.jp", false},
    {"http://xn--wgv71a119e.jp/", "http", "日本語.jp", "日本語.jp", false},
    {"http://example。com/", "http", "example.com", "example.com", false},
    {"http://ＥＸＡＭＰＬＥ．com", "http", "example.com", "example.com", false},
    {"http://example.com./", "http", "example.com", "example.com", false},
    {"mailto:a@b.c", "mailto", "", "", false},
    {"javascript:alert(1)", "javascript", "", "", false},
    {"data:text/html,x", "data", "", "", false},
    {"/relative?x=http://a.b", "", "", "", false},
    {"#top", "", "", "", false},
};

static void urls_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct arena arena = {0};
        struct url_parts parts = url_parse(&arena, slice_from_cstr(urls[i].url));
        assert_slice(parts.scheme, urls[i].scheme);
        assert_slice(parts.host, urls[i].host);
        if (!slice_equal(parts.host, SLICE("1.2.3.4.5")))
            assert_slice(parts.registrable, urls[i].registrable);
        assert_int_equal(parts.host_is_ip, urls[i].is_ip);
        arena_free(&arena);
    }
}

/* The URLs found, joined by blanks. */
static const struct {
    const char *text, *found;
} texts[] = {
    {"see https://a.example/b?c=d&e=f.", "https://a.example/b?c=d&e=f"},
    {"（https://a.example/b）をご確認ください。", "https://a.example/b"},
    {"https://a.example/bをクリック", "https://a.example/b"},
    {"URL:http://a.example、http://b.example。", "http://a.example http://b.example"},
    {"「http://a.example/」", "http://a.example/"},
    {"<http://a.example/x> \"http://b.example/y\"", "http://a.example/x http://b.example/y"},
    {"(see http://a.example/w_(x))", "http://a.example/w_(x)"},
    {"www.example.jp, WWW.example.com!", "www.example.jp WWW.example.com"},
    {"ftp://f.example/z gopher://no.example", "ftp://f.example/z"},
    {"mailwww.example.com a@www.example.com", ""},
    {"http:// https:// www.", ""},
    {"http://日本語.jp/あ", "http://日本語.jp/"},
    {"http://ひらがな.jp/ を", "http://ひらがな.jp/"},
    {"xhttp://a.example", "http://a.example"},
    {"hxxps://a[.]example[.]com/x。", "https://a.example.com/x"},
    {"見てください：ｈｔｔｐｓ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ／ａ、", "https://evil.example/a"},
    {"evil[.]com", "http://evil.com"},
    {"Go to login-bank.co.jp/in?x=1, please", "http://login-bank.co.jp/in?x=1"},
    {"ログインはbank.com/aへ。", "http://bank.com/a"},
    {"see src/main.c/x, a.py/x, and/or, 10.11/12, v1.2/3, a@b.com/x, example.com", ""},
    {"<https://a.example/very/\nlong/path?x=1\n&y=2> z", "https://a.example/very/long/path?x=1&y=2"},
    {"<URL:http://a.example/b\r\nc>", "http://a.example/bc"},
    {"<http://a.example/b c>", "http://a.example/b"},
    {"http://a.example\nhttp://b.example", "http://a.example http://b.example"},
};

static void urls_are_found_in_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct buffer mail = buffer_make(1 << 16), got = buffer_make(1 << 16);
        (void)buffer_printf(&mail, "Content-Type: text/plain; charset=utf-8\r\n\r\n%s", texts[i].text);
        struct message *m = extract_bytes(buffer_slice(&mail));
        for (size_t k = 0; k < m->link_count; k++) {
            if (k > 0) (void)buffer_append_byte(&got, ' ');
            (void)buffer_append(&got, m->links[k].url);
            assert_int_equal(m->links[k].source, LINK_TEXT);
            assert_slice(m->links[k].where, "1");
        }
        assert_slice(buffer_slice(&got), texts[i].found);
        message_free(&m);
        buffer_free(&mail);
        buffer_free(&got);
    }
}

static const struct {
    const char *url, *userinfo, *path;
    unsigned port, tricks;
} details[] = {
    {"https://bank.jp@evil.example:8443/a?b#c", "bank.jp", "/a?b#c", 8443, 0},
    {"http://a.example", "", "", 0, 0},
    {"http:\\\\a.example\\x", "", "\\x", 0, URL_TRICK_BACKSLASH},
    {"ht\ttp://a.example/x", "", "/x", 0, URL_TRICK_CONTROL},
    {"http://a.exam\nple/x", "", "/x", 0, URL_TRICK_CONTROL},
    {"http://a.example/x\ny", "", "/xy", 0, 0},
    {"http://%61.example/", "", "/", 0, URL_TRICK_PERCENT},
    {"http://a\u200b.example/", "", "/", 0, URL_TRICK_INVISIBLE},
    {"http://a.example/\u202egpj.exe", "", "/\u202egpj.exe", 0, URL_TRICK_INVISIBLE},
    {"http://a%E2%80%8B.example/", "", "/", 0, URL_TRICK_PERCENT | URL_TRICK_INVISIBLE},
    {"http://ａ.example/", "", "/", 0, URL_TRICK_WIDE},
    {"http://日本語.jp:99999/", "", "/", 0, 0},
};

static void details_of_urls_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        struct arena arena = {0};
        struct url_parts parts = url_parse(&arena, slice_from_cstr(details[i].url));
        assert_slice(parts.userinfo, details[i].userinfo);
        assert_slice(parts.path, details[i].path);
        assert_int_equal(parts.port, details[i].port);
        assert_int_equal(parts.tricks, details[i].tricks);
        arena_free(&arena);
    }
}

/* A wrapping URL and the innermost one. */
static const struct {
    const char *url, *inner;
    enum link_wrapper wrapper;
} wrapped[] = {
    {"https://www.google.com/url?sa=t&q=https%3A%2F%2Fi.example%2Fa&usg=x", "https://i.example/a",
     WRAPPER_REDIRECTOR},
    {"https://www.google.co.jp/url?url=https://i.example/b", "https://i.example/b", WRAPPER_REDIRECTOR},
    {"https://www.google.com/amp/s/i.example/c", "https://i.example/c", WRAPPER_REDIRECTOR},
    {"https://i-example-com.translate.goog/d?_x_tr_sl=auto", "https://i.example.com/d", WRAPPER_REDIRECTOR},
    {"https://my--shop-example-jp.translate.goog/d", "https://my-shop.example.jp/d", WRAPPER_REDIRECTOR},
    {"https://jpn01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fi.example%2Fe&data=05",
     "https://i.example/e", WRAPPER_GATEWAY},
    {"https://urldefense.proofpoint.com/v2/url?u=https-3A__i.example_f-3Fa&d=Dw", "https://i.example/f?a",
     WRAPPER_GATEWAY},
    {"https://urldefense.com/v3/__https://i.example/g__;!!abc$", "https://i.example/g", WRAPPER_GATEWAY},
    {"https://urldefense.com/v3/__https:/i.example/g__;!!abc$", "https://i.example/g", WRAPPER_GATEWAY},
    {"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fi.example%2fh&c=E", "https://i.example/h",
     WRAPPER_GATEWAY},
    {"https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly9pLmV4YW1wbGUvaQ&ntb=1", "https://i.example/i",
     WRAPPER_REDIRECTOR},
    {"https://l.facebook.com/l.php?u=https%3A%2F%2Fi.example%2Fj", "https://i.example/j", WRAPPER_REDIRECTOR},
    {"https://secure-web.cisco.com/1abc/https%3A%2F%2Fi.example%2Fk", "https://i.example/k", WRAPPER_GATEWAY},
    {"https://web.archive.org/web/2024/http://i.example/l", "http://i.example/l", WRAPPER_REDIRECTOR},
    {"https://any.example/go?id=1&to=https%3A%2F%2Fi.example%2Fm", "https://i.example/m", WRAPPER_PARAMETER},
    {"https://www.google.com/url?q=https://l.facebook.com/l.php%3Fu%3Dhttps%253A%252F%252Fi.example%252Fn",
     "https://i.example/n", WRAPPER_REDIRECTOR},
    {"https://www.google.com/search?q=https", NULL, 0},
    {"https://any.example/a?b=c", NULL, 0},
};

static void wrapped_urls_are_links_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrapped / sizeof wrapped[0]; i++) {
        struct buffer mail = buffer_make(1 << 16);
        (void)buffer_printf(&mail, "Content-Type: text/plain; charset=utf-8\r\n\r\n<%s>", wrapped[i].url);
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_slice(m->links[0].url, wrapped[i].url);
        assert_true(m->links[0].outer == SIZE_MAX);
        const struct link *last = &m->links[m->link_count - 1];
        assert_slice(last->url, wrapped[i].inner ? wrapped[i].inner : wrapped[i].url);
        if (wrapped[i].inner) {
            assert_int_equal(last->wrapper, wrapped[i].wrapper);
            assert_int_equal(last->outer, m->link_count - 2);
        }
        message_free(&m);
        buffer_free(&mail);
    }
}

static void hosts_have_skeletons(void **state)
{
    (void)state;
    struct message *m = extract_text("Content-Type: text/plain; charset=utf-8\r\n\r\n"
                                     "http://xn--pple-43d.com/ http://apple.com/");
    assert_int_equal(m->link_count, 2);
    assert_slice(m->links[0].skeleton, "apple.corn"); /* rn looks like m: that is how skeletons write it */
    assert_int_equal(m->links[1].skeleton.len, 0);
    message_free(&m);
}

/* Megabytes of what looks like URLs cost no more than their bytes. */
static void long_texts_are_linear(void **state)
{
    (void)state;
    static const char *const pieces[] = {"http://a.example ",
                                         "a.",
                                         "a/",
                                         "<http://",
                                         "hxxp://a[.]b ",
                                         "((((",
                                         "ｈ",
                                         "www.",
                                         "h\n",
                                         "http://a.b/?u=http%3A%2F%2F",
                                         "@",
                                         "x.com/y "};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buffer mail = buffer_make(1 << 23);
        (void)buffer_append_cstr(&mail, "Content-Type: text/plain; charset=utf-8\r\n\r\n");
        while (mail.len < 3000000) (void)buffer_append_cstr(&mail, pieces[i]);
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_int_equal(m->text_count, 1);
        message_free(&m);
        buffer_free(&mail);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(urls_are_taken_apart),     extract_test(urls_are_found_in_text),
        extract_test(details_of_urls_are_kept), extract_test(wrapped_urls_are_links_too),
        extract_test(hosts_have_skeletons),     extract_test(long_texts_are_linear)};
    return run_group(tests);
}
