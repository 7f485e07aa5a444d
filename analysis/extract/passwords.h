/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords that a mail may mean for its encrypted archives: words of its subject and text that follow
 * "パスワード", "password", "PW" and the like, on the same line or the next ones, and a few that are tried
 * everywhere. Kept in memory alone: what is shown of one is masked.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PASSWORDS_H
#define MAILTAP_ANALYSIS_EXTRACT_PASSWORDS_H

#include "analysis/extract/view.h"

enum password_source { PASSWORD_OF_MAIL, PASSWORD_OF_OTHER, PASSWORD_COMMON };

struct password {
    const char *text;
    enum password_source source;
    struct slice message_id; /* of the other mail that told it; else empty */
};

/* Candidates, at most password_candidates_max of each source; in the arena of the message. */
struct passwords {
    struct password *items;
    size_t count, cap;
    bool is_cut; /* there were more */
};

/* Appends a candidate that is not there yet; the text is copied. */
void passwords_add(struct extractor *x, struct passwords *list, struct slice text,
                   enum password_source source, struct slice message_id);

/* Appends what stands in the subject and the body texts read so far. Linear in them. */
void passwords_find(struct extractor *x, struct passwords *list);

/* Appends those of data/archive_passwords.txt, with the mail's date filled in. */
void passwords_add_common(struct extractor *x, struct passwords *list);

/* All candidates of the mail being extracted, found when first asked for; in order of their worth. */
const struct passwords *passwords_of(struct extractor *x);

/* How the password may be shown: its first character and its length, in the arena. */
struct slice passwords_mask(struct arena *arena, const struct password *password);

#endif
