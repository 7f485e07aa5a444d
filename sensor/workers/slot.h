/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One place for an analyzer process with the mails it was given: sends them, takes its answers, notices that
 * it is lost. Items belong to the pool.
 */
#ifndef MAILTAP_SENSOR_WORKERS_SLOT_H
#define MAILTAP_SENSOR_WORKERS_SLOT_H

#include "sensor/workers/process.h"

/* A mail or a report on its way. */
struct item {
    struct item *next;             /* in order of arrival */
    struct item *following;        /* in the pool's line of waiting mails, or in the slot's */
    struct session_report *report; /* NULL: a mail */
    struct buffer mail;            /* header and mail, as sent */
    struct buffer answer;          /* an outcome, without its header */
    uint64_t *held_bytes;          /* the pool's sum over mails and answers */
    unsigned losses;               /* processes lost over it */
    bool is_done, has_failed;
    bool has_memory;  /* `mail` has what other mails told it */
    struct error why; /* it failed */
};

struct item_line {
    struct item *first, *last;
};

void item_line_append(struct item_line *line, struct item *item);
void item_line_prepend(struct item_line *line, struct item *item);
struct item *item_line_take(struct item_line *line);

struct slot {
    struct process process;
    struct item_line given; /* in order; the first is the one being analysed */
    size_t given_count;
    uint64_t served;      /* answers of this process */
    struct item *sending; /* the first of `given` that is not wholly sent; NULL: all are */
    size_t sent;          /* bytes of it */
    uint8_t header[PROCESS_HEADER_BYTES];
    size_t header_len;    /* bytes of it that came */
    uint64_t progress_ms; /* monotonic time of the last sign of life over the first mail */
};

enum slot_event { SLOT_WAITS, SLOT_LOST };

static inline bool slot_is_alive(const struct slot *slot)
{
    return slot->process.pid > 0;
}

void slot_give(struct slot *slot, struct item *item, uint64_t now_ms);

/* Sends and takes what can be without waiting. SLOT_LOST when the process is gone or talks nonsense. */
enum slot_event slot_send(struct slot *slot, uint64_t now_ms);
enum slot_event slot_receive(struct slot *slot, uint64_t now_ms);

#endif
