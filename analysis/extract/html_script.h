/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * URLs that a page keeps where no reader sees them: in scripts, also behind atob, unescape, fromCharCode, hex
 * and reversal, in javascript: and data: addresses and in conditional comments. Nothing is run: what looks
 * like an encoded text is decoded, at most four times over and analysis.script_max_bytes for one mail.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HTML_SCRIPT_H
#define MAILTAP_ANALYSIS_EXTRACT_HTML_SCRIPT_H

#include "analysis/extract/view.h"

/* Adds the URLs in a script as LINK_SCRIPT. */
void html_script_read(struct extractor *x, struct slice script, struct slice where);

/* The same for an address when it is javascript: or data:. */
void html_script_read_url(struct extractor *x, struct slice url, struct slice where);

/* Adds the targets (href) in a conditional comment, which Outlook shows ("<!--[if mso]>"), as LINK_HTML. */
void html_comment_read(struct extractor *x, struct slice comment, struct slice where);

#endif
