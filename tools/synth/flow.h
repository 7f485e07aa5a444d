/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One TCP connection as a mirror port sees it (RFC 9293): handshake, the dialogue cut into segments and
 * acknowledged, the close. A flow is a generator: each call gives the next segment. It owns its dialogue; the
 * mails are borrowed.
 */
#ifndef MAILTAP_SYNTH_FLOW_H
#define MAILTAP_SYNTH_FLOW_H

#include "tools/synth/dialogue.h"
#include "tools/synth/segment.h"

enum flow_phase {
    FLOW_SYN,
    FLOW_SYN_ACK,
    FLOW_OPENED,
    FLOW_TALK,
    FLOW_FIN_SERVER,
    FLOW_FIN_CLIENT,
    FLOW_LAST_ACK,
    FLOW_DONE
};

struct flow {
    struct endpoint client, server;
    struct dialogue dialogue;
    struct turn turn;
    size_t turn_at, turn_len; /* what of the turn was sent */
    size_t unacked;           /* segments since the receiver last acknowledged */
    enum flow_phase phase;
    uint32_t seq[2], ip_id[2]; /* by direction; the next of each */
    uint32_t clock_base[2];    /* where the timestamps of each side begin */
    uint32_t travel_us;        /* one way */
    uint64_t time_us;          /* when the next segment passes the mirror */
    uint64_t mail_from_us;     /* the first mail is not begun before */
    uint64_t stay_until_us;    /* the good-bye is not said before */
    uint16_t mss;
    bool mail_begun; /* the first command about a mail is on the wire */
    struct random random;
};

struct flow_options {
    struct address client, server;
    uint16_t client_port;
    enum protocol protocol;
    struct batch batch;
    uint64_t start_us, mail_from_us, stay_until_us;
    uint16_t mss;
    struct random random;
};

void flow_open(struct flow *f, const struct flow_options *options);

/* Fills *segment, whose payload lives until the next call, and returns true while there is one. f->time_us is
 * then the time of the segment after it. */
bool flow_next(struct flow *f, struct segment *segment);

void flow_close(struct flow *f);

#endif
