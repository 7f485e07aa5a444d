/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration: every limit, time-out and threshold of the rooms under one key each, read from YAML. The
 * keys are the rows of the rooms' .def files; each has a default, so an empty file is a valid configuration.
 */
#ifndef MAILTAP_SENSOR_CONFIG_H
#define MAILTAP_SENSOR_CONFIG_H

#include <stdio.h>

#include "analysis/analysis.h"
#include "base/status.h"
#include "reassembly/reassembly.h"
#include "sensor/extract/extract.h"
#include "sensor/health.h"
#include "sensor/live/interface.h"
#include "sensor/publish/publisher.h"
#include "sensor/workers/pool.h"

struct config {
    struct reassembly_settings reassembly;
    struct analysis_limits analysis;
    struct publish_limits publish;
    struct extract_limits extract;
    struct workers_settings workers;
    struct health_settings health;
    struct live_settings live;
#define TEXT(section, field, size, text) char field[size];
#include "sensor/texts.def"
#undef TEXT
};

struct config config_defaults(void);

/* Reads a YAML file over the defaults. STATUS_USAGE with file, line and reason in *error when anything in it
 * is not a known key with a value in its range. */
enum status config_read(struct config *config, const char *path, struct error *error);

/* Writes the whole configuration as YAML, every key with its meaning and range as a comment. */
void config_print(const struct config *config, FILE *out);

#endif
