/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inside of the `text` format only: what its files share. Whatever came over the wire goes through
 * text_put_foreign(), the rest is ours.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_TEXT_H
#define MAILTAP_SENSOR_PUBLISH_TEXT_H

#include "sensor/publish/format.h"

enum { ADDRESS_MAX_BYTES = 120, SENTENCE_MAX_BYTES = 2000 };

/* Select graphic rendition, ECMA-48 8.3.117. */
#define SGR_RESET "\033[0m"
#define SGR_BOLD  "\033[1m"
#define SGR_DIM   "\033[2m"

struct text {
    struct buffer *out;
    const struct record *record;
    bool colour;
};

void text_put(struct text *t, const char *literal);
void text_put_style(struct text *t, const char *sgr);
void text_put_styled(struct text *t, const char *sgr, const char *literal);

/* Foreign text: escaped, cut to `max` bytes. */
void text_put_foreign(struct text *t, struct slice text, size_t max);

/* A new line that begins with the label, or with blanks as wide for "". */
void text_put_label(struct text *t, const char *label);

/* "2026-11-23 15:17:54 UTC" */
void text_put_time(struct text *t);

/* "smtp 192.0.2.1:40000 → 198.51.100.2:25", or the mail's file. */
void text_put_way(struct text *t);

/* "20.0 KiB" */
void text_put_size(struct text *t, uint64_t bytes);

/* In an alert: what was odd in the mail's session, its TLS, and a reading other than the standard's. */
void text_put_mail_session(struct text *t);

#endif
