/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All counters of the rooms as one statistics record.
 */
#ifndef MAILTAP_SENSOR_STATS_H
#define MAILTAP_SENSOR_STATS_H

#include "sensor/judge.h"
#include "sensor/pipeline.h"

/* Publishes the counters as they are now, at the packet time of the last mail or packet. `reader` is NULL
 * where no captures are read. */
void stats_publish(const struct judge *judge, const struct mail_reader *reader);

#endif
