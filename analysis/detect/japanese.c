/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading Japanese for what is odd; see japanese.h. A window of five characters slides over the text; the one
 * in its middle is judged by its neighbours.
 */
#include "analysis/detect/japanese.h"

#include <stdlib.h>

#include "base/utf8.h"

enum { WINDOW = 5, MIDDLE = 2, HIRAGANA_MIN = 12, HAN_PER_HIRAGANA_MAX = 4, SAMPLE_MAX_BYTES = 40 };

static const uint16_t simplified_han[] = {
#define HAN(code) code,
#include "analysis/detect/simplified_han.def"
#undef HAN
};

/* Not katakana, but looks like it: Han, and strokes that stand for the long vowel. */
static const uint16_t lookalikes[] = {
    0x2010, 0x2013, 0x2014, 0x2015, 0x2212, 0x2500,                         /* strokes */
    0x4e00, 0x4e8c, 0x529b, 0x535c, 0x53e3, 0x56d7, 0x5915, 0x5de5, 0x624d, /* 一二力卜口囗夕工才 */
};

static int compare_u16(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static bool is_listed(int32_t c, const uint16_t *list, size_t count)
{
    if (c < 0 || c > UINT16_MAX) return false;
    uint16_t key = (uint16_t)c;
    return bsearch(&key, list, count, sizeof *list, compare_u16) != NULL;
}

static bool is_hiragana(int32_t c)
{
    return c >= 0x3041 && c <= 0x3096;
}

static bool is_katakana(int32_t c)
{
    return (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc;
}

static bool is_han(int32_t c)
{
    return c >= 0x4e00 && c <= 0x9fff;
}

/* Small kana and the long vowel never follow anything but katakana. */
static bool must_follow_katakana(int32_t c)
{
    switch (c) {
    case 0x30a1:
    case 0x30a3:
    case 0x30a5:
    case 0x30a7:
    case 0x30a9:
    case 0x30e3:
    case 0x30e5:
    case 0x30e7:
    case 0x30fc: return true;
    default: return false;
    }
}

static bool is_digit(int32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}

/* 一カ所, 二ヶ月, ブランド力アップ, 口コミ. */
static bool is_honest_compound(int32_t c, int32_t after)
{
    bool is_counter = after == 0x30ab || after == 0x30b1 || after == 0x30f5 || after == 0x30f6;
    if (c == 0x529b) return after == 0x30a2;
    if (c == 0x53e3) return after == 0x30b3;
    return is_counter && is_han(c);
}

/* A lookalike inside of a katakana word, or before a letter that only katakana can go before. A stroke is
 * told from a dash between two words by what must be a vowel: one letter before it at least. */
static bool is_wrong_glyph(const int32_t w[WINDOW])
{
    int32_t c = w[MIDDLE], before = w[MIDDLE - 1], after = w[MIDDLE + 1];
    if (!is_listed(c, lookalikes, sizeof lookalikes / sizeof *lookalikes)) return false;
    if (is_han(c) && c != 0x4e00 && must_follow_katakana(after) && !is_han(before)) return true;
    if (is_honest_compound(c, after)) return false;
    return is_katakana(before) && is_katakana(after) && !must_follow_katakana(before);
}

static bool is_simplified(const int32_t w[WINDOW])
{
    bool in_sentence = is_hiragana(w[0]) || is_hiragana(w[1]) || is_hiragana(w[3]) || is_hiragana(w[4]);
    return in_sentence && is_han(w[MIDDLE]) &&
           is_listed(w[MIDDLE], simplified_han, sizeof simplified_han / sizeof *simplified_han);
}

static bool has_oddity(enum japanese_oddity kind, const int32_t w[WINDOW])
{
    switch (kind) {
    case JAPANESE_SIMPLIFIED: return is_simplified(w);
    case JAPANESE_GLYPH: return is_wrong_glyph(w);
    case JAPANESE_DATE: return w[MIDDLE] == 0x65e5 && is_digit(w[1]) && is_digit(w[3]);
    default: return false;
    }
}

/* For dates the window is too small: digits up to two, then 月. */
static bool is_month_next(struct slice rest)
{
    for (int i = 0; i < 3 && rest.len > 0; i++) {
        int32_t c = utf8_next(&rest);
        if (c == 0x6708) return i > 0;
        if (!is_digit(c)) return false;
    }
    return false;
}

static void note(struct japanese_writing *writing, enum japanese_oddity kind, struct slice text,
                 const size_t starts[WINDOW])
{
    struct slice from = slice_skip(text, starts[0]);
    if (kind == JAPANESE_DATE && !is_month_next(slice_skip(text, starts[MIDDLE + 1]))) return;
    if (writing->count[kind]++ == 0) writing->sample[kind] = utf8_head(from, SAMPLE_MAX_BYTES);
}

static void count_letter(struct japanese_writing *writing, int32_t c)
{
    writing->hiragana += is_hiragana(c);
    writing->katakana += is_katakana(c);
    writing->han += is_han(c);
}

/* Kana and ideographs of the basic plane begin with these bytes in UTF-8. */
static bool has_east_asian(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 0xe3 && text.ptr[i] <= 0xe9) return true;
    return false;
}

void japanese_read(struct japanese_writing *writing, struct slice text)
{
    if (!has_east_asian(text)) return;
    int32_t ring[2 * WINDOW] = {0}; /* each twice, so that a window never breaks */
    size_t ring_starts[2 * WINDOW] = {0}, at = 0, last = WINDOW - 1;
    struct slice rest = text;
    for (int after_end = 0; after_end < MIDDLE;) {
        int32_t c = 0;
        if (rest.len > 0)
            c = utf8_next(&rest);
        else
            after_end++;
        last = (last + 1) % WINDOW;
        ring[last] = ring[last + WINDOW] = c;
        ring_starts[last] = ring_starts[last + WINDOW] = at;
        const int32_t *w = ring + last + 1;
        const size_t *starts = ring_starts + last + 1;
        at = text.len - rest.len;
        count_letter(writing, c);
        if (w[MIDDLE] < 0x80) continue;
        for (int kind = 0; kind < JAPANESE_ODDITY_COUNT; kind++) {
            if (has_oddity((enum japanese_oddity)kind, w))
                note(writing, (enum japanese_oddity)kind, text, starts);
        }
    }
}

bool japanese_is_written(const struct japanese_writing *writing)
{
    return writing->hiragana >= HIRAGANA_MIN && writing->han <= writing->hiragana * HAN_PER_HIRAGANA_MAX;
}
