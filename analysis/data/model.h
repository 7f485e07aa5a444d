/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text model (analysis/model/text_model.h) as it was embedded at build time. The bytes are part of the
 * binary and live for ever.
 */
#ifndef MAILTAP_ANALYSIS_DATA_MODEL_H
#define MAILTAP_ANALYSIS_DATA_MODEL_H

#include "base/slice.h"

struct slice data_text_model(void);

#endif
