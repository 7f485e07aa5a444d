/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What client and server say to each other, turn by turn, for one connection: a machine whose steps are the
 * rows of steps.def. It knows nothing of packets. The mails are borrowed from their mail set.
 */
#ifndef MAILTAP_SYNTH_DIALOGUE_H
#define MAILTAP_SYNTH_DIALOGUE_H

#include "base/buffer.h"
#include "tools/synth/mailfile.h"
#include "tools/synth/random.h"

enum direction { DIR_TO_SERVER, DIR_TO_CLIENT };

enum step {
#define STEP(id, direction, say, next) STEP_##id,
#include "tools/synth/steps.def"
#undef STEP
    STEP_DONE
};

/* The mails of one connection: numbers first, first + stride, … below `end`; mail n is mails[n % count]. */
struct batch {
    struct mail *const *mails;
    size_t count;
    uint64_t first, stride, end;
};

static inline struct mail *batch_mail(const struct batch *b, uint64_t n)
{
    return b->mails[n % b->count];
}

/* How many mails from number `from` on. */
static inline uint64_t batch_left(const struct batch *b, uint64_t from)
{
    return from < b->end ? (b->end - from - 1) / b->stride + 1 : 0;
}

enum { TURN_PARTS = 3 };

/* What one side says before the other's turn: the parts one after the other. */
struct turn {
    enum direction direction;
    struct slice parts[TURN_PARTS];
};

struct dialogue {
    enum protocol protocol;
    enum step step; /* what will be said next */
    struct batch batch;
    uint64_t current; /* number of the mail at hand */
    size_t rcpt;      /* recipient at hand */
    size_t chunk_at;  /* BDAT: offset of the next chunk */
    uint64_t listed;  /* POP3, IMAP: message number of the mail at hand */
    struct random random;
    struct buffer text; /* holds the first part of the last turn */
};

/* Begins a dialogue about the batch, which has at least one mail. Call dialogue_close() at the end. */
void dialogue_open(struct dialogue *d, enum protocol protocol, const struct batch *batch,
                   struct random random);

/* The next turn; its slices live until the next call. Only while the step is not STEP_DONE. */
struct turn dialogue_next(struct dialogue *d);

/* True when the next turn is the first about a mail. */
bool dialogue_is_mail(const struct dialogue *d);

/* True when the next turn is the client's good-bye. */
bool dialogue_is_parting(const struct dialogue *d);

void dialogue_close(struct dialogue *d);

uint16_t protocol_port(enum protocol protocol);

/* Which way the mails go. */
enum direction protocol_mail_direction(enum protocol protocol);

#endif
