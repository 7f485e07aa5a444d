/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is told on standard error at the end of a run that read packets.
 */
#ifndef MAILTAP_SENSOR_SUMMARY_H
#define MAILTAP_SENSOR_SUMMARY_H

#include "sensor/judge.h"
#include "sensor/pipeline.h"

void summary_print(const struct mail_reader *reader, const struct judge *judge);

#endif
