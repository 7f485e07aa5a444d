/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The way through the analysis rooms: extract, detect, verdict; see analysis.h.
 */
#include "analysis/analysis.h"

struct analysis_limits analysis_default_limits(void)
{
    return (struct analysis_limits){
#define LIMIT(field, value, minimum, maximum, text) .field = (value),
#include "analysis/limits.def"
#undef LIMIT
    };
}
