/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See image.h.
 */
#include "analysis/inspect/image.h"

#include <stdlib.h>

#include "base/mem.h"

image_decode_fn image_find_decoder(struct slice type)
{
    static const struct {
        const char *type;
        image_decode_fn decode;
    } decoders[] = {
        {"image/png", png_decode},   {"image/jpeg", jpeg_decode}, {"image/gif", gif_decode},
        {"image/webp", webp_decode}, {"image/bmp", bmp_decode},
    };
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++) {
        if (slice_equal(type, slice_from_cstr(decoders[i].type))) return decoders[i].decode;
    }
    return NULL;
}

/* The sample as a value up to 255. */
static uint8_t sample_at(const uint8_t *row, size_t index, unsigned bits)
{
    if (bits == 8) return row[index];
    if (bits == 16) return row[index * 2];
    unsigned shift = 8 - bits - (unsigned)(index * bits % 8), top = (1u << bits) - 1;
    return (uint8_t)((row[index * bits / 8] >> shift & top) * 255 / top);
}

static uint8_t grey_of(const uint8_t *row, size_t x, unsigned bits, unsigned channels)
{
    uint8_t first = sample_at(row, x * channels, bits);
    if (channels == 1) return first;
    uint8_t grey =
        image_grey(first, sample_at(row, x * channels + 1, bits), sample_at(row, x * channels + 2, bits));
    if (channels == 3) return grey;
    unsigned black = sample_at(row, x * channels + 3, bits); /* CMYK counts ink */
    return (uint8_t)((255u - grey) * (255u - black) / 255);
}

enum image_result image_from_samples(struct slice data, size_t width, size_t height, unsigned bits,
                                     unsigned channels, struct image *image)
{
    bool known = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
    if (!known || width == 0 || height == 0 || width > data.len * 8) return IMAGE_BAD;
    size_t row = (width * channels * bits + 7) / 8;
    if (height > data.len / row) return IMAGE_BAD;
    *image = (struct image){mem_alloc(width * height), width, height};
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++)
            image->pixels[y * width + x] = grey_of(data.ptr + y * row, x, bits, channels);
    }
    return IMAGE_READ;
}

static uint8_t mean_at(const struct image *image, size_t x, size_t y, size_t factor)
{
    size_t sum = 0;
    for (size_t dy = 0; dy < factor; dy++) {
        const uint8_t *from = image->pixels + (y * factor + dy) * image->width + x * factor;
        for (size_t dx = 0; dx < factor; dx++) sum += from[dx];
    }
    return (uint8_t)(sum / (factor * factor));
}

void image_shrink(struct image *image, uint64_t wanted)
{
    size_t factor = 1;
    while ((image->width / factor) * (uint64_t)(image->height / factor) > wanted) factor++;
    if (factor == 1) return;
    size_t width = image->width / factor, height = image->height / factor;
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) image->pixels[y * width + x] = mean_at(image, x, y, factor);
    }
    image->width = width;
    image->height = height;
}
