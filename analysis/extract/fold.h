/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text made comparable for word lists: NFKC, lower case, without invisible characters (UAX #15).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_FOLD_H
#define MAILTAP_ANALYSIS_EXTRACT_FOLD_H

#include "base/buffer.h"
#include "base/slice.h"

/* Appends the folded text twice: to `joined` without any white space, to `words` with each run of it as one
 * blank. */
void fold_append(struct slice text, struct buffer *joined, struct buffer *words);

#endif
