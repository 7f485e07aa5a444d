/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Relationships of Office packages (ECMA-376-2 9): what a part of a document is loaded from when it lies
 * outside of the package.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_RELATIONS_H
#define MAILTAP_ANALYSIS_INSPECT_RELATIONS_H

#include "analysis/inspect/inspect.h"
#include "analysis/inspect/xml.h"

/* True for an address on another machine: a web or file server's, or a share's. */
bool relations_is_remote(struct slice target);

/* Adds the fact "LOADED_AS ADDRESS". */
void relations_add_loaded(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice loaded_as,
                          struct slice address);

/* One <Relationship>: adds the fact of what is loaded from elsewhere, or when `takes_links`, only hyperlinks.
 */
void relations_read(struct extractor *x, size_t index, const struct xml_element *element, bool takes_links);

#endif
