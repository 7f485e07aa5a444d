/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Header text: RFC 2047 encoded words, also the broken ones mailers write, and raw 8-bit or ISO-2022-JP text.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_WORDS_H
#define MAILTAP_ANALYSIS_EXTRACT_WORDS_H

#include "analysis/extract/view.h"

/* The value unfolded, trimmed and decoded; a copy in the arena. Linear. */
struct slice words_decode(struct extractor *x, struct slice value);

/* The same for bytes of a known charset ("" when unknown), as RFC 2231 parameters are. */
struct slice words_decode_charset(struct extractor *x, struct slice charset, struct slice bytes);

/* Length of the encoded word that starts at `at` ("=?charset?b?text?="), or 0. Looks at most 8 KB ahead. */
size_t words_encoded_len(struct slice at);

#endif
