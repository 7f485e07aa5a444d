/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Charsets: bytes and what their sender said about them become valid UTF-8. The declared charset is believed
 * unless the bytes contradict it; then validity decides (UTF-8, ISO-2022-JP, CP932 or EUC-JP), then
 * statistics (windows-1252, windows-1251, KOI8-R, Big5, GB 18030, EUC-KR). Bytes that nothing decodes stand
 * as \xNN. Only the charsets of charset.def are ever opened, so hostile names never reach iconv.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_CHARSET_H
#define MAILTAP_ANALYSIS_EXTRACT_CHARSET_H

#include "base/buffer.h"
#include "base/slice.h"

enum charset {
    CHARSET_NONE,
#define CHARSET(id, iconv_name, names) CHARSET_##id,
#include "analysis/extract/charset.def"
#undef CHARSET
    CHARSET_COUNT
};

/* Converters of one mail, opened when first needed, and what was met. Zero-initialise; charsets_close() at
 * the end. */
struct charsets {
    void *converters[CHARSET_COUNT];
    struct buffer runs; /* scratch of the Japanese decoder */
    uint64_t undeclared, undecodable_bytes;
};

/* Opens every converter once and keeps it, so that later opening needs no file. Idempotent, not thread-safe.
 */
void charset_init(void);
void charset_shutdown(void);

void charsets_close(struct charsets *c);

/* The charset of a name, CHARSET_NONE for an unknown one. */
enum charset charset_find(struct slice name);

/* What the bytes look like: ASCII, UTF8, ISO2022JP, CP932 or EUCJP; CHARSET_NONE when nothing fits. */
enum charset charset_guess(struct slice bytes);

/* The same for bytes that charset_guess() cannot place: Western, Cyrillic, Chinese or Korean; CHARSET_NONE
 * for ASCII only. */
enum charset charset_guess_foreign(struct slice bytes);

/* True for UTF-8 with a few bytes that are none. */
bool charset_is_nearly_utf8(struct slice bytes);

/* True when all bytes are below 0x80. */
bool charset_is_ascii(struct slice bytes);

/* Appends the bytes as UTF-8. `declared` may be empty or unknown. */
void charset_decode(struct charsets *c, struct slice declared, struct slice bytes, struct buffer *out);

/* Appends the bytes, read as exactly this charset, as UTF-8; returns how many bytes had to be escaped. */
uint64_t charset_convert(struct charsets *c, enum charset charset, struct slice bytes, struct buffer *out);

#endif
