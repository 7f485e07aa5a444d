/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Internet checksum (RFC 1071), which does not depend on the byte order of the machine: words are summed
 * as they lie in memory and the result is stored the same way.
 */
#ifndef MAILTAP_SYNTH_CHECKSUM_H
#define MAILTAP_SYNTH_CHECKSUM_H

#include "base/slice.h"

/* Adds the bytes to a sum that begins with 0. Every piece but the last has an even length. */
uint64_t checksum_add(uint64_t sum, struct slice bytes);

/* Folds the sum and stores its complement in the two bytes. */
void checksum_store(uint64_t sum, uint8_t out[2]);

#endif
