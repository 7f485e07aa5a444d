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
    {"ftp://f.example/z hxxp://no.example", "ftp://f.example/z"},
    {"mailwww.example.com a@www.example.com", ""},
    {"http:// https:// www.", ""},
    {"http://日本語.jp/あ", "http://日本語.jp/"},
    {"http://ひらがな.jp/ を", "http://ひらがな.jp/"},
    {"xhttp://a.example", "http://a.example"},
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

int main(void)
{
    const struct CMUnitTest tests[] = {extract_test(urls_are_taken_apart),
                                       extract_test(urls_are_found_in_text)};
    return run_group(tests);
}
