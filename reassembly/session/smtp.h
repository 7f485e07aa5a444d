/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one SMTP session, shared by its three files: smtp.c (the client's bytes and what they are),
 * smtp_commands.c (commands and the transaction in progress) and smtp_replies.c (the server's replies and
 * their matching to commands).
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
    SMTP_UNDECIDED, /* held: DATA was sent and its reply not seen yet, or bytes were lost before them */
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
    size_t rcpt;          /* RCPT: index of the recipient; LMTP's end of content: replies still to come */
    struct mail *mail;    /* end of content: the finished mail, owned */
};

struct smtp {
    struct session *session;
    struct line_reader client_lines, server_lines;
    struct dotted_reader dotted;
    enum smtp_phase phase;
    enum smtp_verb last_verb;
    struct mail *mail;    /* the transaction in progress, owned; NULL when none */
    uint32_t transaction; /* its number */
    size_t waiting_bytes; /* memory of finished mails whose reply has not been seen */
    struct buffer held;   /* client bytes while SMTP_UNDECIDED */
    uint64_t lost_bytes;  /* SMTP_UNDECIDED after a loss: how many; 0: because of DATA */
    uint64_t chunk_left;
    bool chunk_is_last;
    struct fifo pending; /* struct smtp_pending */
    struct fifo early;   /* uint16_t: replies seen before their commands */
    struct buffer banner, helo, auth_mechanism;
    bool greeted, server_seen, starttls;
    bool is_lmtp;     /* the end of the content has a reply for each recipient (RFC 2033 4.2) */
    bool in_step;     /* commands and replies match one to one; false midstream and after a loss */
    bool content_gap; /* bytes of the present content were lost */
    bool after_gap;   /* and the next bytes are the first after the loss */
};

/* ---- smtp.c ---- */

/* Tries to tell what the held bytes are; `final`: no more will come that could help. */
void smtp_decide(struct smtp *smtp, bool final);

/* The held bytes are the content of a mail, or commands. */
void smtp_resolve(struct smtp *smtp, bool is_content);

/* ---- smtp_commands.c ---- */

/* The transaction in progress, begun when there is none. */
struct mail *smtp_present_mail(struct smtp *smtp);

/* The content has ended: the mail waits for its reply. */
void smtp_finish_mail(struct smtp *smtp, enum mail_via via);

/* Hands over a finished mail that waited for its reply. */
void smtp_emit_waiting(struct smtp *smtp, struct mail *mail);

/* Completes the mail's session facts and hands it over. */
void smtp_emit(struct smtp *smtp, struct mail *mail);

void smtp_take_command(struct smtp *smtp, struct slice line);

/* A line that is certainly a command and not a line of a mail or of an AUTH exchange. */
bool smtp_is_sure_command(struct slice line);

/* What a reply code does to the command it answers; 0: its reply was not seen. */
void smtp_apply_reply(struct smtp *smtp, const struct smtp_pending *pending, uint16_t code);

/* True when this code can answer the command. */
bool smtp_reply_fits(enum smtp_verb verb, uint16_t code);

/* ---- smtp_replies.c ---- */

/* Takes the server's bytes. */
void smtp_take_replies(struct smtp *smtp, struct slice bytes);

/* Queues a command and matches replies that came early. `pending.transaction` is filled in. */
void smtp_push_pending(struct smtp *smtp, struct smtp_pending pending);

/* True when a 354 waits whose DATA was not seen; takes it and all before it out. */
bool smtp_take_go_ahead(struct smtp *smtp);

#endif
