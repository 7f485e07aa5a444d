/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages that an IMAP client fetches in pieces: whole or header and text apart, each at once or by ranges
 * of bytes in any order (RFC 3501 6.4.5, 7.4.2). A message is handed out as one mail when all of it is there,
 * or as it is when it is given up. The store owns the mails until then. Its messages and pieces are bounded
 * by imap_messages_max and imap_pieces_max; the message that rests longest goes first.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_IMAP_STORE_H
#define MAILTAP_REASSEMBLY_SESSION_IMAP_STORE_H

#include "reassembly/session/protocol.h"

enum imap_section { IMAP_WHOLE, IMAP_HEADER, IMAP_TEXT, IMAP_SECTIONS };

/* A run of bytes of a section, from `origin` up to `end`; the mail holds them and their holes. */
struct imap_piece {
    struct imap_piece *next; /* by origin */
    uint64_t origin, end;
    struct mail *mail;
};

struct imap_extent {
    struct imap_piece *pieces;
    uint64_t end;     /* length of the section */
    bool end_known;   /* else end is 0 */
    uint64_t longest; /* longest answer so far */
    bool is_open;     /* what the last answer was asked for is not known */
    uint64_t open_origin, open_len;
};

struct imap_message {
    struct imap_message *next;
    uint64_t number, uid, size; /* uid, size: 0: not seen */
    struct imap_extent extents[IMAP_SECTIONS];
};

enum { IMAP_SIZES = 256 };

struct imap_size {
    uint64_t uid, size;
};

/* Takes ownership of a finished mail. */
typedef void (*imap_finish_fn)(void *context, struct mail *mail);

struct imap_store {
    struct session *session;
    imap_finish_fn finish_fn;
    void *finish_context;
    struct imap_message *messages; /* the last touched first */
    size_t message_count, piece_count;
    size_t bytes;               /* memory of all pieces */
    struct imap_piece *current; /* the one whose bytes come now */
    struct imap_extent *extent; /* the section it belongs to */
    struct imap_size *sizes;    /* IMAP_SIZES of them, or NULL */
};

/* What a FETCH response says of a piece that it brings. */
struct imap_answer {
    uint64_t number, uid;
    enum imap_section section;
    bool is_part; /* BODY[]<origin> */
    uint64_t origin, len;
    uint64_t asked; /* bytes the client asked for; 0: not known */
};

void imap_store_init(struct imap_store *store, struct session *session, imap_finish_fn finish_fn,
                     void *finish_context);

/* The answer's bytes come now, `len` of them through the two functions below it. */
void imap_store_begin(struct imap_store *store, const struct imap_answer *answer);
void imap_store_append(struct imap_store *store, struct slice bytes);
void imap_store_hole(struct imap_store *store, uint64_t len);

/* All of them came. */
void imap_store_end(struct imap_store *store, const struct imap_answer *answer);

/* The client asked for this range, of one message or (number and uid 0) of many: a tap may show that after
 * the answer. */
void imap_store_ask(struct imap_store *store, const struct imap_answer *ask);

/* The response ends: hands out the message if it is complete. uid and size (RFC822.SIZE) are 0 when not told.
 */
void imap_store_settle(struct imap_store *store, uint64_t number, uint64_t uid, uint64_t size);

/* The message left the mailbox: those behind it change their numbers. */
void imap_store_expunge(struct imap_store *store, uint64_t number);

/* Numbers have another meaning from here on, or the session ends: hands out what is there. */
void imap_store_flush(struct imap_store *store);

#endif
