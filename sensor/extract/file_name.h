/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names for files whose senders chose a name: "001-invoice.pdf". The number makes them unique in their folder
 * and keeps dots, dashes and the names that Windows reserves (CON, NUL …) away from the beginning. Pure.
 */
#ifndef MAILTAP_SENSOR_EXTRACT_FILE_NAME_H
#define MAILTAP_SENSOR_EXTRACT_FILE_NAME_H

#include "base/buffer.h"

/* Replaces *out by the number (three digits or more), a dash and what is harmless of `name`: valid UTF-8
 * without separators, quotes, wildcards, blanks at its end, controls, bidi and zero-width characters; each of
 * these is a '_'. A long name is cut in the middle to `max_bytes`, so that a short extension stays. An empty
 * one is "unnamed". */
void file_name_make(struct buffer *out, size_t number, struct slice name, size_t max_bytes);

#endif
