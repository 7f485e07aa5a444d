/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * --extract: each mail as DIR/<event.id>.eml, its attachments and what was found inside of them under
 * DIR/<event.id>/. Nothing is written outside of DIR, no file that exists is touched, no link is followed;
 * files are 0600, folders 0700. What cannot be written is counted and logged, never fatal.
 */
#ifndef MAILTAP_SENSOR_EXTRACT_EXTRACT_H
#define MAILTAP_SENSOR_EXTRACT_EXTRACT_H

#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"

struct extract_limits {
#define LIMIT(field, value, minimum, maximum, text) uint64_t field;
#include "sensor/extract/limits.def"
#undef LIMIT
};

struct extract_counters {
#define COUNTER(field, text) uint64_t field;
#include "sensor/extract/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text) uint64_t limit_##field;
#include "sensor/extract/limits.def"
#undef LIMIT
};

/* A file of a mail; borrowed. */
struct extract_file {
    struct slice name, content; /* the name is the sender's: anything */
};

struct extractor;

/* Makes the folder when it is not there. NULL with *error when it cannot be used. */
struct extractor *extractor_open(const char *folder, const struct extract_limits *limits,
                                 struct error *error);

/* Writes a mail with its files; `id` is its event.id, hex digits. */
void extractor_write(struct extractor *extractor, const char *id, struct slice mail,
                     const struct extract_file *files, size_t count);

const struct extract_counters *extractor_counters(const struct extractor *extractor);

/* Releases it and clears the caller's pointer. STATUS_IO with a sentence when some file could not be written.
 */
enum status extractor_close(struct extractor **extractor, struct error *error);

#endif
