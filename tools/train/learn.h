/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logistic regression over the samples (liblinear, L2), and the weights made small enough for a model file.
 */
#ifndef MAILTAP_TOOLS_TRAIN_LEARN_H
#define MAILTAP_TOOLS_TRAIN_LEARN_H

#include "analysis/model/text_model.h"
#include "tools/train/samples.h"

struct learn_options {
    double cost;          /* the smaller, the more regular */
    uint32_t min_mails;   /* an n-gram in fewer mails than this is not learnt */
    uint32_t min_folders; /* nor one of fewer folders */
};

/* Learns a model; the classes weigh the same however many mails each has. Free it with text_model_free(). */
struct text_model *learn_model(const struct sample_list *samples, const struct learn_options *options);

#endif
