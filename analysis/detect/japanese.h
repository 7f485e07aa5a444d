/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is odd about the writing of a Japanese text (for B07): one pass over its characters. Pure; the samples
 * point into the text that was read.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_JAPANESE_H
#define MAILTAP_ANALYSIS_DETECT_JAPANESE_H

#include "base/slice.h"

enum japanese_oddity {
    JAPANESE_SIMPLIFIED, /* ideographs of simplified Chinese within Japanese sentences */
    JAPANESE_GLYPH,      /* a character that only looks right: 力ード, サ―ビス, 口グイン */
    JAPANESE_DATE,       /* day before month: 23日11月 */
    JAPANESE_ODDITY_COUNT
};

struct japanese_writing {
    size_t hiragana, katakana, han;
    size_t count[JAPANESE_ODDITY_COUNT];
    struct slice
        sample[JAPANESE_ODDITY_COUNT]; /* where it was seen first, with a few characters before and after */
};

/* Adds what is seen in `text` (UTF-8, not folded) to *writing, which starts as zero. Linear. */
void japanese_read(struct japanese_writing *writing, struct slice text);

/* True when the writing is Japanese: enough hiragana, and not just a few in a Chinese text. */
bool japanese_is_written(const struct japanese_writing *writing);

#endif
