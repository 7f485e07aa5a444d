/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mails to send: read from .eml files once and kept as they cross the wire, with CRLF line ends and, a
 * second time only where a line starts with a dot, with dots stuffed (RFC 5321 4.5.2). The envelope comes
 * from X-Synth-* headers, which are taken out of the mail, else from Return-Path, From, To and Cc. A mail set
 * owns everything.
 */
#ifndef MAILTAP_SYNTH_MAILFILE_H
#define MAILTAP_SYNTH_MAILFILE_H

#include "base/arena.h"
#include "base/slice.h"
#include "base/status.h"
#include "tools/synth/address.h"

enum protocol {
#define PROTOCOL(id, name, ...) PROTOCOL_##id,
#include "tools/synth/protocols.def"
#undef PROTOCOL
    PROTOCOL_COUNT
};

enum { MAX_RCPTS = 100 };

/* What X-Synth-* headers ask for. */
struct wishes {
    bool own_session; /* any wish about the session: it gets a connection of its own */
    bool has_protocol, has_time, has_client, has_server, has_mail_from, has_rcpts;
    enum protocol protocol;
    uint64_t time_us;
    struct address client, server;
};

struct mail {
    struct slice plain;   /* CRLF line ends, ends with one unless empty */
    struct slice stuffed; /* the same with dots stuffed; the same memory when nothing had to be */
    bool eight_bit;       /* some byte is above 127 */
    const char *mail_from, *helo;
    const char *rcpts[MAX_RCPTS];
    size_t rcpt_count; /* at least 1 */
    uint64_t date_us;  /* the Date header, 0 when there is none that can be read */
    struct wishes wishes;
};

struct mailset {
    struct mail **mails;
    size_t count;
    struct arena memory;
};

/* Adds the file, or every .eml file below the directory in the order of their paths. */
enum status mailset_add_path(struct mailset *set, const char *path, struct error *error);

/* Adds one mail from memory; `name` is for messages. */
enum status mailset_add_bytes(struct mailset *set, struct slice bytes, const char *name, struct error *error);

void mailset_free(struct mailset *set);

/* The protocol of this name, or PROTOCOL_COUNT. */
enum protocol protocol_find(struct slice name);

/* The bytes with dots stuffed, in the arena; the slice itself when no line starts with a dot. */
struct slice mail_stuff_dots(struct arena *memory, struct slice plain);

/* The bytes with every bare LF made CRLF and a CRLF at the end, in the arena. */
struct slice mail_normalise_lines(struct arena *memory, struct slice bytes);

#endif
