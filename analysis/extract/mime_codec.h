/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transfer encodings (RFC 2045 6, uuencode); and what GMime does for us: dates in all the forms mailers write
 * (RFC 5322 3.3 and older).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_MIME_CODEC_H
#define MAILTAP_ANALYSIS_EXTRACT_MIME_CODEC_H

#include "base/buffer.h"
#include "base/slice.h"

enum mime_encoding { MIME_IDENTITY, MIME_BASE64, MIME_QUOTED_PRINTABLE, MIME_UUENCODE };

void mime_codec_init(void);
void mime_codec_shutdown(void);

/* Of a Content-Transfer-Encoding value; unknown ones are identity. */
enum mime_encoding mime_encoding_find(struct slice value);

/* Room a buffer needs beyond what is to be kept, because bodies are decoded in steps. */
enum { MIME_DECODE_SLACK_BYTES = 256 * 1024 };

/* Appends the body without its transfer encoding (not MIME_IDENTITY). Linear. */
void mime_decode_body(enum mime_encoding encoding, struct slice body, struct buffer *out);

/* Reads a Date value (a C string) as seconds since 1970 UTC; false when it is no date. */
bool mime_parse_date(const char *value, int64_t *seconds);

#endif
