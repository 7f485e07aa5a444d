/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Community ID of a flow, version 1, seed 0 (github.com/corelight/community-id-spec): the same in both
 * directions, by which the records of different sensors on the same flow are joined.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_COMMUNITY_ID_H
#define MAILTAP_SENSOR_PUBLISH_COMMUNITY_ID_H

#include "reassembly/mail.h"

enum { COMMUNITY_ID_SIZE = 32 };

/* "1:" and 28 characters. The flow is TCP over IPv4 or IPv6. */
void community_id_format(const struct flow *flow, char out[static COMMUNITY_ID_SIZE]);

#endif
