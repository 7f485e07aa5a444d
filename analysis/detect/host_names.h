/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the name of a host or domain tells: whom it looks like, whose brand it bears, whether somebody chose
 * it. Pure; names are lower case, IDN as Unicode.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_HOST_NAMES_H
#define MAILTAP_ANALYSIS_DETECT_HOST_NAMES_H

#include "analysis/detect/detect.h"
#include "analysis/detect/knowledge.h"

enum { HOMOGRAPH_LABEL_MIN_BYTES = 4 };

/* What stands before the first dot. */
struct slice host_first_label(struct slice domain);

/* What stands behind the last dot. */
struct slice host_last_label(struct slice domain);

/* True for a label that could pass for another: letters beyond ASCII, digits for letters, "rn" for "m", "vv"
 * for "w". */
bool host_may_be_homograph(struct slice label);

/* The brand one of whose domains looks like the label (UTS #39 skeletons) and is not it; or NULL. */
const struct brand *host_brand_alike(const struct detect_context *context, struct slice label);

/* The brand whose whole domain stands before the registrable domain: "amazon.co.jp.example.top"; or NULL. */
const struct brand *host_brand_in_subdomain(const struct detect_context *context, struct slice host,
                                            struct slice registrable);

/* The brand whose name stands between dots and hyphens, but not as the name that was registered:
 * "login-amazon.example"; or NULL. */
const struct brand *host_brand_among_words(const struct detect_context *context, struct slice host,
                                           struct slice registrable);

/* True for letters without vowels in a row, or letters and digits in turns: no word that somebody would
 * choose. */
bool host_label_is_random(struct slice label);

/* How one name may be made to pass for another. */
enum resemblance {
    RESEMBLES_NOT,
    RESEMBLES_WORD_ADDED,   /* "aoba-seiki-support" */
    RESEMBLES_OTHER_ENDING, /* the same name below another public suffix */
    RESEMBLES_ALIKE,        /* one edit apart, or alike to the eye */
};

/* How the registrable domain `other` resembles the registrable domain `real`, which is another one. Names of
 * less than six bytes resemble nothing: they are too near to each other. */
enum resemblance host_resembles(struct arena *arena, struct slice other, struct slice real);

#endif
