/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures as grey pixels, for codes drawn in them. Each decoder reads the size first and refuses what has
 * more than image_max_pixels, so the work is bounded whatever the picture unpacks to.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_IMAGE_H
#define MAILTAP_ANALYSIS_INSPECT_IMAGE_H

#include "base/slice.h"

/* Row by row, 0 is black. */
struct image {
    uint8_t *pixels; /* free() it */
    size_t width, height;
};

enum image_result { IMAGE_READ, IMAGE_TOO_LARGE, IMAGE_BAD };

/* Fills the image on IMAGE_READ. Decoders may give it smaller than it is when it has more than `wanted`
 * pixels. */
typedef enum image_result (*image_decode_fn)(struct slice content, uint64_t max_pixels, uint64_t wanted,
                                             struct image *image);

enum image_result png_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image);
enum image_result jpeg_decode(struct slice content, uint64_t max_pixels, uint64_t wanted,
                              struct image *image);
enum image_result gif_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image);
enum image_result webp_decode(struct slice content, uint64_t max_pixels, uint64_t wanted,
                              struct image *image);
enum image_result bmp_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image);

/* The decoder of the media type, or NULL. */
image_decode_fn image_find_decoder(struct slice type);

/* Samples of `bits` (1, 2, 4, 8 or 16) in `channels` (1, 3 or 4), each row begun at a byte: what PDFs hold.
 */
enum image_result image_from_samples(struct slice data, size_t width, size_t height, unsigned bits,
                                     unsigned channels, struct image *image);

/* Makes it smaller by a whole factor, so that at most `wanted` pixels are left; each is the mean of its
 * square. */
void image_shrink(struct image *image, uint64_t wanted);

/* The brightness of a colour. */
static inline uint8_t image_grey(unsigned red, unsigned green, unsigned blue)
{
    return (uint8_t)((red * 77 + green * 150 + blue * 29) >> 8);
}

#endif
