/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows programs (Microsoft PE/COFF): what pe.c and its resource reader share.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PE_H
#define MAILTAP_ANALYSIS_INSPECT_PE_H

#include "analysis/inspect/inspect.h"

enum { PE_SECTIONS_MAX = 96 };

struct pe_section {
    uint32_t address, size, offset, file_size;
};

struct pe {
    struct slice content;
    struct pe_section sections[PE_SECTIONS_MAX];
    size_t section_count;
    uint32_t imports, resources, certificates; /* addresses of the directories; a file offset for the last */
    bool is_wide;                              /* PE32+ */
};

/* The bytes from a relative virtual address to the end of its section, as far as the file holds them. */
struct slice pe_at(const struct pe *pe, uint32_t address);

/* Adds what the resources say: version texts and what the icon looks like. */
void pe_read_resources(struct extractor *x, size_t index, const struct pe *pe);

#endif
