/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a mail protocol offers to the assembler and what the assembler offers to it. A session lives from a
 * connection's first payload to its end.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_PROTOCOL_H
#define MAILTAP_REASSEMBLY_SESSION_PROTOCOL_H

#include "reassembly/session/session.h"

struct protocol;

struct session {
    struct assembler *owner;
    struct stream *stream;
    const struct protocol *protocol; /* NULL until it is known */
    void *state;                     /* the protocol's own */
    struct buffer heads[2];          /* first bytes of both directions, while the protocol is unknown */
    uint64_t first_ns, now_ns;       /* first payload; present event */
    uint64_t bytes;                  /* payload of both directions so far */
    struct session *prev, *next;     /* among the sessions that hold mail */
    size_t held_bytes;               /* what of that was counted */
    uint64_t listed_ns;              /* when it came to the end of that list */
    uint32_t mail_count;
    bool gap_before; /* bytes were lost before the protocol was known */
};

struct protocol {
    const char *name;
    enum mail_protocol mail_protocol;
    void *(*open)(struct session *session);
    enum stream_interest (*data)(struct session *session, enum direction dir, struct slice bytes);
    enum stream_interest (*gap)(struct session *session, enum direction dir, uint64_t len);
    /* Bytes of memory its unfinished mails use. */
    size_t (*memory)(const struct session *session);
    /* Hands out what is unfinished and releases the state. */
    void (*close)(struct session *session);
};

extern const struct protocol protocol_smtp, protocol_pop3, protocol_imap;

enum identity { IDENTITY_UNSURE, IDENTITY_SMTP, IDENTITY_POP3, IDENTITY_IMAP, IDENTITY_NOT_MAIL };

/* "tag VERB …" with a verb of IMAP. */
bool imap_is_command_line(struct slice line);

/* What the first bytes of both directions tell. `final` says that no more bytes will be shown: UNSURE is not
 * returned then. */
enum identity identify(struct slice to_server, struct slice to_client, uint16_t server_port, bool midstream,
                       bool final);

/* A mail of this session, begun now. */
struct mail *session_begin_mail(struct session *session);

/* Completes the mail's session facts and hands it over. */
void session_emit_mail(struct session *session, struct mail *mail);

/* Appends content to a mail, as far as mail_max_bytes allows; the excess truncates it. */
void session_note_overflow(struct session *session, struct mail *mail);

#endif
