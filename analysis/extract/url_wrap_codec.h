/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The encodings in which wrappers keep the inner address; names as in analysis/data/url_wrappers.txt.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_URL_WRAP_CODEC_H
#define MAILTAP_ANALYSIS_EXTRACT_URL_WRAP_CODEC_H

#include "base/arena.h"
#include "base/buffer.h"

/* What holds the address: value of the parameter or rest of the path, as written, and the link it stands in.
 */
struct url_wrapped {
    struct slice value, host, path;
};

typedef void (*url_wrap_decode_fn)(const struct url_wrapped *wrapped, struct buffer *out);

/* The decoder of this name, or NULL. */
url_wrap_decode_fn url_wrap_decoder(struct slice name);

/* The address in valid UTF-8 in the arena; the empty slice when there is none. Linear. */
struct slice url_wrap_decode(struct arena *arena, url_wrap_decode_fn decode,
                             const struct url_wrapped *wrapped);

#endif
