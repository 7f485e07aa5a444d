/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the text model reads of a text: symbols instead of characters. A digit is one symbol whichever it is;
 * a web address, a mail address and a run of ASCII too long for a word are one each, so that nobody's domain
 * is learnt. Takes folded text (fold.h); allocates nothing.
 */
#ifndef MAILTAP_ANALYSIS_MODEL_SYMBOLS_H
#define MAILTAP_ANALYSIS_MODEL_SYMBOLS_H

#include "base/slice.h"

enum { SYMBOL_URL = 1, SYMBOL_ADDRESS = 2, SYMBOL_LONG = 3, SYMBOL_WORD_MAX_BYTES = 32 };

/* A reader of one text; start with {.text = folded}. */
struct symbol_reader {
    struct slice text;
    size_t at;       /* offset behind the symbol that was read last */
    size_t word_end; /* up to here the bytes are one ASCII word */
};

/* The next symbol: a code point, or one of the above; -1 at the end. */
int32_t symbol_next(struct symbol_reader *reader);

/* True for kana, ideographs and hangul, which are written without blanks between words. */
static inline bool symbol_is_cjk(int32_t symbol)
{
    return symbol >= 0x3041 &&
           ((symbol <= 0x30ff && symbol != 0x30fb) || (symbol >= 0x3400 && symbol <= 0x9fff) ||
            (symbol >= 0xac00 && symbol <= 0xd7a3));
}

#endif
