/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ISO-2022-JP and EUC-JP as mails really use them (RFC 1468 with JIS X 0201 kana, JIS X 0212 and the NEC and
 * IBM characters): code points are shifted to CP932, which has the vendors' rows, and converted by it.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_JAPANESE_H
#define MAILTAP_ANALYSIS_EXTRACT_JAPANESE_H

#include "analysis/extract/charset.h"

/* Both append UTF-8 and return how many bytes had to be escaped. */
uint64_t japanese_decode_jis(struct charsets *c, struct slice bytes, struct buffer *out);
uint64_t japanese_decode_euc(struct charsets *c, struct slice bytes, struct buffer *out);

#endif
