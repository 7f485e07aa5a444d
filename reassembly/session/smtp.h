/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one SMTP session, shared by its files: smtp.c (the client's bytes), smtp_held.c (bytes of which it
 * is not known yet what they are), smtp_commands.c and smtp_chunks.c (commands), smtp_transaction.c (the mail
 * in progress), smtp_replies.c (the server's replies and their matching to commands), smtp_effects.c (what
 * they do), smtp_auth.c, smtp_origin.c, smtp_tls.c and smtp_smuggling.c.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_SMTP_H
#define MAILTAP_REASSEMBLY_SESSION_SMTP_H

#include "reassembly/session/dotted.h"
#include "reassembly/session/fifo.h"
#include "reassembly/session/lines.h"
#include "reassembly/session/protocol.h"

/* What the client's next bytes are. */
enum smtp_phase {
    SMTP_COMMANDS,   /* command lines */
    SMTP_UNDECIDED,  /* held: DATA was sent and its reply not seen yet, or bytes were lost before them */
    SMTP_CONTENT,    /* dot-stuffed mail */
    SMTP_CHUNK,      /* chunk_left bytes of BDAT */
    SMTP_SECRET,     /* lines of an AUTH exchange */
    SMTP_TLS_ASKED,  /* held: STARTTLS was sent and its reply not seen yet */
    SMTP_TLS_BEGINS, /* it was accepted: what is left of both directions' bytes goes to the TLS reader */
};

enum smtp_verb {
#define VERB(word, command, fits) SMTP_##word,
#include "reassembly/session/smtp_verbs.def"
#undef VERB
    SMTP_UNKNOWN_VERB,
    SMTP_END_OF_DATA,
};

enum { SMTP_COMMAND_MAX_BYTES = 512 /* RFC 5321 4.5.3.1.4 */ };

struct smtp_reply {
    uint16_t code;             /* 0: the reply was not seen */
    struct mail_status status; /* of its last line (RFC 2034) */
    bool offers_tls;           /* one of its lines is STARTTLS */
    bool is_torn;              /* some of its lines may be missing */
};

/* A command whose reply has not been seen. */
struct smtp_pending {
    enum smtp_verb verb;
    uint32_t transaction; /* the transaction it belongs to */
    uint32_t rcpt;        /* RCPT: index of the recipient; LMTP's end of content: replies still to come */
    union {
        uint32_t more;      /* commands that change nothing: so many more of them behind it */
        uint32_t next_rcpt; /* LMTP's end of content: recipient behind the one that was answered */
    };
    struct mail *mail;  /* end of content: the finished mail, owned */
    struct buffer ends; /* end of content: struct smtp_end, owned */
};

/* An end of content that only lenient servers believe, followed by a command: offsets in the mail's bytes. */
struct smtp_end {
    size_t end, next; /* of the mail; of what follows its dot */
};

/* The client that a proxy or relay speaks for. */
struct smtp_origin {
    struct buffer text, claimed_name, claimed_addr; /* believed; said, and not answered yet */
    bool is_new, is_of_mail;                        /* it holds now; for one transaction only (XFORWARD) */
};

struct smtp {
    struct session *session;
    struct line_reader client_lines, server_lines;
    struct dotted_reader dotted;
    struct buffer ends; /* struct smtp_end: of the present content */
    enum smtp_phase phase;
    struct mail *mail;     /* the transaction in progress, owned; NULL when none */
    struct mail *aside;    /* the transaction before a MAIL within it, until that MAIL's reply, owned */
    uint32_t transaction;  /* number of the transaction in progress */
    size_t rcpt_base;      /* recipients it had when a refused MAIL was taken back */
    struct mail *answered; /* finished mail of answered_transaction, borrowed; see smtp_mail_of() */
    uint32_t answered_transaction;
    size_t waiting_bytes;                     /* memory of finished mails whose reply has not been seen */
    struct buffer held;                       /* client bytes of the phases that hold */
    size_t held_at;                           /* what of them was read again already */
    size_t held_scanned;                      /* of the rest: lines looked at that are no commands */
    bool releasing;                           /* they are being read again */
    uint64_t lost_bytes;                      /* SMTP_UNDECIDED after a loss: how many; 0: because of DATA */
    uint64_t chunk_left, chunks, chunks_tiny; /* the latter two of this transaction */
    bool chunk_is_last;
    struct fifo pending;     /* struct smtp_pending */
    struct fifo early;       /* struct smtp_reply: seen before their commands */
    struct smtp_reply reply; /* lines of the reply in progress */
    struct buffer banner, helo, auth_mechanism;
    struct smtp_origin *origin; /* owned; NULL before the first XCLIENT or XFORWARD */
    uint64_t rcpts_refused;
    bool greeted, server_seen, starttls;
    bool hello_seen; /* HELO, EHLO or LHLO */
    bool offers_tls; /* the last reply to EHLO did */
    bool auth_seen, auth_sent, auth_cancelled;
    bool data_refused; /* and no command seen since */
    bool is_lmtp;      /* the end of the content has a reply for each recipient (RFC 2033 4.2) */
    bool in_step;      /* commands and replies match one to one; false midstream and after a loss */
    bool content_gap;  /* bytes of the present content were lost */
    bool after_gap;    /* and the next bytes are the first after the loss */
};

/* ---- smtp.c ---- */

/* Takes client bytes off *bytes. What lies behind a command after which bytes are held is left there when
 * `again` says that these are held bytes, else it is held. */
void smtp_take_client(struct smtp *smtp, struct slice *bytes, bool again);

void smtp_begin_content(struct smtp *smtp);

/* The content ended with a dot that only the server's reply, or nothing more that follows, tells to be the
 * end: believes it when nothing but blank lines or a command follows. */
bool smtp_end_loosely(struct smtp *smtp, bool commands_may_follow);

/* ---- smtp_held.c ---- */

struct slice smtp_held(const struct smtp *smtp);

/* Holds as much of *bytes as there is room for, and takes it off. */
void smtp_hold(struct smtp *smtp, struct slice *bytes);

/* Held bytes are read again, in the present phase; the first `drop` are passed over. */
void smtp_release_held(struct smtp *smtp, size_t drop);
void smtp_drop_held(struct smtp *smtp);

/* True when the client's bytes are held. */
bool smtp_is_holding(const struct smtp *smtp);

/* Takes bytes of the phases that hold. */
void smtp_take_held(struct smtp *smtp, struct slice *bytes);

/* Tries to tell what the held bytes are; `final`: no more will come that could help. */
void smtp_decide(struct smtp *smtp, bool final);

/* What is held is believed to be what it looks like. */
void smtp_decide_finally(struct smtp *smtp);

/* The held bytes are the content of a mail, or commands. */
void smtp_resolve(struct smtp *smtp, bool is_content);

/* ---- smtp_transaction.c ---- */

/* The transaction in progress, begun when there is none. */
struct mail *smtp_present_mail(struct smtp *smtp);

void smtp_drop_mail(struct smtp *smtp);

/* A MAIL within a transaction begins another, until its reply tells that it was refused. */
struct mail *smtp_begin_transaction(struct smtp *smtp);
void smtp_settle_aside(struct smtp *smtp, bool refused);

/* Appends bytes of another mail, from offset `begin` to `end`, with their holes. */
void smtp_copy_content(struct smtp *smtp, struct mail *to, const struct mail *from, size_t begin, size_t end);

/* The content has ended: the mail waits for its reply. */
void smtp_finish_mail(struct smtp *smtp, enum mail_via via);

/* Hands over a finished mail that waited for its reply. */
void smtp_emit_waiting(struct smtp *smtp, const struct smtp_pending *pending);

/* Commands whose replies will not come any more. */
void smtp_flush_pending(struct smtp *smtp);

/* Completes the mail's session facts and hands it over, then what lenient servers see in it. */
void smtp_emit(struct smtp *smtp, struct mail *mail, struct slice ends);

/* Session facts of a mail that is to be handed over. */
void smtp_fill_facts(struct smtp *smtp, struct mail *mail);

/* Writes the list of those that were not refused, once. */
void smtp_settle_rcpts(struct mail *mail);

/* The mail that the command was about, in progress or finished; NULL: gone. */
struct mail *smtp_mail_of(struct smtp *smtp, const struct smtp_pending *pending);

/* ---- smtp_commands.c ---- */

void smtp_take_command(struct smtp *smtp, struct slice line, bool bare_lf, bool cut);

enum smtp_verb smtp_find_verb(struct slice line, struct slice *argument);
struct slice smtp_verb_word(enum smtp_verb verb);

/* "FROM:<path> parameters": the path without brackets (also written without them by some), and the rest. */
struct slice smtp_path(struct slice argument, struct slice keyword, struct slice *parameters);

/* A line that is certainly a command and not a line of a mail or of an AUTH exchange. */
bool smtp_is_sure_command(struct slice line);

/* True when this code can answer the command. */
bool smtp_reply_fits(enum smtp_verb verb, uint16_t code);

void smtp_push_verb(struct smtp *smtp, enum smtp_verb verb);

/* Notes that a configured limit was reached, by its name. */
void smtp_note_limit(struct smtp *smtp, const char *limit);

/* ---- smtp_chunks.c ---- */

/* "1234 LAST", the argument of BDAT: false when it has no valid size (RFC 3030 2). */
bool smtp_parse_chunk(struct slice argument, uint64_t *size, bool *is_last, bool *has_junk);

void smtp_command_bdat(struct smtp *smtp, enum smtp_verb verb, struct slice argument);

/* Chunks without LAST are given up for another command. */
void smtp_note_unfinished(struct smtp *smtp, enum smtp_verb verb);

/* ---- smtp_replies.c ---- */

/* Takes the server's bytes, as long as they are replies. */
void smtp_take_replies(struct smtp *smtp, struct slice *bytes);

/* Queues a command and matches replies that came early. `pending.transaction` is filled in. */
void smtp_push_pending(struct smtp *smtp, struct smtp_pending pending);

/* True when a 354 waits whose DATA was not seen; takes it and all before it out. */
bool smtp_take_go_ahead(struct smtp *smtp);

/* ---- smtp_effects.c ---- */

/* What a reply does to the command it answers. */
void smtp_apply_reply(struct smtp *smtp, const struct smtp_pending *pending, const struct smtp_reply *reply);

/* ---- smtp_auth.c ---- */

void smtp_command_auth(struct smtp *smtp, enum smtp_verb verb, struct slice argument);
void smtp_take_secret(struct smtp *smtp, struct slice line);
void smtp_apply_auth(struct smtp *smtp, uint16_t code);

/* ---- smtp_origin.c ---- */

void smtp_command_origin(struct smtp *smtp, enum smtp_verb verb, struct slice argument);

void smtp_apply_origin(struct smtp *smtp, enum smtp_verb verb, uint16_t code);

void smtp_origin_free(struct smtp_origin **origin);

/* ---- smtp_tls.c ---- */

void smtp_command_starttls(struct smtp *smtp, enum smtp_verb verb, struct slice argument);
void smtp_apply_starttls(struct smtp *smtp, uint16_t code);

/* One line of a reply: remembers what it offers. */
void smtp_note_offer(struct smtp *smtp, uint16_t code, struct slice line, struct slice text);
void smtp_apply_hello(struct smtp *smtp, enum smtp_verb verb, const struct smtp_reply *reply);

/* "XXXXXXXA": the word STARTTLS as some firewalls overwrite it. */
bool smtp_is_mangled(struct slice text);

/* A TLS handshake where the reply to STARTTLS may have been missed. Elsewhere it is not believed: anybody
 * could hide the rest of a session by such a byte. */
bool smtp_looks_like_tls(const struct smtp *smtp, struct slice bytes);

/* The session begins anew inside of TLS (RFC 3207 4.2); *rest: bytes behind what was read of direction `dir`.
 */
void smtp_start_tls(struct smtp *smtp, enum direction dir, struct slice rest);

/* ---- smtp_smuggling.c ---- */

/* Looks at every non-standard end in the content that begins now. */
void smtp_watch_content(struct smtp *smtp);

/* The mails that a lenient server sees in one of the standard reading; to be called before it is handed over.
 * Returns their number; *mails is to be freed. */
size_t smtp_make_lenient(struct smtp *smtp, const struct mail *standard, struct slice ends,
                         struct mail ***mails);

#endif
