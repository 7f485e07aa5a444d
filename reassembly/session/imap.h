/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one IMAP session, shared by its files: imap.c (the protocol's door, literals, losses),
 * imap_responses.c (the server's lines: fetched mails), imap_commands.c (the client's lines: mails that are
 * uploaded, and what is asked for), imap_pending.c (commands and their results) and imap_tls.c (STARTTLS).
 * Mails are owned by the store, by `upload`, or by the command that waits for its response.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_IMAP_H
#define MAILTAP_REASSEMBLY_SESSION_IMAP_H

#include "reassembly/session/fifo.h"
#include "reassembly/session/imap_inflate.h"
#include "reassembly/session/imap_lexer.h"
#include "reassembly/session/imap_recovery.h"
#include "reassembly/session/imap_store.h"
#include "reassembly/session/protocol.h"

enum { IMAP_TAG_MAX = 32, IMAP_ASKS_MAX = 64 };

/* What the next token of a line is; first those of the server, then those of the client. */
enum imap_place {
    IMAP_PLACE_START,    /* the first word of a line */
    IMAP_PLACE_TAGGED,   /* the word behind the tag of a response */
    IMAP_PLACE_UNTAGGED, /* the word behind "*" */
    IMAP_PLACE_NUMBERED, /* the word behind "* n" */
    IMAP_PLACE_FETCH,    /* data items */
    IMAP_PLACE_STATUS,   /* text of "* OK" and its like */
    IMAP_PLACE_RESULT,   /* text of a tagged response */
    IMAP_PLACE_EXPUNGE,
    IMAP_PLACE_VANISHED,
    IMAP_PLACE_CAPABILITY, /* text: what the server can do */
    IMAP_PLACE_VERB,       /* the word behind the tag of a command */
    IMAP_PLACE_UID_VERB,   /* the word behind UID */
    IMAP_PLACE_ARGUMENTS,
    IMAP_PLACE_REST, /* tokens of no interest */
    IMAP_PLACE_TEXT, /* text of no interest */
};

enum imap_command {
    IMAP_COMMAND_OTHER,
    IMAP_COMMAND_LOGIN,
    IMAP_COMMAND_AUTHENTICATE,
    IMAP_COMMAND_APPEND,
    IMAP_COMMAND_REPLACE, /* APPEND with a message number before the mailbox (RFC 8508) */
    IMAP_COMMAND_FETCH,
    IMAP_COMMAND_UID,
    IMAP_COMMAND_STARTTLS,
    IMAP_COMMAND_COMPRESS,
    IMAP_COMMAND_UNKNOWN,
};

enum imap_item {
    IMAP_ITEM_WHOLE = IMAP_WHOLE,
    IMAP_ITEM_HEADER = IMAP_HEADER,
    IMAP_ITEM_TEXT = IMAP_TEXT,
    IMAP_ITEM_SIZE,
    IMAP_ITEM_UID,
    IMAP_ITEM_ENVELOPE,
    IMAP_ITEM_PART,  /* a part of the message, or some of its header fields */
    IMAP_ITEM_OTHER, /* not of interest */
};

/* A data item's name with its range: BODY[]<origin> or BODY[]<origin.count>. */
struct imap_name {
    enum imap_item item;
    bool is_part;
    uint64_t origin, count;
};

/* A range the client asked for; set is the message's number or UID when it asked for one message, else 0. */
struct imap_ask {
    struct imap_name name;
    uint64_t set;
    bool by_uid;
};

struct imap_tag {
    uint8_t bytes[IMAP_TAG_MAX];
    size_t len;
};

/* A command whose tagged response is waited for. */
struct imap_pending {
    struct imap_tag tag;
    enum imap_command command;
    struct mail *mail; /* APPEND: the finished mail, owned */
};

/* Where a literal's bytes go. */
enum imap_sink { IMAP_SINK_NOWHERE, IMAP_SINK_FETCH, IMAP_SINK_UPLOAD, IMAP_SINK_ARGUMENT };

struct imap_side {
    struct imap_lexer lexer;
    enum imap_place place;
    bool in_literal, lossy; /* lossy: lines may be what they are not */
    uint64_t literal_left;
    enum imap_sink sink;
    struct imap_inflater *inflater; /* owned; NULL before the first compressed byte */
    bool is_dead;                   /* compressed, and cannot be read on */
};

struct imap {
    struct session *session;
    struct imap_side client, server;
    bool greeted, server_seen, compressed;
    bool inflates; /* and counts among the owner's sessions that do */
    struct buffer banner, user, auth_mechanism;

    /* the server's line */
    struct imap_tag result_tag;
    bool result_ok;
    bool has_early, early_ok; /* a result whose command was not seen: a tap may show it late */
    struct imap_tag early_tag;
    bool is_preauth, offers_tls;
    struct imap_store store;
    struct imap_recovery recovery;
    struct imap_answer answer; /* number and UID of the FETCH response, and the literal that comes */
    uint64_t answer_size;      /* RFC822.SIZE in it */
    struct imap_name item;     /* the item whose value comes next */

    /* the client's line */
    struct imap_tag tag;
    enum imap_command command;
    size_t argument_count;
    bool has_verb, by_uid, catenates, asks_message;
    uint64_t set;
    struct buffer argument; /* a literal that is an argument */
    struct mail *upload;    /* owned; NULL when none */
    bool awaits;            /* a literal was announced, and the server's go-ahead was not seen */
    struct buffer held;     /* the client's bytes meanwhile */
    bool awaits_tls;        /* STARTTLS was sent: what follows is held until its result */
    bool tls_answered, tls_accepted;
    struct buffer tls_client; /* the bytes held */
    bool misses_results;      /* commands were not queued, because no server was seen */
    struct imap_ask asks[IMAP_ASKS_MAX];
    size_t ask_count; /* all so far; the last ones are kept */
    struct fifo pending;
    size_t waiting_bytes;  /* memory of the mails in it */
    size_t asked_messages; /* FETCH commands in it that ask for whole messages */
};

/* ---- imap.c ---- */

/* Takes all of the bytes, or those before the connection turned to something else. */
void imap_take_plain(struct imap *imap, struct imap_side *side, struct slice *bytes);

/* A limit kept something from being read. */
void imap_note_limit(struct imap *imap);

/* Hands out what is unfinished. */
void imap_emit_unfinished(struct imap *imap);

/* Completes the mail's session facts and hands it over. */
void imap_emit(struct imap *imap, struct mail *mail);

/* A literal of lexer->literal_len bytes begins on this side. */
void imap_begin_literal(struct imap_side *side, enum imap_sink sink);

/* The client's literal that waits for the go-ahead: it comes, or it was refused. */
void imap_resolve_await(struct imap *imap, bool refused);

/* Both directions are compressed from their next byte on. */
void imap_start_compression(struct imap *imap);

struct imap_tag imap_tag_make(struct slice text);
bool imap_tag_equal(const struct imap_tag *a, const struct imap_tag *b);

/* ---- imap_names.c ---- */

struct imap_name imap_name_parse(struct slice word);
enum imap_command imap_command_parse(struct slice word);

/* The command as it is written in the tables, which live forever; empty when there is none. */
struct slice imap_command_name(struct slice word);

/* ---- imap_responses.c ---- */

/* "FETCH", "EXISTS", … and "OK", "NO", "BAD" behind a tag. */
bool imap_is_response_word(struct slice word);
bool imap_is_result_word(struct slice word);

/* What comes are the data items of a FETCH response whose beginning was not seen. */
void imap_begin_fetch(struct imap *imap);

void imap_take_response_token(struct imap *imap, enum imap_token token);

/* The literal of a FETCH response has ended. */
void imap_end_fetched(struct imap *imap);

/* ---- imap_commands.c ---- */

void imap_take_command_token(struct imap *imap, enum imap_token token);

/* A literal of the client has ended. */
void imap_end_argument(struct imap *imap);

/* The upload is all there, or will not go on: it waits for its result. */
void imap_end_upload(struct imap *imap);

/* ---- imap_pending.c ---- */

/* The client's command is whole: it waits for its result, with the mail it uploaded or NULL. */
void imap_push_pending(struct imap *imap, enum imap_command command, struct mail *mail);

/* True when a command that waits for its result has this tag. */
bool imap_is_awaited(const struct imap *imap, const struct imap_tag *tag);

/* True when one of them asks for whole messages. */
bool imap_awaits_message(const struct imap *imap);

/* What the tagged response does to the commands with its tag. */
void imap_apply_result(struct imap *imap, const struct imap_tag *tag, bool ok);

/* Hands out a mail that waits for its response, and takes it out of the account. */
void imap_emit_waiting(struct imap *imap, struct mail *mail, enum mail_acceptance accepted);

/* ---- imap_tls.c ---- */

/* "CAPABILITY …" of the server, in a line of its own or within a status text. */
void imap_take_capabilities(struct imap *imap, struct slice text);

/* Holds the client's bytes while STARTTLS has no result; false when they are not to be held. */
bool imap_holds_tls(struct imap *imap, struct slice *bytes);

/* The result of STARTTLS. */
void imap_answer_tls(struct imap *imap, bool ok);

/* Tells from the bytes behind STARTTLS whether they are TLS, where no result can. */
void imap_decide_tls(struct imap *imap);

/* What was held behind STARTTLS is commands. */
void imap_refuse_tls(struct imap *imap);

/* Where a line should begin there is a TLS record, and STARTTLS may have gone by unseen: turns to it. */
bool imap_turns_unseen(struct imap *imap, const struct imap_side *side, struct slice bytes);

#endif
