/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * URLs as browsers read them (WHATWG URL): scheme, host in every disguise, and finding URLs in plain text.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_URL_H
#define MAILTAP_ANALYSIS_EXTRACT_URL_H

#include "analysis/message.h"

struct extractor;

struct url_parts {
    struct slice scheme;      /* lower case; empty when none was written */
    struct slice host;        /* lower case, percent-decoded, IDN as Unicode; empty when there is none */
    struct slice registrable; /* of host; an IP address stands as itself */
    struct slice userinfo;    /* before the last @ of the authority, as written; empty when there is none */
    struct slice path;        /* path, query and fragment as written */
    unsigned port;            /* 0: none written */
    unsigned tricks;          /* enum url_trick, ored */
    bool host_is_ip;
};

/* Takes a URL apart; the slices live in the arena. Linear. */
struct url_parts url_parse(struct arena *arena, struct slice url);

/* The same as url_find_in_text() for another source. */
void url_find_links(struct extractor *x, enum link_source source, struct slice text, struct slice where);

/* Adds links for what is a URL to a reader only: full-width letters, hxxp, [.], and names with a path but
 * without a scheme, which get http://. Linear. url_find_in_text() does this too. */
void url_find_disguised(struct extractor *x, struct slice text, struct slice where);

/* Adds a link for every http, https or ftp URL and every www. name in the text. Linear. */
void url_find_in_text(struct extractor *x, struct slice text, struct slice where);

#endif
