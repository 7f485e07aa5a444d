/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objects that documents hold (MS-OLEDS): what is packed in them becomes a file of the view.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_OBJECTS_H
#define MAILTAP_ANALYSIS_INSPECT_OBJECTS_H

#include "analysis/inspect/inspect.h"

/* Adds FACT_EMBEDDED_OBJECT for the class, and FACT_EQUATION for that of the equation editor. */
void objects_add_class(struct extractor *x, size_t index, struct slice class_name);

/* A stream "Ole10Native" (2.3.6) with its size: a packed file with its name, or native data. */
void objects_read_native(struct extractor *x, size_t index, struct slice stream);

/* An object of OLE 1.0 (2.2.4, 2.2.5): class, and what is embedded or linked. */
void objects_read_ole1(struct extractor *x, size_t index, struct slice object);

#endif
