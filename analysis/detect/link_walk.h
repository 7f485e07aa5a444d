/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The links of a mail that lead to web hosts, as the detections of the link family look at them: not those
 * found in files, and the first link of each host only, so that a thousand links to one place are one
 * question.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_LINK_WALK_H
#define MAILTAP_ANALYSIS_DETECT_LINK_WALK_H

#include "analysis/detect/detect.h"

enum { LINKS_LOOKED_AT = 200, HOMOGRAPHS_COMPARED = 20, HOST_WORDS_MAX = 16 };

struct link_walk {
    const struct message *message;
    size_t next, seen;
    bool one_per_host;
    struct slice hosts[LINKS_LOOKED_AT];
};

/* All web links, or one of each host. */
struct link_walk link_walk_all(const struct detect_context *context);
struct link_walk link_walk_hosts(const struct detect_context *context);

/* The next link, or NULL. */
const struct link *link_walk_next(struct link_walk *walk);

/* True for a link to the sender's own organisation. */
bool is_senders_own(const struct detect_context *context, const struct link *link);

/* True for hosts of known mailers and mail gateways, whose links lead elsewhere by design. */
bool is_link_service(const struct detect_context *context, struct slice host);

#endif
