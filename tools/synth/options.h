/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of mailtap-synth; options.def has a row for each option.
 */
#ifndef MAILTAP_SYNTH_OPTIONS_H
#define MAILTAP_SYNTH_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/status.h"
#include "tools/synth/plan.h"
#include "tools/synth/tap.h"

struct options {
    struct plan_options plan;
    struct tap_options tap;
    const char *out;
    bool midstream, one_sided, quiet, help;
    char *const *paths;
    int path_count;
};

/* Reads the command line; STATUS_USAGE with a sentence when something in it is wrong. */
enum status options_parse(struct options *options, int argc, char **argv, struct error *error);

void options_help(FILE *out);

#endif
