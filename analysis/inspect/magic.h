/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * File types by content.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_MAGIC_H
#define MAILTAP_ANALYSIS_INSPECT_MAGIC_H

#include "base/slice.h"

/* A media type, "application/octet-stream" when the content is unknown, "application/x-empty" for no content.
 * A constant. An Office, OpenDocument or Java file is still "application/zip" here: its members tell
 * (archive.h). */
const char *magic_detect(struct slice content);

#endif
