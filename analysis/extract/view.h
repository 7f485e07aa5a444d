/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The message view while it is being built: the growing arrays of struct message, the limits, and what all
 * files of this room share for one mail. Everything appended lives in the message's arena.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_VIEW_H
#define MAILTAP_ANALYSIS_EXTRACT_VIEW_H

#include "analysis/analysis.h"
#include "analysis/extract/charset.h"
#include "base/buffer.h"

struct digests;
struct password_store;
struct passwords;

struct extractor {
    struct message *message;
    const struct mail *mail; /* whose bytes and holes these are */
    const struct analysis_limits *limits;
    struct analysis_counters *counters;
    struct charsets charsets;
    struct digests *digests;
    struct password_store *store; /* of other mails; the caller's, may be NULL */
    struct passwords *passwords;  /* candidates; NULL until an encrypted archive asks (passwords.h) */
    struct buffer transfer;       /* scratch: a part with its transfer encoding taken off */
    struct buffer text;           /* scratch: a text in UTF-8 before it is kept */
    struct buffer unpacked;       /* scratch: a member of an archive */
    struct buffer visible;        /* scratch: what is visible of an HTML text */
    struct buffer words;          /* scratch: a header value being decoded */
    size_t header_cap, text_cap, file_cap, link_cap, limit_cap;
    size_t oddity_cap;
    size_t part_count, address_count;
    unsigned alternative_count;          /* multipart/alternative so far */
    size_t reading_count, readings_made; /* other readings (readings.h): tried, made */
    bool is_alternate;                   /* what is read is another reading */
    uint64_t *text_digests;
    size_t digest_count, digest_cap;
    uint64_t unpacked_bytes;  /* out of archives and documents */
    uint64_t inspected_bytes; /* given to inspectors */
    uint64_t password_rounds; /* of hashing, spent on passwords of documents */
    uint64_t tried_entries;   /* of archives, to try passwords */
    size_t inspected_files;   /* those before this index have been inspected */
    uint64_t script_bytes;    /* of scripts, with what was decoded of them */
    bool in_file;             /* what is read is a mail in files[outer_file] */
    size_t outer_file;
    uint64_t nested_bytes, nested_room; /* of nested mails listed as files; and how many may be */

    /* Of pictures that were looked at for codes. */
    uint64_t image_bytes, image_pixels;
};

/* Notes that a limit kept something from being looked at: counts it and adds it to message.limits (once for a
 * key and place). VIEW_LIMIT(x, links_max, where). */
void view_note_limit(struct extractor *x, const char *key, uint64_t *counter, struct slice where);

#define VIEW_LIMIT(x, field, where)                                                                          \
    view_note_limit((x), "analysis." #field, &(x)->counters->limit_##field, (where))

/* A new element, zeroed, or NULL with the limit noted. Pointers live until the next element of the kind. A
 * file knows the file that it was found in. */
struct message_header *view_add_header(struct extractor *x);
struct text_part *view_add_text(struct extractor *x);
struct file_part *view_add_file(struct extractor *x, struct slice where);

/* Adds a link after reading its URL (white space trimmed); empty ones are dropped. `text` and `where` must
 * live in the message's arena, the URL is copied. */
void view_add_link(struct extractor *x, enum link_source source, struct slice url, struct slice text,
                   struct slice where);

/* True while another link would be kept. */
bool view_wants_links(struct extractor *x, struct slice where);

/* Grows an array of the arena to hold one element more (doubling) and returns it. */
void *view_grow(struct arena *arena, void *items, size_t count, size_t *cap, size_t size);

#endif
