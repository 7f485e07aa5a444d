/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mail session through the assembler, fed as the input cuts it and then cut and joined otherwise: the mails
 * must be the same. Not so where bytes were lost, the client spoke before the server's first line, or SMTP's
 * commands and replies do not match: what is what is then guessed from where the pieces end. Input: flags (1:
 * begins inside the connection), size of the pieces (1), then chunks of direction and gap (1), length (2)
 * and, where it is no gap, bytes.
 */
#ifndef MAILTAP_TESTS_FUZZ_SESSION_H
#define MAILTAP_TESTS_FUZZ_SESSION_H

#include "tests/fuzz/fuzz.h"

/* Feeds the input to a server on this port three times; ends the run when the mails differ. */
void fuzz_session(uint16_t server_port, struct slice input);

#endif
