/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An SMTP session on the wire, from frame to mail, in which the client sends the content of its one mail as a
 * test wants it: what a test calls real is what the server reads, what it calls forged is there for the
 * sensor.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_SCENE_H
#define MAILTAP_TESTS_REASSEMBLY_SCENE_H

#include "reassembly/decode/decode.h"
#include "reassembly/session/session.h"
#include "tests/support/frames.h"

#define SCENE_CONTENT "Subject: invoice\r\n\r\nPlease open http://evil.example/ today.\r\n"
enum { SCENE_LEN = sizeof SCENE_CONTENT - 1 };

struct scene {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct decoder decoder;
    struct assembler assembler;
    const struct engine_ops *ops;
    struct engine *engine;
    uint64_t now_ns;
    uint32_t seq[2];  /* next of each direction */
    uint32_t content; /* sequence number of the content's first byte */
    unsigned mails;
    uint64_t conflicts, missing;
    bool truncated;
    struct buffer body;
};

/* How a packet is not what it seems. */
struct trick {
    bool bad_checksum, bad_ip_checksum, no_ack;
    uint8_t ttl;
    uint16_t urgent;
    unsigned flags; /* besides ACK */
};

/* The frame that is being built. */
extern struct frame_stack scene_stack;

void scene_open(struct scene *scene);
void scene_shake_hands(struct scene *scene);

/* From the greeting to the 354. */
void scene_talk_up_to_content(struct scene *scene);

/* All of these. */
void scene_begin(struct scene *scene);

/* Any segment. */
void scene_send(struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                struct trick trick);

/* The same up to TCP only, on the stack. */
void scene_put_segment(const struct scene *scene, enum direction dir, uint32_t seq, struct slice payload,
                       struct trick trick);

/* The packet on the stack. */
void scene_feed_stack(struct scene *scene);

/* In order, nothing special. */
void scene_say(struct scene *scene, enum direction dir, const char *text);

/* The bytes [from, to) of the content, as the client really sends them; and so many other bytes there. */
void scene_send_real(struct scene *scene, size_t from, size_t to);
void scene_send_forged(struct scene *scene, size_t from, size_t to, struct trick trick);

/* The rest of the session: one mail must have come out, and be the server's. */
void scene_finish(struct scene *scene);

#endif
