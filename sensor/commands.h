/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The commands of the program. Each gets the arguments from its own name on and returns the exit status: 0
 * done, 1 some input could not be read to its end or an output failed, 2 wrong usage or configuration and
 * nothing was done.
 */
#ifndef MAILTAP_SENSOR_COMMANDS_H
#define MAILTAP_SENSOR_COMMANDS_H

enum exit_status { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2 };

int command_replay(int argc, char **argv);
int command_live(int argc, char **argv);
int command_analyze(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_check(int argc, char **argv);
int command_version(int argc, char **argv);

/* A command that the interface names and this version does not offer. */
int command_later(int argc, char **argv);

#endif
