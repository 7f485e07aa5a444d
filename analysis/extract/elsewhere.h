/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parts whose content is not in the mail: message/external-body, which names a place to get it from, and
 * message/partial, one piece of a mail that came in pieces (RFC 2046 5.2.2 and 5.2.3, RFC 2017).
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_ELSEWHERE_H
#define MAILTAP_ANALYSIS_EXTRACT_ELSEWHERE_H

#include "analysis/extract/entity.h"

/* Adds the place as a link, or notes the piece; does nothing for other parts. Returns true for a piece that
 * begins with the header of the mail. */
bool elsewhere_read(struct extractor *x, const struct entity *entity);

#endif
