/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts of which bytes were not captured (mail->damage.gaps): which they are, and how their transfer encoding
 * is taken off.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HOLES_H
#define MAILTAP_ANALYSIS_EXTRACT_HOLES_H

#include "analysis/extract/mime_codec.h"
#include "analysis/extract/view.h"

/* True when bytes are missing inside, right before or right behind this run of the mail's own bytes. False
 * for bytes that are not the mail's own (decoded ones, archive members). */
bool holes_touch(const struct extractor *x, struct slice content);

/* As mime_decode_body(), for content with holes: decoding begins anew behind each. Where base64 lines tell
 * how many characters are missing, zeros stand for what they would have given, so that all behind them keeps
 * its place; elsewhere decoding goes on at the next line. */
void holes_decode_body(const struct extractor *x, enum mime_encoding encoding, struct slice content,
                       struct buffer *out);

#endif
