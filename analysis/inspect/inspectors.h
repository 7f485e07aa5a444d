/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The prototypes of all inspectors, made from the table; one file of this room holds each (inspect_fn).
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_INSPECTORS_H
#define MAILTAP_ANALYSIS_INSPECT_INSPECTORS_H

#include "analysis/inspect/inspect.h"

#define INSPECTOR(type, extension, function) void function(struct extractor *x, size_t index);
#include "analysis/inspect/inspectors.def"
#undef INSPECTOR

#endif
