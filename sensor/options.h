/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of the commands that judge mail (replay, analyze, live). Strings are borrowed from argv.
 */
#ifndef MAILTAP_SENSOR_OPTIONS_H
#define MAILTAP_SENSOR_OPTIONS_H

#include "base/status.h"
#include "reassembly/stream/engine.h"
#include "sensor/config.h"

struct options {
    struct config config;
    struct publish_options publish;
    const struct engine_ops *engine;
    const char **outs; /* SPECs in order; owned array */
    size_t out_count;
    const char **paths; /* what to read; owned array */
    size_t path_count;
    const char **interfaces; /* to capture from; owned array */
    size_t interface_count;
    const char *keylog;  /* NULL: none */
    const char *extract; /* NULL: nothing is written out */
    size_t workers;      /* analyzer processes; 0: none, analysis happens in this one */
    bool verify_checksums, quiet, help;
};

/* Reads the arguments after the command's name; `command` is its letter in options.def. STATUS_USAGE or
 * STATUS_UNSUPPORTED with a sentence in *error. The caller releases with options_free() in every case. */
enum status options_parse(struct options *options, char command, int argc, char **argv, struct error *error);

void options_free(struct options *options);

/* Prints the options of a command, one a line. */
void options_print_help(char command);

#endif
