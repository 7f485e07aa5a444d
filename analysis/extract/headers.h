/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The header of the mail itself: every field decoded, addresses, subject, date.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HEADERS_H
#define MAILTAP_ANALYSIS_EXTRACT_HEADERS_H

#include "analysis/extract/entity.h"

/* Reads the header off *rest into the message and the entity; *rest is the body afterwards. */
void headers_read(struct extractor *x, struct slice *rest, struct entity *entity);

#endif
