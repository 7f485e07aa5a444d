/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Defaults of the reassembly rooms; see reassembly.h.
 */
#include "reassembly/reassembly.h"

struct reassembly_settings reassembly_default_settings(void)
{
    return (struct reassembly_settings){
#define LIMIT(field, value, minimum, maximum, text) .field = (value),
#include "reassembly/limits.def"
#undef LIMIT
#define SETTING(field, value, minimum, maximum, text) .field = (value),
#include "reassembly/settings.def"
#undef SETTING
    };
}
