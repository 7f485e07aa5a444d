/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The users' files of YARA rules, read for the analysis.
 */
#ifndef MAILTAP_SENSOR_RULE_FILES_H
#define MAILTAP_SENSOR_RULE_FILES_H

#include "analysis/analysis.h"

/* Has the analysis use the rules of this file, or of all files *.yar and *.yara of this folder, in order of
 * name. STATUS_USAGE with the path, line and reason when one cannot be read or is wrong, or the folder has
 * none. */
enum status rule_files_load(const char *path, struct analysis *analysis, struct error *error);

#endif
