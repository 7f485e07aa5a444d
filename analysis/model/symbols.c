/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a text as symbols; see symbols.h.
 */
#include "analysis/model/symbols.h"

#include "base/utf8.h"

/* What a whole ASCII word stands for, or 0 when its characters are read one by one. */
static int32_t classify_word(struct slice word)
{
    if (word.len < 5) return 0;
    if (slice_starts(word, SLICE("http")) || slice_starts(word, SLICE("www."))) return SYMBOL_URL;
    if (memchr(word.ptr, '@', word.len)) return SYMBOL_ADDRESS;
    if (slice_find(word, SLICE("://")) < word.len) return SYMBOL_URL;
    return word.len > SYMBOL_WORD_MAX_BYTES ? SYMBOL_LONG : 0;
}

/* The run of ASCII without blanks that starts here. */
static struct slice word_at(struct slice rest)
{
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] > ' ' && rest.ptr[len] < 0x80) len++;
    return slice_head(rest, len);
}

static int32_t next_ascii(struct symbol_reader *r)
{
    if (r->at >= r->word_end) {
        struct slice word = word_at(slice_skip(r->text, r->at));
        int32_t whole = classify_word(word);
        r->word_end = r->at + word.len;
        if (whole) {
            r->at = r->word_end;
            return whole;
        }
    }
    uint8_t c = r->text.ptr[r->at++];
    return ascii_is_digit(c) ? '0' : c <= ' ' ? ' ' : c;
}

/* Cyrillic and Greek letters that look like Latin ones: disguised words are read as they look. */
static int32_t as_it_looks(int32_t c)
{
    static const char cyrillic[] = {[0x430 - 0x430] = 'a', [0x435 - 0x430] = 'e', [0x43e - 0x430] = 'o',
                                    [0x440 - 0x430] = 'p', [0x441 - 0x430] = 'c', [0x443 - 0x430] = 'y',
                                    [0x445 - 0x430] = 'x', [0x455 - 0x430] = 's', [0x456 - 0x430] = 'i',
                                    [0x458 - 0x430] = 'j'};
    if (c == 0x3bf) return 'o';
    size_t at = c >= 0x430 ? (size_t)c - 0x430 : sizeof cyrillic;
    return at < sizeof cyrillic && cyrillic[at] ? cyrillic[at] : c;
}

int32_t symbol_next(struct symbol_reader *r)
{
    if (r->at >= r->text.len) return -1;
    if (r->text.ptr[r->at] < 0x80) return next_ascii(r);
    struct slice rest = slice_skip(r->text, r->at);
    size_t before = rest.len;
    int32_t c = utf8_next(&rest);
    r->at += before - rest.len;
    return c < 0 ? 0xfffd : as_it_looks(c);
}
