/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One record before it has a format: the mail and what was found, or the session, or the statistics; and the
 * few values that are computed once for all outputs (ids, hashes, times). It borrows everything it points to
 * for the time of one publisher_publish_*().
 */
#ifndef MAILTAP_SENSOR_PUBLISH_RECORD_H
#define MAILTAP_SENSOR_PUBLISH_RECORD_H

#include "sensor/publish/community_id.h"
#include "sensor/publish/digest.h"
#include "sensor/publish/publisher.h"

enum { RECORD_IP_SIZE = 46, RECORD_TIME_SIZE = 40 };

struct record {
    enum record_kind kind;
    uint64_t seq;            /* of the output it goes to, from 1; 0 while that is not known */
    const struct mail *mail; /* of a message or alert, as are message and verdict; else NULL */
    const struct message *message;
    const struct verdict *verdict;
    const struct session_report *session; /* of a session record; else NULL */
    const struct publish_stats *stats;    /* of a stats record; else NULL */
    const struct flow *flow;              /* of the mail or the session */
    enum mail_protocol protocol;
    const char *source_path; /* may be NULL */
    const char *observer_name, *interface;
    int64_t time_s; /* @timestamp: seconds since 1970 UTC */
    uint32_t time_ns;
    char id[EVENT_ID_SIZE], session_id[EVENT_ID_SIZE]; /* session_id: empty for a mail file */
    char mail_sha256[DIGEST_SHA256_HEX_SIZE];
    char community_id[COMMUNITY_ID_SIZE]; /* empty for a mail file, as are the addresses */
    char source_ip[RECORD_IP_SIZE], destination_ip[RECORD_IP_SIZE];
};

/* Fills everything but kind, seq and the observer. */
void record_init(struct record *record, const struct mail *mail, const struct judgement *judgement);

/* Fills everything of a session's record but seq and the observer. */
void record_init_session(struct record *record, const struct session_report *report);

/* Why content of the session was not inspected; NULL when it was. */
const char *record_uninspected_reason(const struct session_report *report);

/* "2026-11-23T15:17:54Z" with `digits` (0–9) digits of the second's fraction. Empty when the year is not
 * 0–9999. */
void record_format_time(int64_t seconds, uint32_t ns, int digits, char out[static RECORD_TIME_SIZE]);

/* The row of records.def. */
const char *record_kind_dataset(enum record_kind kind);
const char *record_kind_event(enum record_kind kind);

#endif
