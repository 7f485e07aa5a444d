/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails for training: directories are walked in the order of their names, every file is one mail, and of each
 * its features are kept (analysis/model/features.h). The list owns its memory.
 */
#ifndef MAILTAP_TOOLS_TRAIN_SAMPLES_H
#define MAILTAP_TOOLS_TRAIN_SAMPLES_H

#include "analysis/model/features.h"
#include "base/status.h"

struct sample {
    uint32_t *buckets;
    uint32_t count, flags, folder;
    bool is_bad;
};

struct sample_list {
    struct sample *items;
    size_t count, cap;
    uint32_t folders;
};

/* What is done with the features of one mail. */
typedef void (*sample_fn)(void *context, const struct features *features, const char *path);

/* Reads every mail below `path` and calls `each`; STATUS_IO with the reason when one cannot be read. */
enum status samples_walk(const char *path, sample_fn each, void *context, struct error *error);

/* Adds every mail below `path` as a folder of its own. */
enum status samples_add(struct sample_list *list, const char *path, bool is_bad, struct error *error);

void samples_free(struct sample_list *list);

#endif
