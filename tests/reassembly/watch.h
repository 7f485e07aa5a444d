/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Watches the heap for secrets: the linker sends malloc() and its kin of everything that is linked statically
 * here (--wrap). Blocks that are allocated between watch_begin() and watch_end() are known from then on; when
 * one is released, or moved by realloc(), it must not hold a secret or a piece of one.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_WATCH_H
#define MAILTAP_TESTS_REASSEMBLY_WATCH_H

#include "base/slice.h"

/* Bytes of a secret that give it away; a shorter one is looked for as a whole. */
enum { WATCH_PIECE_BYTES = 6, WATCH_SECRETS_MAX = 8 };

/* The secret's bytes must live as long as it is watched for. */
void watch_for(struct slice secret);

/* What the code under test does, and what the test does. */
void watch_begin(void);
void watch_end(void);

/* True when a block that is not released yet holds a piece of a secret. */
bool watch_finds_live(void);

/* How many blocks held one when they were released, and how many were known at all. */
size_t watch_leaks(void);
size_t watch_blocks(void);

/* Forgets secrets, blocks and counts. */
void watch_reset(void);

#endif
