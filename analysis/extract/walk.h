/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of a walk over multiparts, shared by parts.c, which walks, and ambiguity.c, which finds what
 * other programs would read differently. Everything lives in the message's arena.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_WALK_H
#define MAILTAP_ANALYSIS_EXTRACT_WALK_H

#include "analysis/extract/entity.h"

/* An open multipart. */
struct frame {
    struct slice boundary, path;
    struct entity entity;
    struct slice body; /* from the end of its header on, beyond its own end */
    unsigned child_count;
    unsigned alternative; /* its own number or that of the one around it */
    bool is_digest, was_met, was_prefix_met;
};

/* How delimiter lines are recognised. */
struct matching {
    bool by_prefix;    /* what follows the boundary does not matter */
    bool never_closes; /* closing delimiters are like the others */
};

/* Another reading of an entity, to be made when the walk is over. */
struct again {
    struct entity entity;
    struct slice body, what;
    struct frame *outer; /* the frames around it */
    size_t outer_count;
    struct matching matching;
    enum oddity kind;
};

struct walk {
    struct extractor *x;
    struct frame *frames; /* outermost first */
    size_t frame_count, level_max;
    size_t base; /* frames before this one are only there to end the walk */
    struct matching matching;
    struct frame closed; /* the multipart that ended last */
    struct again *agains;
    size_t again_count, again_cap;
    unsigned depth; /* of the message that is being walked */
};

/* Keeps the reading for the end of the walk, inside the first `outer_count` frames, if it may be made. */
void walk_again_later(struct walk *w, const struct again *again, size_t outer_count);

/* The boundary of a multipart that names none: of the first line that looks like a delimiter. */
struct slice walk_guess_boundary(struct slice body);

/* True when what begins here may be a delimiter line. */
static inline bool walk_is_dashes(struct slice rest)
{
    return rest.len > 2 && rest.ptr[0] == '-' && rest.ptr[1] == '-';
}

/* Looks for other readings of an entity that has been read: of its header, and of the break in it. */
void ambiguity_note(struct walk *w, const struct entity *entity, struct slice header, struct slice body,
                    const struct header_break *at, size_t outer_count);

/* The same for a multipart in whose content no line is its delimiter. */
void ambiguity_note_missing(struct walk *w, const struct entity *entity, struct slice content,
                            size_t outer_count);

/* Delimiter lines of a multipart that only other programs take for such. */
void ambiguity_note_delimiter(struct walk *w, const struct frame *frame, size_t outer_count, enum oddity kind,
                              struct slice line);

/* A multipart that ends without its closing delimiter. */
void ambiguity_note_open(struct walk *w, const struct frame *frame);

#endif
