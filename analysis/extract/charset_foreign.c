/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which charset undeclared bytes are in that are neither UTF-8 nor Japanese (charset_guess.c): in Western
 * texts high bytes stand alone among ASCII, Cyrillic ones fill words, and Chinese and Korean ones come in
 * pairs of which the first bytes lie in the rows of frequent characters.
 */
#include "analysis/extract/charset.h"
#include "base/utf8.h"

enum { SAMPLE_MAX_BYTES = 65536 };

/* How the bytes from 0x80 on lie in the text. */
struct high_bytes {
    size_t count;
    size_t alone;        /* between two ASCII bytes */
    size_t controls;     /* 0x80 to 0x9f */
    size_t c0_df, e0_ff; /* where Cyrillic letters are */
};

static struct high_bytes count_high(struct slice s)
{
    struct high_bytes h = {0};
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = s.ptr[i];
        if (byte < 0x80) continue;
        bool before = i > 0 && s.ptr[i - 1] >= 0x80, after = i + 1 < s.len && s.ptr[i + 1] >= 0x80;
        h.count++;
        h.alone += !before && !after;
        h.controls += byte < 0xa0;
        h.c0_df += byte >= 0xc0 && byte <= 0xdf;
        h.e0_ff += byte >= 0xe0;
    }
    return h;
}

/* A double-byte charset: where its second bytes and its frequent characters are. */
struct pair_set {
    enum charset charset;
    bool low_trails;                    /* second bytes from 0x40 on, else from 0xa1 */
    uint8_t frequent_from, frequent_to; /* first bytes */
};

static bool is_trail(const struct pair_set *set, uint8_t byte)
{
    return (byte >= 0xa1 && byte != 0xff) || (set->low_trails && byte >= 0x40 && byte <= 0x7e);
}

/* Per cent of the pairs that are frequent characters or signs, less ten times those that are none. */
static int score_pairs(const struct pair_set *set, struct slice s)
{
    long pairs = 0, good = 0, bad = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t lead = s.ptr[i];
        if (lead < 0x80) continue;
        pairs++;
        if (i + 1 >= s.len) break; /* cut in the middle */
        if (lead == 0x80 || lead == 0xff || !is_trail(set, s.ptr[i + 1])) {
            bad++;
            continue;
        }
        i++;
        bool is_sign = lead >= 0xa1 && lead <= 0xa3;
        good += is_sign || (lead >= set->frequent_from && lead <= set->frequent_to);
    }
    return pairs > 0 ? (int)((good - 10 * bad) * 100 / pairs) : 0;
}

static enum charset guess_pairs(struct slice s)
{
    static const struct pair_set sets[] = {{CHARSET_CP949, false, 0xb0, 0xc8},
                                           {CHARSET_GB18030, false, 0xb0, 0xd7},
                                           {CHARSET_BIG5, true, 0xa4, 0xc6}};
    enum { SCORE_MIN = 85, MARGIN = 3 };
    int best = SCORE_MIN;
    enum charset charset = CHARSET_NONE;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        int score = score_pairs(&sets[i], s);
        if (score < best) continue;
        best = score + MARGIN; /* the next one has to be clearly better */
        charset = sets[i].charset;
    }
    return charset;
}

enum charset charset_guess_foreign(struct slice bytes)
{
    struct slice sample = slice_head(bytes, SAMPLE_MAX_BYTES);
    struct high_bytes h = count_high(sample);
    if (h.count == 0) return CHARSET_NONE;
    if (h.alone * 2 >= h.count) return CHARSET_WINDOWS1252;
    enum charset pairs = guess_pairs(sample);
    if (pairs != CHARSET_NONE) return pairs;
    if ((h.c0_df + h.e0_ff) * 10 < h.count * 8) return CHARSET_WINDOWS1252;
    if (h.c0_df > h.e0_ff) return CHARSET_KOI8R; /* small letters come first there */
    return h.count > 8 ? CHARSET_WINDOWS1251 : CHARSET_WINDOWS1252;
}

bool charset_is_nearly_utf8(struct slice bytes)
{
    size_t good = 0, bad = 0;
    struct slice sample = slice_head(bytes, SAMPLE_MAX_BYTES);
    while (sample.len > 0) {
        bool high = sample.ptr[0] >= 0x80;
        int32_t c = utf8_next(&sample);
        good += high && c != UTF8_BAD;
        bad += c == UTF8_BAD;
    }
    return good > bad * 4;
}
