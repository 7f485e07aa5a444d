/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UTF-8 (RFC 3629): decoding, validity, and the one escape used wherever hostile text meets people or
 * formats: bytes that are not UTF-8 become \xNN, control and bidi characters become \u{N}. Nothing is
 * dropped.
 */
#ifndef MAILTAP_BASE_UTF8_H
#define MAILTAP_BASE_UTF8_H

#include "base/buffer.h"
#include "base/slice.h"

enum { UTF8_BAD = -1 };

/* Takes one code point off the front of *rest (not empty) and returns it. A byte that does not start a
 * well-formed sequence is taken alone and gives UTF8_BAD. */
int32_t utf8_next(struct slice *rest);

bool utf8_valid(struct slice s);

/* Appends the code point's bytes. */
void utf8_append(struct buffer *out, int32_t codepoint);

/* True for C0 and C1 controls, DEL, bidi controls, zero-width characters, line and paragraph separators, BOM
 * and non-characters: what must never reach a terminal as is. */
bool utf8_is_unsafe(int32_t codepoint);

/* Appends `text` with everything unsafe escaped. Line feed and tab are escaped as \n and \t. */
void utf8_escape(struct buffer *out, struct slice text);

/* Appends `text` made valid UTF-8: only malformed bytes are escaped, as \xNN. */
void utf8_repair(struct buffer *out, struct slice text);

/* The longest prefix of at most `max` bytes that does not end inside a character. */
struct slice utf8_head(struct slice text, size_t max);

#endif
