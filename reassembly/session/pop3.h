/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one POP3 session, shared by its files: pop3.c (the protocol's door, losses, the turn to TLS),
 * pop3_commands.c (the client's lines), pop3_responses.c (the server's bytes) and pop3_mails.c (mails, and
 * what was told of them before). The mail that is being sent is owned by the session.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_POP3_H
#define MAILTAP_REASSEMBLY_SESSION_POP3_H

#include "reassembly/session/dotted.h"
#include "reassembly/session/fifo.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/protocol.h"

/* What follows "+OK". */
enum pop3_shape {
    POP3_SINGLE,
    POP3_LINES, /* a list of no interest */
    POP3_SIZES, /* the list of all messages with their sizes */
    POP3_SIZE,  /* "n size" on the status line itself */
    POP3_CAPABILITIES,
    POP3_MAIL,
    POP3_TLS,
    POP3_GUESS, /* the command is not known */
};

enum pop3_verb {
#define VERB(word, shape, shape_with_argument) POP3_##word,
#include "reassembly/session/pop3_verbs.def"
#undef VERB
    POP3_UNKNOWN_VERB,
    POP3_NO_VERB, /* the command was not seen */
};

/* A command that waits for its response. */
struct pop3_pending {
    enum pop3_verb verb;
    enum pop3_shape shape;
    bool has_lines;         /* TOP: the second argument was read */
    uint64_t number, lines; /* of the message (0: none); TOP: of its body */
};

/* What the server's next bytes are. */
enum pop3_phase {
    POP3_STATUS,  /* a status line */
    POP3_UNSURE,  /* held until the command it answers, or the next line, tells what it is */
    POP3_LISTING, /* lines up to a dot alone */
    POP3_CONTENT, /* a mail */
};

/* What is known of a message of the mailbox. */
struct pop3_message {
    uint64_t size;      /* as listed; 0: not known */
    uint64_t head_hash; /* of its header, when RETR brought it; 0: it did not */
};

struct pop3 {
    struct session *session;
    struct line_reader client_lines, server_lines;
    struct fifo pending; /* struct pop3_pending */
    struct buffer banner, user, auth_mechanism;
    bool greeted, in_step;
    bool offers_tls; /* the last answer to CAPA said so */

    /* the client's side */
    bool in_auth;             /* its lines belong to an AUTH exchange */
    bool was_in_auth;         /* and since then no command was seen */
    uint64_t challenges;      /* of that exchange, without answer */
    bool awaits_tls;          /* STLS was sent: what follows is held until its response */
    struct buffer tls_client; /* the bytes held */

    /* the server's side */
    enum pop3_phase phase;
    struct pop3_pending answered; /* the command whose response is being read */
    bool after_ok;                /* the last line was "+OK" */
    bool lists_tls;               /* CAPA's list names STLS */
    struct dotted_reader dotted;
    struct mail *mail;      /* the one being sent, owned; NULL when none */
    uint64_t announced;     /* its size by the line before it; 0: not told */
    bool has_deleted;       /* what STAT counts are not all messages any more */
    struct buffer messages; /* struct pop3_message by number, from 1 on */
    struct buffer held;     /* server bytes while POP3_UNSURE */
    bool after_gap;         /* the next bytes are the first after a loss */
    uint64_t lost_bytes;    /* of that loss, outside of a mail */
};

/* ---- pop3.c ---- */

/* TLS begins with the client's bytes that are held and with what is not taken yet: this dialogue is over. */
void pop3_start_tls(struct pop3 *pop3);

/* The same with the next bytes of this direction, of which the reader may hold the first. */
void pop3_start_tls_at(struct pop3 *pop3, struct line_reader *reader, enum direction dir);

/* A limit kept something from being read. */
void pop3_note_limit(struct pop3 *pop3);

/* True when a line begins with a TLS record: with these bytes, or with 0x16 in the reader and these behind
 * it.
 */
bool pop3_meets_tls(const struct line_reader *reader, struct slice bytes);

/* ---- pop3_commands.c ---- */

void pop3_take_client(struct pop3 *pop3, struct slice bytes);

/* What was held behind STLS is commands. */
void pop3_refuse_tls(struct pop3 *pop3);

/* Tells from the bytes behind STLS whether they are TLS, where no response can. */
void pop3_decide_tls(struct pop3 *pop3);

/* ---- pop3_responses.c ---- */

void pop3_take_server(struct pop3 *pop3, struct slice bytes);

/* The first bytes after a loss: held until they are a status line, or cannot become one. */
void pop3_take_after_gap(struct pop3 *pop3, struct slice *bytes);

/* The command that the held bytes answer has come, or a loss changed what they may be: reads them again. */
void pop3_release_held(struct pop3 *pop3);

/* No command will come: the held bytes tell by themselves what they are. */
void pop3_decide_held(struct pop3 *pop3);

/* ---- pop3_mails.c ---- */

/* The mail that `answered` asked for begins. */
void pop3_begin_mail(struct pop3 *pop3, struct pop3_pending answered);

/* It has ended, or will not go on: hands it over. */
void pop3_end_mail(struct pop3 *pop3);

/* "n size", of LIST: remembers it. */
void pop3_take_size(struct pop3 *pop3, struct slice text);

#endif
