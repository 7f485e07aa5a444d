/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How functions report failure: 0 is success, negative failed. Set-up calls also fill a `struct error` with
 * one sentence for people. Hostile input is not an error of ours: it is counted and kept as evidence instead.
 */
#ifndef MAILTAP_BASE_STATUS_H
#define MAILTAP_BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_BAD = -1,         /* the input is malformed */
    STATUS_LIMIT = -2,       /* a configured limit was reached */
    STATUS_IO = -3,          /* the operating system or a peer failed */
    STATUS_USAGE = -4,       /* wrong usage or configuration */
    STATUS_UNSUPPORTED = -5, /* understood, but not offered */
};

struct error {
    char text[512];
};

/* Writes the sentence (when `error` is not NULL) and returns `status`, so that callers can return the call.
 */
enum status error_set(struct error *error, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
