/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation read from a text file: what the peers say, which bytes are lost, and what must come out. The
 * format is described in conversations/README.md. A conversation owns its memory until conversation_free().
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_CONVERSATION_H
#define MAILTAP_TESTS_REASSEMBLY_CONVERSATION_H

#include "base/buffer.h"
#include "reassembly/mail.h"
#include "reassembly/reassembly.h"

/* What one side says without the other or a loss in between, or a loss. */
struct step {
    enum direction dir;
    struct buffer bytes;
    uint64_t gap_len; /* 0: the bytes */
};

enum { STEPS_MAX = 256, SECRETS_MAX = 8 };

struct conversation {
    struct step steps[STEPS_MAX];
    size_t step_count;
    struct buffer secrets[SECRETS_MAX];
    size_t secret_count;
    struct buffer expected; /* the lines after "expect:" */
    struct reassembly_settings settings;
    uint16_t server_port;
    bool midstream;
};

/* Fails the running test when the file cannot be read or is not in the format. */
struct conversation *conversation_read(const char *path);

void conversation_free(struct conversation **conversation);

#endif
