/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engines there are; only engine.c looks here.
 */
#ifndef MAILTAP_REASSEMBLY_STREAM_ENGINES_H
#define MAILTAP_REASSEMBLY_STREAM_ENGINES_H

#include "reassembly/stream/engine.h"

extern const struct engine_ops engine_native;
extern const struct engine_ops engine_libnids;

#endif
