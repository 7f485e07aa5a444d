/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The objects of a PDF (ISO 32000-1, 7.5): found by going through the bytes, not by the cross-reference
 * table, which files that want to be misread lie in. So the objects of every revision are seen. Object
 * streams are unpacked, strings and streams decrypted where the empty password opens the file.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_FILE_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_FILE_H

#include "analysis/extract/view.h"
#include "analysis/inspect/pdf_syntax.h"

struct pdf_object {
    uint32_t number, generation;
    struct slice value;  /* as written */
    struct slice stream; /* its data as stored; ptr == NULL when it has none */
    bool is_packed;      /* in an object stream, whose data was decrypted with it */
    bool is_taken;       /* scratch of the caller */
};

struct pdf_crypt;

struct pdf_file {
    struct extractor *x;
    size_t index; /* of the file in the view */
    struct slice content;
    struct pdf_object *objects; /* sorted by number, later ones of the same number behind */
    size_t count, cap;
    size_t sorted; /* that many are in order and may be looked up */
    struct pdf_walker walker;
    struct slice encrypt, id, info; /* of the trailer */
    struct pdf_crypt *crypt;        /* NULL when nothing has to be decrypted */
    bool needs_password;            /* nothing can be decrypted */
    bool locks_files;               /* only the files in it need a password */
    size_t headers;                 /* "%PDF-" between objects */
    uint64_t walk_room;             /* bytes that may still be walked through */
    struct buffer decoded, spare;
};

/* Reads the objects of files[index]; pdf_file_close releases them. */
void pdf_file_open(struct pdf_file *pdf, struct extractor *x, size_t index);
void pdf_file_close(struct pdf_file *pdf);

/* The object that the value refers to, or NULL when it is no reference or nobody has that number. */
struct pdf_object *pdf_find(const struct pdf_file *pdf, struct slice value);

/* A value and the object that it stands in, which says how its strings are encrypted. */
struct pdf_value {
    struct slice raw;
    struct pdf_object *object;
};

/* The value itself or the one it refers to. */
struct pdf_value pdf_resolve(const struct pdf_file *pdf, struct slice value, struct pdf_object *object);

/* The dictionary of a value, all empty when it is none. */
void pdf_read_dict(struct pdf_file *pdf, struct slice value, struct pdf_dict *dict);

/* A string of the file decrypted, in UTF-8 in the arena, at most fact_max_bytes; empty when it is none. */
struct slice pdf_text(struct pdf_file *pdf, struct pdf_value value);

/* The object's stream decrypted and decoded, at most pdf_stream_max_bytes (what is cut is noted), valid until
 * the next call. `codec` is set to the first filter that is not decoded here (an image's), else to empty. */
struct slice pdf_stream(struct pdf_file *pdf, const struct pdf_object *object, const struct pdf_dict *dict,
                        struct slice *codec);

#endif
