/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of the invented hosts: parsing, counting upwards from a base, and the IPv6 form of an IPv4
 * address (RFC 6052, 64:ff9b::/96) for sessions that are to run over IPv6.
 */
#ifndef MAILTAP_SYNTH_ADDRESS_H
#define MAILTAP_SYNTH_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct address {
    uint8_t bytes[16]; /* network order; IPv4 uses the first four */
    bool v6;
};

/* Reads an IPv4 or IPv6 address; returns false on anything else. */
bool address_parse(const char *text, struct address *out);

/* The address `n` after this one (its last 32 bits count). */
struct address address_add(struct address base, uint32_t n);

/* The same address when it is IPv6 already, otherwise its NAT64 form. */
struct address address_to_v6(struct address a);

#endif
