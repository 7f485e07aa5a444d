/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which connection begins when and carries which mails. Mails with wishes about their session (X-Synth-*) get
 * one of their own at the time they wish; the others are dealt out over the connections asked for, which all
 * open before the first of them says good-bye. A repetition of timed mails takes place whole days later. It
 * borrows the mail set.
 */
#ifndef MAILTAP_SYNTH_PLAN_H
#define MAILTAP_SYNTH_PLAN_H

#include "tools/synth/flow.h"
#include "tools/synth/mailfile.h"

enum { PLAN_ENDPOINTS = 200 * 28000 };

struct plan_options {
    enum protocol protocol;
    uint64_t sessions, repeat;
    uint64_t
        per_session;    /* mails of one connection; 0: all mails are dealt out over `sessions` connections */
    uint64_t pace;      /* connections that begin their first mail in a second; 0: at once */
    uint64_t endpoints; /* pairs of client address and port, used in turn */
    uint64_t start_us;  /* 0: the Date of the first mail */
    uint64_t seed;
    uint16_t mss;
    bool v6;
};

struct plan {
    struct plan_options options;
    struct mail **timed, **shared;
    size_t timed_count, shared_count;
    uint64_t next_timed, next_shared; /* numbers of the connections to come, of either kind */
    uint64_t shared_flows;            /* how many there are to be of the second kind */
    uint64_t places, place_us;        /* places of ended connections to be taken, since when */
    uint64_t period_us;               /* from one repetition of the timed mails to the next */
    uint64_t flows;                   /* connections begun */
};

void plan_make(struct plan *p, const struct mailset *set, const struct plan_options *options);

/* When the next connection begins; UINT64_MAX when there is none, or none before another one ends. */
uint64_t plan_next_us(const struct plan *p);

/* Opens the next connection; only when there is one. */
void plan_open(struct plan *p, struct flow *flow);

/* A connection has ended: another one may take its place. */
void plan_flow_ended(struct plan *p, const struct flow *flow);

void plan_free(struct plan *p);

#endif
