/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State of one TLS connection, shared by its files: tls.c (records of both directions), handshake.c
 * (messages), keys.c (which keys open a record) and recovery.c (going on behind a loss).
 */
#ifndef MAILTAP_REASSEMBLY_TLS_STATE_H
#define MAILTAP_REASSEMBLY_TLS_STATE_H

#include "reassembly/tls/protection.h"
#include "reassembly/tls/tls.h"

enum { TLS_SESSION_ID_MAX = 32, TLS_HOLES_MAX = 64, TLS13_VERSION = 0x0304 };

enum tls_content { TLS_CHANGE_CIPHER_SPEC = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_DATA = 23 };

/* Which keys a direction uses. Up to TLS 1.2 there is only CLEAR and TRAFFIC. */
enum tls_epoch { TLS_EPOCH_CLEAR, TLS_EPOCH_EARLY, TLS_EPOCH_HANDSHAKE, TLS_EPOCH_TRAFFIC };

/* `lost` bytes are missing before byte `offset` of the input. */
struct tls_hole {
    size_t offset;
    uint64_t lost;
};

struct tls_half {
    enum direction dir;
    struct buffer input; /* from the first record on that was not taken */
    size_t at;           /* bytes of it that were taken */
    struct tls_hole holes[TLS_HOLES_MAX];
    size_t hole_count;
    struct buffer message; /* the handshake message that is put together */
    uint64_t message_skip; /* rest of one that is too long */
    bool message_torn;     /* handshake messages in clear are passed over, after a loss */
    struct tls_protection protection;
    enum tls_epoch epoch;
    bool has_begun;      /* a record was seen */
    bool has_keys;       /* for its epoch */
    uint64_t looked_at;  /* generation of the secrets when they were looked for in vain, plus 1 */
    bool is_dead;        /* not TLS, or not to be followed any more */
    bool is_sealed;      /* protected records come that cannot be opened: passed over */
    uint64_t torn;       /* bytes still to come of a record that a loss has torn */
    bool is_lost;        /* a loss went over a record's end: the next record has to be found */
    bool from_handshake; /* and it began in the handshake: what was lost is not all content */
    uint64_t lost;       /* bytes since the last record that was taken */
};

struct tls {
    struct tls_options options;
    struct tls_facts facts;
    struct arena arena;        /* of the facts */
    struct tls_half halves[2]; /* by enum direction */
    struct tls_randoms randoms;
    uint8_t session_id[TLS_SESSION_ID_MAX];
    size_t session_id_len;
    const struct tls_suite *suite;
    struct buffer plain;
    uint64_t tries; /* records tried behind the last loss */
    bool offers_early_data, encrypts_first, certificate_seen, retry_seen;
    bool in_clear; /* the record that is taken was not protected */
};

/* ---- handshake.c ---- */

/* Takes the content of handshake records. False: it is none. */
bool tls_take_messages(struct tls *tls, struct tls_half *half, struct slice content);

/* ---- keys.c ---- */

enum tls_keys { TLS_KEYS_READY, TLS_KEYS_AWAITED, TLS_KEYS_NEVER };

/* Makes the keys of the half's present epoch, if its secrets are known. */
enum tls_keys tls_keys_make(struct tls *tls, struct tls_half *half);

/* The same; for early data the keys of the handshake behind them will do. */
enum tls_keys tls_keys_make_any(struct tls *tls, struct tls_half *half);

/* The half goes on with the keys of another epoch. */
void tls_keys_change(struct tls_half *half, enum tls_epoch epoch);

/* Opens a protected record into tls->plain and moves on; the type becomes the inner one. */
bool tls_keys_open(struct tls *tls, struct tls_half *half, uint8_t *type, struct slice fragment);

/* ---- recovery.c ---- */

/* Looks for the next record behind a loss that reaches over a record's end. `room` bytes stand before the
 * next hole or the end of the input; `more` says that more may come behind them. True when something was
 * decided. */
bool tls_recover(struct tls *tls, struct tls_half *half, size_t room, bool more);

/* ---- tls.c ---- */

/* Tells the follower that content is missing. */
void tls_tell_gap(struct tls *tls, const struct tls_half *half, uint64_t len);

#endif
