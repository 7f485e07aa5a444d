/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the reassembly rooms give and the analysis rooms take: one mail with its envelope, its bytes as they
 * crossed the wire, what is known of the session that carried it, and what is missing. A mail owns everything
 * it points to; it is handed over by mail_fn, and whoever has it last calls mail_free(). Times are packet
 * time, nanoseconds since 1970 UTC.
 */
#ifndef MAILTAP_REASSEMBLY_MAIL_H
#define MAILTAP_REASSEMBLY_MAIL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"
#include "reassembly/tls/facts.h"

enum direction { DIR_TO_SERVER, DIR_TO_CLIENT };

enum ip_family { FAMILY_NONE = 0, FAMILY_IPV4 = 4, FAMILY_IPV6 = 6 };

struct endpoint {
    uint8_t addr[16]; /* network byte order; IPv4 in the first four bytes, the rest zero */
    uint16_t port;
};

enum { FLOW_MAX_VLANS = 2 };

/* Who talks to whom: the client opened the connection. family is FAMILY_NONE for a mail read from a file. */
struct flow {
    struct endpoint client, server;
    enum ip_family family;
    uint16_t vlan_ids[FLOW_MAX_VLANS]; /* outermost first */
    uint8_t vlan_count;
};

enum mail_protocol { MAIL_SMTP, MAIL_LMTP, MAIL_POP3, MAIL_IMAP, MAIL_FILE };

enum mail_via {
    MAIL_VIA_DATA,
    MAIL_VIA_BDAT,
    MAIL_VIA_RETR,
    MAIL_VIA_TOP,
    MAIL_VIA_FETCH,
    MAIL_VIA_APPEND,
    MAIL_VIA_FILE
};

enum mail_acceptance { MAIL_ACCEPTANCE_UNKNOWN, MAIL_ACCEPTED, MAIL_REFUSED };

/* Which end of the content was believed, where servers differ (SMTP smuggling). */
enum mail_reading {
    MAIL_READING_STANDARD, /* CRLF "." CRLF alone ends it (RFC 5321 4.1.1.4) */
    MAIL_READING_LENIENT,  /* a second view of bytes that are part of a mail in the standard reading */
};

/* A hole: `len` bytes are missing at byte `offset` of the mail's bytes (which hold nothing for it). */
struct mail_gap {
    uint64_t offset, len;
};

struct mail_damage {
    struct mail_gap *gaps;
    size_t gap_count;
    uint64_t missing_bytes; /* sum over all holes, also those not listed in gaps */
    uint64_t conflicts;     /* segments of the connection so far whose copies differ: someone may be hiding
                               something */
    bool truncated;         /* ends early: connection over, capture over or size limit reached */
    bool midstream;         /* the capture began inside this connection; the mail itself may still be whole */
};

/* An enhanced status code, "5.1.1" (RFC 3463): digits and dots; empty when none was given. */
struct mail_status {
    char text[10];
};

/* One reply code of the server and the word it answered ("MAIL", "RCPT", "." for the end of DATA …). */
struct mail_reply {
    struct slice command;
    uint16_t code;
    struct mail_status status;
};

/* What a session did that honest ones do not, or that keeps it from being seen whole. */
enum anomaly {
#define ANOMALY(id, name, text, advice) ANOMALY_##id,
#include "reassembly/anomalies.def"
#undef ANOMALY
    ANOMALY_COUNT
};

struct mail_anomaly {
    enum anomaly anomaly;
    uint32_t count;
    struct slice evidence; /* of the first time: wire bytes, never a secret; may be empty */
};

enum auth_result { AUTH_NONE, AUTH_UNKNOWN, AUTH_SUCCEEDED, AUTH_FAILED };

/* A recipient and what became of him. */
struct mail_recipient {
    struct slice address;    /* without angle brackets */
    struct slice parameters; /* what follows the path: "NOTIFY=NEVER ORCPT=…"; empty when none */
    enum mail_acceptance outcome;
    uint16_t code; /* the reply that decided: to RCPT, or for this recipient to LMTP's content; 0: not seen */
    struct mail_status status;
};

/* Facts of the session up to this mail. Slices are raw wire bytes without CRLF; empty when not seen. */
struct mail_session {
    struct slice banner, helo, user, auth_mechanism; /* never a password */
    enum auth_result auth_result;                    /* of the last attempt */
    struct slice origin;            /* the client as a proxy or relay names it: XCLIENT, XFORWARD, PROXY */
    struct tls_facts *tls;          /* in the mail's arena; NULL: no TLS */
    struct mail_anomaly *anomalies; /* of the session up to this mail, each once */
    size_t anomaly_count;
    struct mail_reply *replies; /* those that concern this mail, in order */
    size_t reply_count;
    uint64_t first_ns;     /* first byte of payload in the connection */
    uint64_t bytes;        /* payload of both directions up to here */
    uint32_t sender_rcpts; /* SMTP: about how many different recipients this sender had lately, this mail
                              included (setting sender_window_ms); 0: not counted */
    bool starttls;
};

struct mail_envelope {
    struct slice mail_from;            /* without angle brackets; empty and seen for <> */
    struct slice mail_from_parameters; /* "BODY=8BITMIME SIZE=1234"; empty when none */
    struct mail_recipient *recipients; /* all that were kept, also the refused */
    size_t recipient_count;
    struct slice *rcpt_to;           /* addresses of those that were not refused */
    size_t rcpt_count, rcpt_dropped; /* dropped: beyond the configured limit */
    bool mail_from_seen;
};

struct mail {
    struct flow flow;
    enum mail_protocol protocol;
    enum mail_via via;
    enum mail_acceptance accepted;
    enum mail_reading reading;
    struct mail_envelope envelope;
    struct mail_session session;
    struct mail_damage damage;
    struct buffer bytes; /* dot-unstuffed, line ends kept */
    bool partial;        /* only its header and the beginning of its body were asked for (TOP), and came */
    uint64_t first_ns, last_ns;
    uint32_t index;          /* of the mail within its session, from 0 */
    struct arena arena;      /* holds what the slices above point to */
    const char *source_path; /* capture or mail file it came from; borrowed from the run */
};

/* Takes ownership of the mail. */
typedef void (*mail_fn)(void *context, struct mail *mail);

struct mail *mail_new(size_t max_bytes);

/* Releases the mail and clears the caller's pointer. */
void mail_free(struct mail **mail);

/* True when no byte of the mail is missing. */
static inline bool mail_is_complete(const struct mail *mail)
{
    return mail->damage.missing_bytes == 0 && !mail->damage.truncated;
}

/* Appends to an arena-backed array by growing it in powers of two: returns the new element, zeroed. */
struct slice *mail_add_rcpt(struct mail *mail);
struct mail_recipient *mail_add_recipient(struct mail *mail);
struct mail_reply *mail_add_reply(struct mail *mail);

/* Notes a hole of `len` bytes at the present end of the mail's bytes; beyond `max_gaps` only the sum grows.
 */
void mail_add_gap(struct mail *mail, uint64_t len, size_t max_gaps);

/* Takes `len` bytes off the last hole, which turned out to hold bytes that are not the mail's. */
void mail_shrink_gap(struct mail *mail, uint64_t len);

/* "end-of-data", what it means; by the rows of anomalies.def. */
const char *anomaly_name(enum anomaly anomaly);
const char *anomaly_text(enum anomaly anomaly);

/* The session's anomaly of this kind, or NULL. */
const struct mail_anomaly *mail_find_anomaly(const struct mail *mail, enum anomaly anomaly);

/* "smtp", "lmtp", "pop3", "imap", "file"; "DATA", "BDAT", "RETR", "TOP", "FETCH", "APPEND", "file". */
const char *mail_protocol_name(enum mail_protocol protocol);
const char *mail_via_name(enum mail_via via);

#endif
