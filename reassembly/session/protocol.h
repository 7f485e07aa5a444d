/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a mail protocol offers to the assembler and what the assembler offers to it. A session lives from a
 * connection's first payload to its end.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_PROTOCOL_H
#define MAILTAP_REASSEMBLY_SESSION_PROTOCOL_H

#include "reassembly/session/session.h"

struct protocol;
struct secure;

struct session {
    struct assembler *owner;
    struct stream *stream;
    const struct protocol *protocol; /* NULL until it is known */
    void *state;                     /* the protocol's own */
    struct session_report *report; /* what is known so far; NULL: nothing of note; see session_report_of() */
    struct secure *secure;         /* NULL: no TLS; see secure.h */
    struct buffer heads[2];        /* first bytes of both directions, while the protocol is unknown */
    struct buffer origin;          /* of the client, as a proxy's header named it */
    uint64_t first_ns, now_ns;     /* first payload; present event */
    uint64_t bytes[2], missing[2]; /* payload of each direction so far, and what was not captured of it */
    struct session *prev, *next;   /* among the sessions that hold mail */
    size_t held_bytes;             /* what of that was counted */
    uint64_t listed_ns;            /* when it came to the end of that list */
    uint32_t mail_count, incomplete_count;
    bool gap_before;   /* bytes were lost before the protocol was known */
    bool client_first; /* the client's first byte came before the server's */
    bool dropped;      /* not followed any more */
};

struct protocol {
    const char *name;
    enum mail_protocol mail_protocol;
    void *(*open)(struct session *session);
    enum stream_interest (*data)(struct session *session, enum direction dir, struct slice bytes);
    enum stream_interest (*gap)(struct session *session, enum direction dir, uint64_t len);
    /* Bytes of memory its unfinished mails use. */
    size_t (*memory)(const struct session *session);
    /* Hands out what is unfinished, completes the facts of session->report, and releases the state. */
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

/* Whether the port is assigned to the protocol, in clear or with TLS. */
bool port_is_assigned(uint16_t port, enum mail_protocol protocol);

/* The protocol that is spoken in TLS from the first byte on at this port (RFC 8314), else IDENTITY_UNSURE. */
enum identity identify_tls_port(uint16_t server_port);

/* A mail of this session, begun now. */
struct mail *session_begin_mail(struct session *session);

/* Completes the mail's session facts (TLS, anomalies, origin, times) and hands it over. */
void session_emit_mail(struct session *session, struct mail *mail);

/* Appends content to a mail, as far as mail_max_bytes allows; the excess truncates it. */
void session_note_overflow(struct session *session, struct mail *mail);

/* ---- what the report gathers (notes.c) ---- */

/* The session's report, begun when there is none: most sessions show nothing of note, and nobody may want it.
 */
struct session_report *session_report_of(struct session *session);

/* True when credentials were sent in this session. */
static inline bool session_has_auth(const struct session *session)
{
    return session->report && session->report->auth_attempts > 0;
}

/* True when somebody takes reports: else what belongs only there need not be gathered. */
static inline bool session_is_reported(const struct session *session)
{
    return session->owner->session_fn != NULL;
}

/* Notes an anomaly. Of the first time the evidence is kept, up to anomaly_evidence_max_bytes. */
void session_note(struct session *session, enum anomaly anomaly, struct slice evidence);

/* Counts a command or a reply by its name, which is copied; at most tally_max names of each. Nothing is
 * counted when nobody takes reports. */
void session_count_command(struct session *session, struct slice name);
void session_count_reply(struct session *session, struct slice name);

/* What the server said that it can do was seen to its end (EHLO's reply, CAPA, CAPABILITY): does it offer
 * TLS? Notes when it did before. Not to be called once the session is encrypted. */
void session_note_tls_offer(struct session *session, bool offers_tls);

/* Credentials were sent (from now on their outcome is unknown), and the server's word on them. `mechanism` is
 * the name on the wire. Notes credentials in clear, and failures. */
void session_auth_begin(struct session *session, struct slice mechanism);
void session_auth_end(struct session *session, bool succeeded);

/* Compares a whole mail with the size that the server told for message `number` before; 0: it did not.
 * Servers count line ends as one byte or two, and some add a few header lines on the way: only more than that
 * is noted.
 */
void session_compare_size(struct session *session, uint64_t number, uint64_t told, struct slice bytes);

/* ---- TLS (secure.c) ---- */

/* STARTTLS or STLS was accepted: whatever comes is TLS, beginning with the bytes that were read already
 * behind it in each direction (may be empty; they are copied). The protocol must be ready for a new dialogue:
 * what the TLS connection carries, if it can be read, comes as data and gaps like before; it returns
 * STREAM_FOLLOW. */
void session_start_tls(struct session *session, struct slice to_server, struct slice to_client);

/* True until the protocol has returned from the event in which that happened: further bytes that it comes
 * upon are TLS as well, and go behind the others by session_add_tls(). */
bool session_turns_to_tls(const struct session *session);
void session_add_tls(struct session *session, enum direction dir, struct slice bytes);

/* True when what the protocol reads came out of TLS. */
static inline bool session_is_secure(const struct session *session)
{
    return session->secure != NULL;
}

#endif
