/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * QR codes in pictures: what a reader would have scanned with a telephone. What leads to a web address
 * becomes a link (LINK_CODE). Decoding photos costs more than all else that is done to a mail, so there is a
 * budget for each mail; what is beyond it is passed over and counted.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_BARCODE_H
#define MAILTAP_ANALYSIS_INSPECT_BARCODE_H

#include "analysis/extract/view.h"
#include "analysis/inspect/image.h"

/* Where a picture is: in files[file], or with SIZE_MAX in the text `path`. */
struct barcode_place {
    size_t file;
    struct slice path;
};

/* True while a picture of this many bytes is in the mail's budget, from which it is then taken. */
bool barcode_wants_bytes(struct extractor *x, size_t len);

/* True when a code of this size could be read and its pixels are in the mail's budget. */
bool barcode_wants_pixels(struct extractor *x, uint64_t width, uint64_t height);

/* Looks for codes in a picture of this media type; other types are passed over. */
void barcode_read_file(struct extractor *x, struct barcode_place place, struct slice type,
                       struct slice content);

/* The same for the picture in a "data:" URL of the text `path`; other URLs are passed over. */
void barcode_read_url(struct extractor *x, struct slice path, struct slice url);

/* Looks for codes in the image, which is freed. */
void barcode_read_image(struct extractor *x, struct barcode_place place, struct image *image);

#endif
