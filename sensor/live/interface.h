/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A network interface that frames are read from, never waiting: who reads waits with poll(2) on its
 * descriptor. Nothing is ever sent. Opening needs CAP_NET_RAW; reading needs nothing.
 */
#ifndef MAILTAP_SENSOR_LIVE_INTERFACE_H
#define MAILTAP_SENSOR_LIVE_INTERFACE_H

#include "sensor/capture.h"

struct live_settings {
#define SETTING(field, value, minimum, maximum, text) uint64_t field;
#include "sensor/live/settings.def"
#undef SETTING
};

struct live_counters {
#define COUNTER(field, text) uint64_t field;
#include "sensor/live/counters.def"
#undef COUNTER
};

struct interface;

/* Opens the interface and begins to capture. `filter` is an expression of pcap-filter(7), empty: everything.
 * The name is lent and must outlive it. NULL with a sentence in *error when that fails. */
struct interface *interface_open(const char *name, const struct live_settings *settings, const char *filter,
                                 struct error *error);

/* Becomes readable when frames are there. */
int interface_fd(const struct interface *interface);

/* CAPTURE_END: there is no frame at the moment. CAPTURE_BROKEN: there will be no more, *error says why. */
enum capture_result interface_next(struct interface *interface, struct frame *frame, struct error *error);

/* Adds what the kernel counted since the last call. */
void interface_count(struct interface *interface, struct live_counters *counters);

/* Ends capturing and clears the caller's pointer. */
void interface_close(struct interface **interface);

#endif
