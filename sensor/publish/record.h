/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One record before it has a format: the mail, what was found, and the few values that are computed once for
 * all outputs (ids, hashes, times). It borrows everything it points to for the time of one
 * publisher_publish_mail().
 */
#ifndef MAILTAP_SENSOR_PUBLISH_RECORD_H
#define MAILTAP_SENSOR_PUBLISH_RECORD_H

#include "sensor/publish/community_id.h"
#include "sensor/publish/digest.h"
#include "sensor/publish/publisher.h"

enum { RECORD_IP_SIZE = 46, RECORD_TIME_SIZE = 40 };

struct record {
    enum record_kind kind;
    uint64_t seq; /* of the output it goes to, from 1 */
    const struct mail *mail;
    const struct message *message;
    const struct verdict *verdict;
    const struct publish_stats *stats; /* of a stats record, which has no mail, message and verdict */
    const char *observer_name, *interface;
    int64_t time_s; /* @timestamp: seconds since 1970 UTC */
    uint32_t time_ns;
    char id[EVENT_ID_SIZE], mail_sha256[DIGEST_SHA256_HEX_SIZE];
    char community_id[COMMUNITY_ID_SIZE]; /* empty for a mail file, as are the addresses */
    char source_ip[RECORD_IP_SIZE], destination_ip[RECORD_IP_SIZE];
};

/* Fills everything but kind, seq and the observer. */
void record_init(struct record *record, const struct mail *mail, const struct judgement *judgement);

/* "2026-11-23T15:17:54Z" with `digits` (0–9) digits of the second's fraction. Empty when the year is not
 * 0–9999. */
void record_format_time(int64_t seconds, uint32_t ns, int digits, char out[static RECORD_TIME_SIZE]);

/* The row of records.def. */
const char *record_kind_dataset(enum record_kind kind);
const char *record_kind_event(enum record_kind kind);

#endif
