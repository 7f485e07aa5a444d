/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * URLs in plain text that no mail program makes clickable but a reader understands: in full-width letters,
 * with hxxp or [.] (as security notices write them), and names with a path but without a scheme. See url.h.
 * One pass over the text's words; a word is a run of printable ASCII and full-width ASCII.
 */
#include "analysis/extract/domain.h"
#include "analysis/extract/url.h"
#include "analysis/extract/view.h"
#include "base/utf8.h"

enum { WORD_MAX_BYTES = 2048, HOST_MAX_BYTES = 253 };

/* A word with full-width letters made ASCII. */
struct plain_word {
    struct buffer text;
    bool was_wide, was_defanged;
    bool has_plain_scheme; /* "://" as written */
};

static bool is_url_byte(uint8_t c)
{
    return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '`';
}

/* The ASCII character of a URL, not of a sentence, that U+FF01 to U+FF5E (EF BC 81 … EF BD 9E) stands for; 0
 * for other text. */
static uint8_t wide_byte(struct slice at)
{
    if (at.len < 3 || at.ptr[0] != 0xef || (at.ptr[1] != 0xbc && at.ptr[1] != 0xbd)) return 0;
    unsigned low = (at.ptr[1] == 0xbc ? 0U : 0x40U) + (at.ptr[2] & 0x3fU);
    uint8_t c = low >= 1 && low <= 0x5e ? (uint8_t)(low + 0x20) : 0;
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr(".:/-_%=&@#~+", c)) ? c : 0;
}

/* Takes the next word off *rest; false at the end of the text. */
static bool next_word(struct slice *rest, struct plain_word *word)
{
    buffer_clear(&word->text);
    word->was_wide = word->was_defanged = word->has_plain_scheme = false;
    while (rest->len > 0) {
        uint8_t wide = wide_byte(*rest), c = wide ? wide : rest->ptr[0];
        if (!is_url_byte(c)) {
            if (word->text.len > 0) return true;
        } else {
            (void)buffer_append_byte(&word->text, c);
            word->has_plain_scheme = word->has_plain_scheme || slice_starts(*rest, SLICE("://"));
            word->was_wide = word->was_wide || wide != 0;
        }
        *rest = slice_skip(*rest, wide ? 3 : 1);
    }
    return word->text.len > 0;
}

/* What stands for a dot, colon or scheme at the place; *meaning gets what is meant. */
static size_t defanged_len(struct slice at, const char **meaning)
{
    static const struct {
        const char *written, *meant;
    } forms[] = {{"hxxp", "http"}, {"hxtp", "http"}, {"h**p", "http"}, {"[.]", "."}, {"(.)", "."},
                 {"{.}", "."},     {"[dot]", "."},   {"(dot)", "."},   {"[:]", ":"}, {"[://]", "://"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct slice written = slice_from_cstr(forms[i].written);
        *meaning = forms[i].meant;
        if (slice_starts_nocase(at, written)) return written.len;
    }
    return 0;
}

static void undo_defanging(struct plain_word *word)
{
    struct buffer out = buffer_make(WORD_MAX_BYTES);
    for (struct slice rest = buffer_slice(&word->text); rest.len > 0;) {
        const char *meaning = NULL;
        bool may = memchr("hH[({", rest.ptr[0], 5) != NULL;
        size_t len = may ? defanged_len(rest, &meaning) : 0;
        if (len > 0)
            (void)buffer_append_cstr(&out, meaning);
        else
            (void)buffer_append_byte(&out, rest.ptr[0]);
        word->was_defanged = word->was_defanged || len > 0;
        rest = slice_skip(rest, len > 0 ? len : 1);
    }
    buffer_clear(&word->text);
    (void)buffer_append(&word->text, buffer_slice(&out));
    buffer_free(&out);
}

/* Endings that are those of files too. */
static bool is_file_ending(struct slice host)
{
    static const char *const endings[] = {".sh",  ".py",  ".rs", ".md", ".pl", ".so",
                                          ".zip", ".mov", ".cc", ".ps", ".am"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (slice_ends_nocase(host, slice_from_cstr(endings[i]))) return true;
    }
    return false;
}

/* Length of the host at the front: names with dots between; 0 when there is none. */
static size_t host_len(struct slice text)
{
    size_t len = 0, dots = 0;
    while (len < text.len && len < HOST_MAX_BYTES) {
        uint8_t c = text.ptr[len];
        bool after_dot = len == 0 || text.ptr[len - 1] == '.';
        if (c == '.' && after_dot) return 0;
        if (c != '.' && c != '-' && !ascii_is_alpha(c) && !ascii_is_digit(c)) break;
        dots += c == '.';
        len++;
    }
    return dots > 0 && text.ptr[len - 1] != '.' ? len : 0;
}

static bool is_bare_url(struct slice word, bool disguised)
{
    size_t len = host_len(word);
    struct slice host = slice_head(word, len);
    if (len == 0 || is_file_ending(host) || !domain_has_known_ending(host)) return false;
    bool path = len + 1 < word.len && word.ptr[len] == '/';
    return path || (disguised && (len == word.len || word.ptr[len] == '/'));
}

static struct slice strip_brackets(struct slice word)
{
    while (word.len > 0 && memchr("([{'|*,:;", word.ptr[0], 9)) word = slice_skip(word, 1);
    while (word.len > 0 && memchr(".,:;!?'*_)]}|", word.ptr[word.len - 1], 13)) word.len--;
    return word;
}

static void take_word(struct extractor *x, struct plain_word *word, struct slice where)
{
    undo_defanging(word);
    bool disguised = word->was_wide || word->was_defanged;
    struct slice text = strip_brackets(buffer_slice(&word->text));
    if (slice_find(text, SLICE("://")) < text.len || slice_starts_nocase(text, SLICE("www."))) {
        if (word->was_defanged || (disguised && !word->has_plain_scheme))
            url_find_links(x, LINK_TEXT, buffer_slice(&word->text), where);
        return;
    }
    if (!is_bare_url(text, disguised) || !view_wants_links(x, where)) return;
    char *url = arena_printf(&x->message->arena, "http://%.*s", (int)text.len, (const char *)text.ptr);
    view_add_link(x, LINK_TEXT, slice_from_cstr(url), slice_make(NULL, 0), where);
}

void url_find_disguised(struct extractor *x, struct slice text, struct slice where)
{
    struct plain_word word = {.text = buffer_make(WORD_MAX_BYTES)};
    while (next_word(&text, &word)) {
        if (!word.text.overflowed && slice_index(buffer_slice(&word.text), '.') < word.text.len)
            take_word(x, &word, where);
        word.text.overflowed = false;
    }
    buffer_free(&word.text);
}
