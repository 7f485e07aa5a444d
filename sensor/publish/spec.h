/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SPEC of an output, as -o takes it:
 *
 *     -                                              standard output
 *     file:PATH                                      appended to
 *     redis://[USER:PASS@]HOST[:PORT][/DB]           ?channel=NAME&stream=NAME (empty: none)
 *     redis+unix://[USER:PASS@]/PATH                 the same, and ?db=N
 *
 * each with ?format=NAME, ?records=LIST and ?min-severity=S. Redis parts may be percent-encoded (RFC 3986).
 */
#ifndef MAILTAP_SENSOR_PUBLISH_SPEC_H
#define MAILTAP_SENSOR_PUBLISH_SPEC_H

#include "sensor/publish/format.h"
#include "sensor/publish/publisher.h"

struct sink_ops;

struct output_spec {
    const struct sink_ops *sink;
    const struct format *format;
    unsigned records;
    enum severity min_severity;
    struct arena arena; /* holds the strings */
    const char *label;  /* names the output in messages; never holds a password */
    const char *path;   /* of the file or the socket; NULL otherwise */
    const char *host;   /* NULL otherwise */
    uint16_t port;
    uint64_t database;
    const char *user; /* NULL: none */
    char *password;   /* NULL: none; wiped by spec_free() */
    const char *channel, *stream;
};

/* Reads the SPEC. On failure *spec needs no spec_free(). */
enum status spec_parse(struct output_spec *spec, struct slice text, const struct publish_defaults *defaults,
                       struct error *error);

void spec_free(struct output_spec *spec);

#endif
