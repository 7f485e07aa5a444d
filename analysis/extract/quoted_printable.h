/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quoted-printable (RFC 2045 6.7), read as mail programs do.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_QUOTED_PRINTABLE_H
#define MAILTAP_ANALYSIS_EXTRACT_QUOTED_PRINTABLE_H

#include "base/buffer.h"
#include "base/slice.h"

/* Appends the decoded text. Digits of either case; blanks behind the "=" at the end of a line go with it; an
 * "=" that begins no escape stays. Linear. */
void quoted_printable_decode(struct slice text, struct buffer *out);

#endif
