/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The compression of VBA source (MS-OVBA 2.4.1).
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_VBA_H
#define MAILTAP_ANALYSIS_INSPECT_VBA_H

#include "base/buffer.h"

/* Appends what a compressed container holds, as far as it can be decompressed and `out` takes it. */
void vba_decompress(struct slice container, struct buffer *out);

/* Appends the source that a module stream holds behind its compiled part, as far as it can be decompressed
 * and `out` takes it. The compressed container is found by its beginning, as every module's source begins
 * with "Attribut". */
void vba_append_source(struct slice stream, struct buffer *out);

#endif
