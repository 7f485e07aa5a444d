/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What several inspectors look for in texts: addresses, words of execution, lines of INI files, UTF-16.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_STRINGS_H
#define MAILTAP_ANALYSIS_INSPECT_STRINGS_H

#include "analysis/inspect/inspect.h"

/* Adds a link for every http, https, ftp and file address in the text (bytes of any charset). Linear. */
void strings_find_links(struct extractor *x, size_t index, struct slice text);

/* Adds FACT_SCRIPT_WORD for every word of script_words.def in the text. Linear. */
void strings_find_script_words(struct extractor *x, size_t index, struct slice text);

/* A text file as bytes of one charset: UTF-16LE (by its mark) becomes UTF-8 in the arena, at most
 * text_max_bytes; others stay, without the mark of UTF-8. */
struct slice strings_plain(struct extractor *x, struct slice content);

/* Takes one line off *rest, trimmed; ptr is NULL at the end. */
struct slice strings_next_line(struct slice *rest);

/* "Key=value": true when the line has this key (any case); *value gets the rest, trimmed and without quotes.
 */
bool strings_ini_value(struct slice line, struct slice key, struct slice *value);

/* What stands between the first start tag with this name and the next tag, after *from; moves it behind.
 * Empty when there is none. For small XML files that hold text only. */
struct slice strings_xml_text(struct slice xml, struct slice tag, size_t *from);

#endif
