/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program's entry: finds the command and runs it.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sensor/commands.h"

static const struct command_row {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments, *help;
} commands[] = {
#define COMMAND(name, run, arguments, help) {name, run, arguments, help},
#include "sensor/commands.def"
#undef COMMAND
};

static void print_help(FILE *out)
{
    (void)fprintf(out, "mailtap " MAILTAP_VERSION ": passive mail sensor\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (!commands[i].help) continue;
        (void)fprintf(out, "  mailtap %-8s %-18s %s\n", commands[i].name, commands[i].arguments,
                      commands[i].help);
    }
    (void)fprintf(out, "\n`mailtap COMMAND --help` shows a command's options; mailtap(1) says more.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) return command_version(argc - 1, argv + 1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, argv[1]) == 0) return commands[i].run(argc - 1, argv + 1);
    }
    log_error("unknown command %s; `mailtap help` lists them", argv[1]);
    return EXIT_USAGE;
}
