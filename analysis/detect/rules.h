/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The prototypes of all detection functions, made from the table: one file of the family holds each.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_RULES_H
#define MAILTAP_ANALYSIS_DETECT_RULES_H

#include "analysis/detect/detect.h"

#define DETECTION(id, function, ...) void function(struct detect_context *context);
#include "analysis/detect/detections.def"
#undef DETECTION

#endif
