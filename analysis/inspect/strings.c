/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See strings.h.
 */
#include "analysis/inspect/strings.h"

static const struct slice words[] = {
#define SCRIPT_WORD(word) SLICE_INIT(word),
#include "analysis/inspect/script_words.def"
#undef SCRIPT_WORD
};

enum { WORD_MAX_BYTES = 32 };

/* Bytes of a scheme with its slashes at the start of `at`, or 0. */
static size_t scheme_len(struct slice at)
{
    static const struct slice schemes[] = {SLICE_INIT("http://"), SLICE_INIT("https://"),
                                           SLICE_INIT("ftp://"), SLICE_INIT("file://")};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (slice_starts_nocase(at, schemes[i])) return schemes[i].len;
    }
    return 0;
}

/* RFC 3986 characters, without what usually stands around an address in code. */
static bool is_url_byte(uint8_t c)
{
    return c > 0x20 && c != 0x7f && !memchr("\"'<>`{}|^\\()", c, 12);
}

void strings_find_links(struct extractor *x, size_t index, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t colon = slice_index(slice_skip(text, i), ':');
        i += colon;
        if (i >= text.len) return;
        for (size_t back = 3; back <= 5 && back <= i; back++) {
            struct slice at = slice_skip(text, i - back);
            size_t len = scheme_len(at);
            if (len == 0 || len != back + 3) continue;
            size_t end = len;
            while (end < at.len && is_url_byte(at.ptr[end])) end++;
            if (end > len) inspect_add_link(x, index, slice_head(at, end));
            i += end - back - 1;
            break;
        }
    }
}

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c != 0 && memchr("_.$-", c, 4));
}

static bool is_listed(struct slice word)
{
    if (word.len == 0 || word.len > WORD_MAX_BYTES) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal_nocase(word, words[i])) return true;
    }
    return false;
}

/* "client.DownloadString" is known by its last name. */
static struct slice last_name(struct slice word)
{
    size_t dot = word.len;
    while (dot > 0 && word.ptr[dot - 1] != '.') dot--;
    return slice_skip(word, dot);
}

void strings_find_script_words(struct extractor *x, size_t index, struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        while (end < text.len && is_word_byte(text.ptr[end])) end++;
        struct slice word = slice_head(slice_skip(text, i), end - i);
        if (!is_listed(word)) word = last_name(word);
        if (is_listed(word)) inspect_add_fact(x, index, FACT_SCRIPT_WORD, word);
        i = end + 1;
    }
}

struct slice strings_plain(struct extractor *x, struct slice content)
{
    if (slice_starts(content, SLICE("\xef\xbb\xbf"))) return slice_skip(content, 3);
    if (!slice_starts(content, SLICE("\xff\xfe"))) return content;
    struct buffer text = buffer_make(x->limits->text_max_bytes);
    (void)charset_convert(&x->charsets, CHARSET_UTF16LE, slice_skip(content, 2), &text);
    struct slice kept = arena_copy(&x->message->arena, buffer_slice(&text));
    buffer_free(&text);
    return kept;
}

struct slice strings_next_line(struct slice *rest)
{
    struct slice line = slice_next_token(rest, '\n');
    return line.ptr ? slice_trim(line) : line;
}

bool strings_ini_value(struct slice line, struct slice key, struct slice *value)
{
    size_t equals = slice_index(line, '=');
    if (equals == line.len || !slice_equal_nocase(slice_trim(slice_head(line, equals)), key)) return false;
    *value = slice_trim(slice_skip(line, equals + 1));
    if (value->len >= 2 && value->ptr[0] == '"' && value->ptr[value->len - 1] == '"')
        *value = slice_make(value->ptr + 1, value->len - 2);
    return true;
}

struct slice strings_xml_text(struct slice xml, struct slice tag, size_t *from)
{
    while (*from < xml.len) {
        size_t at = *from + slice_find_nocase(slice_skip(xml, *from), tag);
        if (at >= xml.len) break;
        *from = at + tag.len;
        bool is_start = at > 0 && (xml.ptr[at - 1] == '<' || xml.ptr[at - 1] == ':');
        if (!is_start || *from >= xml.len || !memchr("> \t\r\n", xml.ptr[*from], 5)) continue;
        struct slice rest = slice_skip(xml, *from);
        size_t open_end = slice_index(rest, '>');
        if (open_end == rest.len) break;
        struct slice text = slice_skip(rest, open_end + 1);
        return slice_trim(slice_head(text, slice_index(text, '<')));
    }
    *from = xml.len;
    return slice_make(NULL, 0);
}
