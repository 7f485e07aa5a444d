/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The compression of zlib (RFC 1950), as documents use it inside of their own structures.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_INFLATE_H
#define MAILTAP_ANALYSIS_INSPECT_INFLATE_H

#include "base/buffer.h"

/* Appends what the bytes unpack to, as far as they can be read and `out` takes it. */
void inflate_append(struct slice packed, struct buffer *out);

#endif
