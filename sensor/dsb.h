/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finds the Decryption Secrets Blocks of a pcapng capture (draft-ietf-opsawg-pcapng 4.7) in the bytes that go
 * by while libpcap, which passes over them, reads the file. Keeps nothing but its place: a block of any
 * length is handed on in pieces. What is no pcapng, or is broken, is left to libpcap to complain about.
 */
#ifndef MAILTAP_SENSOR_DSB_H
#define MAILTAP_SENSOR_DSB_H

#include "reassembly/tls/secrets.h"

struct dsb_scanner {
    struct tls_secrets *secrets;
    uint8_t head[20]; /* of the block that is being read, as far as it is needed */
    size_t head_len;
    uint64_t text_left; /* bytes of a key log still to come in this block */
    uint64_t skip_left; /* bytes of no interest up to the next block */
    bool is_big_endian, in_text, is_off;
    bool in_section; /* a section header was seen */
};

/* secrets: where they go, lent; NULL: the scanner does nothing. */
struct dsb_scanner dsb_scanner_make(struct tls_secrets *secrets);

/* The next bytes of the file. */
void dsb_scan(struct dsb_scanner *scanner, struct slice bytes);

#endif
