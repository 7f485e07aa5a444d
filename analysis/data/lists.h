/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The data lists (lists.def) as they were embedded at build time: raw text of the .txt files beside this
 * header. The bytes are part of the binary and live for ever; analysis/detect/knowledge.c reads them.
 */
#ifndef MAILTAP_ANALYSIS_DATA_LISTS_H
#define MAILTAP_ANALYSIS_DATA_LISTS_H

#include "base/slice.h"

enum list_kind {
    LIST_KIND_DOMAINS,
    LIST_KIND_EXTENSIONS,
    LIST_KIND_NAMES,
    LIST_KIND_WORDS,
    LIST_KIND_BRANDS,
    LIST_KIND_WRAPPERS
};

enum list_id {
#define LIST(name, kind) LIST_##name,
#include "analysis/data/lists.def"
#undef LIST
    LIST_COUNT
};

struct data_list {
    const char *name;
    enum list_kind kind;
    struct slice text;
};

/* All lists, indexed by enum list_id: fills `lists` with LIST_COUNT entries. */
void data_lists_get(struct data_list lists[LIST_COUNT]);

#endif
