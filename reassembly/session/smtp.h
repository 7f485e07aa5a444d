/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one SMTP session, shared by its two sides: smtp.c (the client's commands and content) and smtp_replies.c (the
 * server's replies and their matching to commands).
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SMTP_H
#define MAILTAP_REASSEMBLY_SESSION_SMTP_H

#include "reassembly/session/dotted.h"
#include "reassembly/session/fifo.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/protocol.h"

/* What the client's next bytes are. */
enum smtp_phase {
    SMTP_COMMANDS,  /* command lines */
    SMTP_DATA_SENT, /* unknown: DATA was sent, its reply was not seen yet; bytes are held */
    SMTP_CONTENT,   /* dot-stuffed mail */
    SMTP_CHUNK,     /* chunk_left bytes of BDAT */
    SMTP_SECRET,    /* lines of an AUTH exchange */
    SMTP_ENCRYPTED,
};

enum smtp_verb {
#define VERB(word, command, fits) SMTP_##word,
#include "reassembly/session/smtp_verbs.def"
#undef VERB
    SMTP_UNKNOWN_VERB,
    SMTP_END_OF_DATA,
};

/* A command whose reply has not been seen. */
struct smtp_pending {
    enum smtp_verb verb;
    uint32_t transaction; /* the transaction it belongs to */
    size_t rcpt;          /* RCPT: index of the recipient */
    struct mail *mail;    /* end of content: the finished mail, owned */
};

struct smtp {
    struct session *session;
    struct line_reader client_lines, server_lines;
    struct dotted_reader dotted;
    enum smtp_phase phase;
    struct mail *mail;    /* the transaction in progress, owned; NULL when none */
    uint32_t transaction; /* its number */
    struct buffer held;   /* client bytes while SMTP_DATA_SENT */
    uint64_t chunk_left;
    bool chunk_is_last;
    struct fifo pending; /* struct smtp_pending */
    struct fifo early;   /* uint16_t: replies seen before their commands */
    struct buffer banner, helo, auth_mechanism;
    bool greeted, server_seen, starttls;
    bool in_step;     /* commands and replies match one to one; false midstream and after a loss */
    bool content_gap; /* bytes of the present content were lost */
};

/* ---- smtp_replies.c ---- */

/* Takes the server's bytes. */
void smtp_take_replies(struct smtp *smtp, struct slice bytes);

/* Queues a command and matches replies that came early. `pending.transaction` is filled in. */
void smtp_push_pending(struct smtp *smtp, struct smtp_pending pending);

/* ---- smtp.c ---- */

/* What a reply code does to the command it answers. */
void smtp_apply_reply(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code);

const char *smtp_verb_name(enum smtp_verb verb);

/* True when this code can answer the command. */
bool smtp_reply_fits(enum smtp_verb verb, uint16_t code);

#endif
