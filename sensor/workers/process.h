/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One analyzer process: its start with the least it needs, its loop, its end. Messages on the socket are a
 * length (uint64_t in the machine's order) and so many bytes: mails, with what other mails told them, one
 * way, outcomes the other, in order.
 */
#ifndef MAILTAP_SENSOR_WORKERS_PROCESS_H
#define MAILTAP_SENSOR_WORKERS_PROCESS_H

#include <sys/types.h>

#include "sensor/workers/pool.h"

enum { PROCESS_HEADER_BYTES = 8 };

struct process {
    pid_t pid; /* 0: none */
    int fd;    /* the parent's end, non-blocking */
};

/* Replaces *message by header, what other mails told this one (memory.h), and the mail. */
void process_join(struct buffer *message, struct slice memory, const struct mail *mail);

/* The mail's bytes and the memory of a message without its header. */
struct slice process_split(struct slice message, struct slice *memory);

/* Starts a process that analyses what comes. STATUS_IO with *error when there are no more to be had. */
enum status process_start(struct process *process, struct analyzer *analyzer,
                          const struct workers_settings *settings, struct error *error);

/* Kills it, if it still lives, and returns its status as waitpid(2) gives it. */
int process_end(struct process *process);

#endif
