/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the head of an HTML document says: meta refresh, base, and the fonts it names.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HTML_META_H
#define MAILTAP_ANALYSIS_EXTRACT_HTML_META_H

#include "base/arena.h"
#include "base/buffer.h"

/* The address in "5; url=https://…" of a meta refresh; empty when there is none. Points into `content`. */
struct slice html_refresh_url(struct slice content);

/* The URL as it stands, or a relative one joined to `base` in the arena (RFC 3986 5.2 without dot segments).
 */
struct slice html_resolve(struct arena *arena, struct slice base, struct slice url);

/* Font families as written, a line each, every one once, at most 32. */
struct html_fonts {
    struct buffer names;
    unsigned count;
};

struct html_fonts html_fonts_make(void);

/* Adds a list of families ("Arial, sans-serif"); the empty one is left out. */
void html_fonts_add(struct html_fonts *fonts, struct slice family);

#endif
