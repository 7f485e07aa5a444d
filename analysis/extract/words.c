/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RFC 2047 as it is found; see words.h. The bytes of neighbouring words in one charset are joined before they
 * are converted, because mailers cut inside characters; base64 is carried over when a word ends inside a
 * quantum.
 */
#include "analysis/extract/words.h"

#include "analysis/extract/base64.h"

enum { WORD_MAX_BYTES = 8192, CHARSET_NAME_MAX_BYTES = 64, VALUE_FACTOR = 4 };

struct encoded_word {
    struct slice charset, text;
    bool is_base64;
    size_t len; /* of the whole word */
};

struct word_decoder {
    struct extractor *x;
    struct buffer *out;
    struct buffer raw;    /* bytes of the run not yet converted */
    struct slice charset; /* of the run; empty for plain text */
    bool in_words;        /* the run came from encoded words */
    struct base64_state base64;
};

/* Looks for the "?=" that ends the word's text; gives up where another word begins, which keeps the search
 * linear. */
static size_t find_end(struct slice text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != '?') continue;
        if (text.ptr[i + 1] == '=') return i;
        if (i > 0 && text.ptr[i - 1] == '=') break;
    }
    return text.len;
}

static bool is_charset_char(uint8_t c)
{
    return c > 0x20 && c < 0x7f && !strchr("?=\"<>()", c);
}

static bool read_word(struct slice at, struct encoded_word *word)
{
    if (!slice_starts(at, SLICE("=?"))) return false;
    at = slice_head(at, WORD_MAX_BYTES);
    size_t i = 2;
    while (i < at.len && i < CHARSET_NAME_MAX_BYTES && is_charset_char(at.ptr[i])) i++;
    if (i == 2 || i + 3 > at.len || at.ptr[i] != '?' || at.ptr[i + 2] != '?') return false;
    uint8_t encoding = ascii_lower(at.ptr[i + 1]);
    if (encoding != 'b' && encoding != 'q') return false;
    word->charset = slice_make(at.ptr + 2, i - 2);
    word->charset.len = slice_index(word->charset, '*'); /* RFC 2231 5: language */
    word->is_base64 = encoding == 'b';
    struct slice text = slice_skip(at, i + 3);
    size_t end = find_end(text);
    if (end == text.len) return false;
    word->text = slice_head(text, end);
    word->len = i + 3 + end + 2;
    return true;
}

size_t words_encoded_len(struct slice at)
{
    struct encoded_word word;
    return read_word(at, &word) ? word.len : 0;
}

/* Takes what an unfinished quantum holds as the end of its word. */
static void finish_quantum(struct word_decoder *d)
{
    uint8_t rest[3];
    size_t len = base64_finish(&d->base64, rest);
    (void)buffer_append(&d->raw, slice_make(rest, len));
}

static void flush_run(struct word_decoder *d)
{
    finish_quantum(d);
    charset_decode(&d->x->charsets, d->charset, buffer_slice(&d->raw), d->out);
    buffer_clear(&d->raw);
    d->charset = slice_make(NULL, 0);
    d->in_words = false;
}

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append_q(struct buffer *raw, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i] == '_' ? ' ' : text.ptr[i];
        if (c == '=' && i + 2 < text.len) {
            int high = hex_value(text.ptr[i + 1]), low = hex_value(text.ptr[i + 2]);
            if (high >= 0 && low >= 0) {
                c = (uint8_t)(high << 4 | low);
                i += 2;
            }
        }
        if (c != '\r' && c != '\n') (void)buffer_append_byte(raw, c);
    }
}

/* True when the quantum that a word left open goes on in this one; else its padding was left out: then its
 * spare bits are zero, and the lengths do not make whole quanta together. */
static bool continues_quantum(const struct base64_state *state, const struct encoded_word *word)
{
    uint32_t spare = state->chars == 2 ? 0xf : 0x3;
    if (!word->is_base64) return false;
    return state->chars == 1 || (state->bits & spare) != 0 || (state->chars + word->text.len) % 4 == 0;
}

static void take_word(struct word_decoder *d, const struct encoded_word *word)
{
    bool same = d->in_words && slice_equal_nocase(d->charset, word->charset);
    if (!same) flush_run(d);
    if (d->base64.chars > 0 && !continues_quantum(&d->base64, word)) finish_quantum(d);
    d->in_words = true;
    d->charset = word->charset;
    if (!word->is_base64) {
        append_q(&d->raw, word->text);
        return;
    }
    buffer_reserve(&d->raw, word->text.len + 3);
    if (buffer_capacity(&d->raw) - d->raw.len < word->text.len + 3) return;
    d->raw.len += base64_decode(&d->base64, word->text, d->raw.data + d->raw.len);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Plain text: line ends of folds are dropped and the blank after them is kept as one. */
static void take_plain(struct word_decoder *d, struct slice text)
{
    if (d->in_words) flush_run(d);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '\r' || c == '\n') continue;
        bool after_fold = i > 0 && text.ptr[i - 1] == '\n' && c == '\t';
        (void)buffer_append_byte(&d->raw, after_fold ? ' ' : c);
    }
}

/* Length of the plain text at the start: up to the next "=?" outside of ISO-2022-JP pairs. */
static size_t plain_len(struct slice s)
{
    bool in_pairs = false;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.ptr[i] == 0x1b) in_pairs = s.ptr[i + 1] == '$';
        if (!in_pairs && i > 0 && s.ptr[i] == '=' && s.ptr[i + 1] == '?') return i;
    }
    return s.len;
}

static void decode_value(struct word_decoder *d, struct slice rest)
{
    while (rest.len > 0) {
        struct encoded_word word;
        size_t blanks = 0;
        while (d->in_words && blanks < rest.len && is_blank(rest.ptr[blanks])) blanks++;
        if (read_word(slice_skip(rest, blanks), &word)) {
            take_word(d, &word);
            rest = slice_skip(rest, blanks + word.len);
        } else {
            size_t len = plain_len(rest);
            take_plain(d, slice_head(rest, len));
            rest = slice_skip(rest, len);
        }
    }
    flush_run(d);
}

/* True when the value can be shown as it stands. */
static bool is_plain(struct slice value)
{
    return charset_is_ascii(value) && !memchr(value.ptr, '\n', value.len) &&
           !memchr(value.ptr, 0x1b, value.len) && !memchr(value.ptr, '\r', value.len) &&
           slice_find(value, SLICE("=?")) == value.len;
}

struct slice words_decode(struct extractor *x, struct slice value)
{
    value = slice_trim(value);
    if (value.len == 0) return slice_make("", 0);
    if (is_plain(value)) return arena_copy(&x->message->arena, value);
    x->words.max = value.len * VALUE_FACTOR + WORD_MAX_BYTES;
    buffer_clear(&x->words);
    struct word_decoder d = {.x = x, .out = &x->words, .raw = buffer_make(value.len + WORD_MAX_BYTES)};
    decode_value(&d, value);
    buffer_free(&d.raw);
    return arena_copy(&x->message->arena, slice_trim(buffer_slice(&x->words)));
}

struct slice words_decode_charset(struct extractor *x, struct slice charset, struct slice bytes)
{
    x->words.max = bytes.len * VALUE_FACTOR + WORD_MAX_BYTES;
    buffer_clear(&x->words);
    charset_decode(&x->charsets, charset, bytes, &x->words);
    return arena_copy(&x->message->arena, slice_trim(buffer_slice(&x->words)));
}
