/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding URLs in plain text, as mail programs make them clickable: Japanese text touches URLs without
 * blanks, so Japanese punctuation and kana end them too.
 */
#include "analysis/extract/url.h"
#include "analysis/extract/view.h"
#include "base/utf8.h"

enum { TEXT_URL_MAX_BYTES = 8192, BRACKETED_MAX_BYTES = 2048 };

/* Characters beyond ASCII that end a URL: blanks, punctuation and brackets, kana, full-width forms,
 * zero-width marks. */
static bool ends_url(int32_t c)
{
    if (c == UTF8_BAD || c == 0xa0 || c == 0xab || c == 0xbb || utf8_is_unsafe(c)) return true;
    if (c >= 0x2000 && c <= 0x206f) return true;
    return (c >= 0x3000 && c <= 0x30ff && c != 0x3005 && c != 0x30fb && c != 0x30fc) ||
           (c >= 0xff00 && c <= 0xffef);
}

static bool ascii_ends_url(uint8_t c)
{
    return c <= 0x20 || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '`';
}

static bool is_kana(int32_t c)
{
    return c >= 0x3041 && c <= 0x30ff;
}

/* Length of the URL whose scheme or www. is `start` bytes long. Kana end it, but not a host that begins in
 * Japanese. */
static size_t url_len(struct slice text, size_t start)
{
    struct slice rest = slice_head(text, TEXT_URL_MAX_BYTES);
    size_t whole = rest.len;
    bool in_idn = start < rest.len && rest.ptr[start] >= 0x80;
    rest = slice_skip(rest, start);
    while (rest.len > 0) {
        struct slice at = rest;
        uint8_t byte = rest.ptr[0];
        if (byte < 0x80 && ascii_ends_url(byte)) return whole - at.len;
        if (byte == '/') in_idn = false;
        int32_t c = utf8_next(&rest);
        if (byte >= 0x80 && ends_url(c) && !(in_idn && is_kana(c))) return whole - at.len;
    }
    return whole;
}

/* Without punctuation that belongs to the sentence; a closing bracket stays when it was opened inside. */
static size_t strip_punctuation(struct slice url)
{
    size_t open = 0, close = 0;
    for (size_t i = 0; i < url.len; i++) {
        open += url.ptr[i] == '(';
        close += url.ptr[i] == ')';
    }
    while (url.len > 0) {
        uint8_t last = url.ptr[url.len - 1];
        bool unbalanced = last == ')' && close > open;
        if (!unbalanced && !memchr(".,;:!?'*_]}|", last, 12)) break;
        close -= unbalanced;
        url.len--;
    }
    return url.len;
}

/* Length of the scheme or www. that starts a URL here, or 0. */
static size_t url_start_len(struct slice at)
{
    static const char *const starts[] = {"https://", "http://", "ftp://", "www."};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct slice start = slice_from_cstr(starts[i]);
        if (slice_starts_nocase(at, start)) return start.len;
    }
    return 0;
}

/* Where a URL may start when one of the bytes that all starts have in common stands at `mark` ("://" or
 * "www."). */
static size_t back_to_scheme(struct slice text, size_t mark, size_t floor)
{
    size_t at = mark;
    while (at > floor && mark - at < 5 && ascii_is_alpha(text.ptr[at - 1])) at--;
    while (at < mark && url_start_len(slice_skip(text, at)) == 0) at++;
    return at;
}

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '.' || c == '-' || c == '@' || c == '_';
}

/* The next place at or after `from` where a URL starts, or text.len. */
static size_t next_url(struct slice text, size_t from)
{
    for (size_t i = from; i + 4 < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == ':' && text.ptr[i + 1] == '/' && text.ptr[i + 2] == '/') {
            size_t at = back_to_scheme(text, i, from);
            if (at < i) return at;
        } else if ((c | 0x20) == 'w' && (i == 0 || !is_word_byte(text.ptr[i - 1])) &&
                   url_start_len(slice_skip(text, i)) == 4) {
            return i;
        }
    }
    return text.len;
}

/* A URL that line ends break inside of <…> (RFC 3986 appendix C), joined in the arena; empty when this is
 * none. */
static struct slice join_bracketed(struct extractor *x, struct slice text, size_t at, size_t *end)
{
    struct slice rest = slice_skip(text, at), inner = slice_head(rest, BRACKETED_MAX_BYTES);
    bool colon = at >= 5 && slice_equal_nocase(slice_make(text.ptr + at - 5, 5), SLICE("<URL:"));
    inner.len = slice_index(inner, '>');
    if (at == 0 || (text.ptr[at - 1] != '<' && !colon) ||
        inner.len == slice_head(rest, BRACKETED_MAX_BYTES).len)
        return slice_make(NULL, 0);
    uint8_t joined[BRACKETED_MAX_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < inner.len; i++) {
        uint8_t c = inner.ptr[i];
        bool break_here = c == '\n' || c == '\r';
        if (!break_here && ascii_ends_url(c)) return slice_make(NULL, 0);
        if (!break_here) joined[len++] = c;
    }
    *end = at + inner.len;
    return len < inner.len ? arena_copy(&x->message->arena, slice_make(joined, len)) : slice_make(NULL, 0);
}

void url_find_in_text(struct extractor *x, struct slice text, struct slice where)
{
    url_find_links(x, LINK_TEXT, text, where);
    url_find_disguised(x, text, where);
}

void url_find_links(struct extractor *x, enum link_source source, struct slice text, struct slice where)
{
    size_t at = 0;
    while ((at = next_url(text, at)) < text.len) {
        struct slice rest = slice_skip(text, at);
        size_t start = url_start_len(rest), end = at;
        struct slice joined = join_bracketed(x, text, at, &end);
        if (joined.len > 0) {
            view_add_link(x, source, joined, slice_make(NULL, 0), where);
            if (!view_wants_links(x, where)) return;
            at = end;
            continue;
        }
        size_t len = strip_punctuation(slice_head(rest, url_len(rest, start)));
        if (len > start) {
            view_add_link(x, source, slice_head(rest, len), slice_make(NULL, 0), where);
            if (!view_wants_links(x, where)) return;
        }
        at += len > start ? len : start;
    }
}
