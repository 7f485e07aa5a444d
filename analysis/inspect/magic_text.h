/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Types of texts: pages, scripts, shortcuts and other small formats that Windows reads as text.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_MAGIC_TEXT_H
#define MAILTAP_ANALYSIS_INSPECT_MAGIC_TEXT_H

#include "base/slice.h"

/* A media type ("text/plain" when nothing more can be said), or NULL for what is no text. A constant. */
const char *magic_detect_text(struct slice content);

#endif
