/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What publishing needs to know of a judged mail: its records, finished but for their number, in every format
 * and colour that some output wants. Made by publisher_render_mail(), in this process or another one with the
 * same outputs, and given out by publisher_give_mail().
 */
#ifndef MAILTAP_SENSOR_PUBLISH_RENDERING_H
#define MAILTAP_SENSOR_PUBLISH_RENDERING_H

#include "analysis/verdict/verdict.h"
#include "base/buffer.h"
#include "sensor/publish/publisher.h"

/* Two kinds of records, each in every format with and without colour. */
enum { RENDERED_RECORDS_MAX = 32 };

/* The position of a record that shows no number. */
#define RENDERED_NO_SEQ UINT64_MAX

struct rendered_record {
    enum record_kind kind;
    unsigned look;    /* format and colour: number in the order in which outputs first want it */
    uint64_t at, len; /* in the rendering's bytes */
    uint64_t seq_at;  /* from `at` on: the one digit in whose place mailtap.seq goes; or RENDERED_NO_SEQ */
};

struct rendering {
    bool is_alert;
    enum severity severity;
    struct rendered_record records[RENDERED_RECORDS_MAX];
    size_t count;
    struct buffer bytes;
};

/* An empty rendering; release with rendering_free(). */
struct rendering rendering_make(void);
void rendering_free(struct rendering *rendering);

/* Replaces the rendering by the records of the mail that some output wants. */
void publisher_render_mail(struct publisher *publisher, const struct mail *mail,
                           const struct judgement *judgement, struct rendering *rendering);

/* Numbers the records and gives them to the outputs. */
void publisher_give_mail(struct publisher *publisher, const struct rendering *rendering);

/* Where the number stands in the JSON document that begins at `from` of `out`, as seq_at. */
uint64_t rendering_find_seq(const struct buffer *out, size_t from);

/* Replaces *out by the record with its number. */
void rendering_number(struct buffer *out, const struct rendering *rendering,
                      const struct rendered_record *record, uint64_t seq);

#endif
