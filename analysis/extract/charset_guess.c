/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which charset undeclared bytes are in. UTF-8 is recognised by its own redundancy and ISO-2022-JP by its
 * escapes; CP932 and EUC-JP overlap, so each is scored by how much ordinary Japanese the bytes would give
 * when read as it.
 */
#include "analysis/extract/charset.h"
#include "base/utf8.h"

/* Score of bytes no reading of this charset can explain. */
enum { IMPOSSIBLE = -1000000, GUESS_MAX_BYTES = 65536 };

static bool is_sjis_lead(uint8_t byte)
{
    return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
}

static int sjis_pair_score(uint8_t lead, uint8_t trail)
{
    if (trail < 0x40 || trail == 0x7f || trail > 0xfc) return IMPOSSIBLE;
    if (lead == 0x82 && trail >= 0x9f) return 3; /* hiragana */
    if (lead == 0x83 && trail <= 0x96) return 2; /* katakana */
    if (lead == 0x81 || lead == 0x82 || (lead >= 0x87 && lead <= 0x97))
        return 1; /* signs, level 1, NEC row 13 */
    return lead >= 0x98 && lead <= 0x9f ? 0 : -1;
}

static int score_sjis(struct slice s)
{
    int score = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = s.ptr[i];
        if (byte < 0x80) continue;
        if (byte >= 0xa1 && byte <= 0xdf) {
            bool alone = i + 1 >= s.len || s.ptr[i + 1] < 0xa1 || s.ptr[i + 1] > 0xdf;
            score -= alone ? 1 : 0; /* half-width kana come in words */
            continue;
        }
        if (!is_sjis_lead(byte)) return IMPOSSIBLE;
        if (i + 1 >= s.len) break; /* cut in the middle */
        int pair = sjis_pair_score(byte, s.ptr[++i]);
        if (pair == IMPOSSIBLE) return IMPOSSIBLE;
        score += pair;
    }
    return score;
}

static int euc_pair_score(uint8_t lead)
{
    if (lead == 0xa4) return 3;
    if (lead == 0xa5) return 2;
    if (lead <= 0xa3 || lead == 0xad || (lead >= 0xb0 && lead <= 0xcf)) return 1;
    return lead >= 0xd0 && lead <= 0xf4 ? 0 : -1;
}

static int score_euc(struct slice s)
{
    int score = 0;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = s.ptr[i];
        if (byte < 0x80) continue;
        if (byte == 0x8f)
            i++; /* three bytes: JIS X 0212 */
        else if (byte != 0x8e && (byte < 0xa1 || byte == 0xff))
            return IMPOSSIBLE;
        if (i + 1 >= s.len) break;
        if (s.ptr[++i] < 0xa1 || s.ptr[i] == 0xff) return IMPOSSIBLE;
        score += byte >= 0xa1 ? euc_pair_score(byte) : 0;
    }
    return score;
}

/* True for an escape sequence that selects a Japanese set. */
static bool has_jis_escape(struct slice s)
{
    while (s.len >= 3) {
        const uint8_t *escape = memchr(s.ptr, 0x1b, s.len - 2);
        if (!escape) return false;
        if (escape[1] == '$' || (escape[1] == '(' && (escape[2] == 'J' || escape[2] == 'I'))) return true;
        s = slice_skip(s, (size_t)(escape - s.ptr) + 1);
    }
    return false;
}

/* All half-width kana, and more than a stray accent: a CP932 text that scores nothing otherwise. */
static bool is_kana_only(struct slice s)
{
    size_t kana = 0, words = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < 0x80) continue;
        if (s.ptr[i] < 0xa1 || s.ptr[i] > 0xdf) return false;
        kana++;
        words += i == 0 || s.ptr[i - 1] < 0x80;
    }
    return kana >= 3 && kana >= words * 2;
}

/* So many characters of EUC-JP without any kana are Chinese or Korean. */
static bool lacks_kana(struct slice s)
{
    enum { PAIRS_MIN = 16 };
    size_t pairs = 0;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.ptr[i] < 0x80) continue;
        if (s.ptr[i] == 0xa4 || s.ptr[i] == 0xa5 || s.ptr[i] == 0x8e) return false;
        pairs++;
        i++;
    }
    return pairs >= PAIRS_MIN;
}

/* A byte order mark of UTF-16 before pairs of bytes. */
static bool is_utf16(struct slice s)
{
    if (s.len < 4 || s.len % 2 != 0) return false;
    return (s.ptr[0] == 0xff && s.ptr[1] == 0xfe) || (s.ptr[0] == 0xfe && s.ptr[1] == 0xff);
}

enum charset charset_guess(struct slice bytes)
{
    if (is_utf16(bytes)) return CHARSET_UTF16;
    if (charset_is_ascii(bytes)) return has_jis_escape(bytes) ? CHARSET_ISO2022JP : CHARSET_ASCII;
    if (utf8_valid(bytes)) return CHARSET_UTF8;
    if (has_jis_escape(bytes)) return CHARSET_ISO2022JP;
    struct slice sample = slice_head(bytes, GUESS_MAX_BYTES);
    int sjis = score_sjis(sample), euc = score_euc(sample);
    if (sjis <= 0 && euc <= 0) return is_kana_only(sample) ? CHARSET_CP932 : CHARSET_NONE;
    if (euc < sjis) return CHARSET_CP932;
    return lacks_kana(sample) ? CHARSET_NONE : CHARSET_EUCJP;
}
