/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's bytes after a loss outside of a literal, while the client waits for a whole message: they may
 * be the rest of that message, whose announcement was in the hole. Lines are kept until one is surely a
 * response and the one before it closes a FETCH response; what is kept becomes a mail with a hole at its
 * beginning. When the end of the announcement is still there, the literal is read as usual.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_IMAP_RECOVERY_H
#define MAILTAP_REASSEMBLY_SESSION_IMAP_RECOVERY_H

#include "base/buffer.h"

struct imap;
struct mail;

struct imap_recovery {
    bool active, in_line;
    bool after_gap;     /* the line is the first after a loss */
    uint64_t lost;      /* bytes in the hole before the mail */
    struct buffer head; /* the first bytes of a line that is not judged yet */
    struct mail *mail;  /* owned; NULL before its first line */
    size_t line_at;     /* where the last whole line of it begins */
    size_t next_line_at;
};

void imap_recovery_init(struct imap_recovery *recovery);

/* `len` bytes were lost outside of a literal. */
void imap_recovery_gap(struct imap *imap, uint64_t len);

/* Takes bytes off the front of *bytes while recovery is active. When it ends, *head holds what belongs to the
 * responses, until the next call; else it is empty. */
void imap_recovery_take(struct imap *imap, struct slice *bytes, struct slice *head);

/* The session ends: hands out what was kept. */
void imap_recovery_end(struct imap *imap);

size_t imap_recovery_memory(const struct imap *imap);

#endif
