/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether the sensor sees what it should: looks at the counters now and then and says once, loudly, when only
 * one direction is mirrored, checksums are wrong, the snap length cuts packets, packets get lost, or nothing
 * is mail.
 */
#ifndef MAILTAP_SENSOR_HEALTH_H
#define MAILTAP_SENSOR_HEALTH_H

#include <stdbool.h>

#include "reassembly/reassembly.h"

struct health_settings {
#define SETTING(field, value, minimum, maximum, text) uint64_t field;
#include "sensor/health.def"
#undef SETTING
};

enum health_complaint {
    HEALTH_ONE_SIDED,
    HEALTH_CHECKSUMS,
    HEALTH_TRUNCATED,
    HEALTH_LOSS,
    HEALTH_NO_MAIL,
    HEALTH_COMPLAINTS
};

struct health {
    struct health_settings settings;
    uint64_t next_check; /* number of packets at which to look again */
    bool warned[HEALTH_COMPLAINTS];
};

/* Looks at the counters when it is time (or `final`) and logs a warning for each complaint that is new. */
void health_watch(struct health *health, const struct reassembly_counters *counters, bool final);

/* Share of the payload that was not captured, as known by holes given up: 0 to 1. */
double health_loss_rate(const struct reassembly_counters *counters);

#endif
