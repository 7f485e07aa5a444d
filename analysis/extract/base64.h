/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Base64 (RFC 2045 6.8) read as mail programs read it: anything outside the alphabet is skipped, padding may
 * be missing or stand in the middle.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_BASE64_H
#define MAILTAP_ANALYSIS_EXTRACT_BASE64_H

#include "base/slice.h"

/* What is left between two pieces of one encoded text. */
struct base64_state {
    uint32_t bits;
    unsigned chars; /* 0 to 3 characters waiting */
};

/* Writes at most text.len / 4 * 3 + 3 bytes to `out` and returns how many. */
size_t base64_decode(struct base64_state *state, struct slice text, uint8_t *out);

/* Writes what the waiting characters still give (0 to 2 bytes) and clears the state. */
size_t base64_finish(struct base64_state *state, uint8_t *out);

#endif
