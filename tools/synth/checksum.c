/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Internet checksum; see checksum.h. A 64-bit sum of 32-bit words cannot overflow below 16 GiB of input.
 */
#include "tools/synth/checksum.h"

uint64_t checksum_add(uint64_t sum, struct slice bytes)
{
    const uint8_t *at = bytes.ptr;
    size_t left = bytes.len;
    for (; left >= 4; left -= 4, at += 4) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        sum += word;
    }
    uint8_t tail[4] = {0};
    for (size_t i = 0; i < left; i++) tail[i] = at[i];
    uint32_t word;
    memcpy(&word, tail, sizeof word);
    return sum + word;
}

void checksum_store(uint64_t sum, uint8_t out[2])
{
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    uint16_t complement = (uint16_t)~sum;
    memcpy(out, &complement, sizeof complement);
}
