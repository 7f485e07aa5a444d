/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows bitmaps without compression (BITMAPINFOHEADER): 1, 4, 8, 24 or 32 bits a pixel; see image.h.
 */
#include <stdlib.h>

#include "analysis/inspect/image.h"
#include "base/cursor.h"
#include "base/mem.h"

enum { FILE_HEAD_BYTES = 14, INFO_MIN_BYTES = 40 };

struct header {
    size_t data, width, height;
    unsigned bits;
    bool from_top;
    uint8_t palette[256];
};

static void read_palette(struct cursor c, uint32_t colours, struct header *h)
{
    if (colours == 0 || colours > 256) colours = h->bits <= 8 ? 1u << h->bits : 0;
    for (uint32_t i = 0; i < colours; i++) {
        const uint8_t *bgr = cursor_bytes(&c, 4);
        h->palette[i] = bgr ? image_grey(bgr[2], bgr[1], bgr[0]) : 0;
    }
}

static bool read_header(struct slice content, struct header *h)
{
    struct cursor c = cursor_make(content);
    cursor_skip(&c, 10);
    h->data = cursor_le32(&c);
    uint32_t info = cursor_le32(&c);
    int32_t width = (int32_t)cursor_le32(&c), height = (int32_t)cursor_le32(&c);
    cursor_skip(&c, 2);
    h->bits = cursor_le16(&c);
    uint32_t compression = cursor_le32(&c);
    cursor_skip(&c, 12);
    uint32_t colours = cursor_le32(&c);
    bool has_masks = compression == 3 && h->bits == 32;
    if (c.bad || info < INFO_MIN_BYTES || (compression != 0 && !has_masks)) return false;
    if (width <= 0 || height == 0 || height == INT32_MIN) return false;
    h->from_top = height < 0;
    h->width = (size_t)width;
    h->height = (size_t)(height < 0 ? -height : height);
    if (h->bits <= 8)
        read_palette(cursor_make(slice_skip(content, (size_t)FILE_HEAD_BYTES + info)), colours, h);
    return h->bits == 1 || h->bits == 4 || h->bits == 8 || h->bits == 24 || h->bits == 32;
}

static uint8_t pixel_at(const struct header *h, const uint8_t *row, size_t x)
{
    if (h->bits >= 24) {
        const uint8_t *bgr = row + x * (h->bits / 8);
        return image_grey(bgr[2], bgr[1], bgr[0]);
    }
    unsigned shift = 8 - h->bits - (unsigned)(x * h->bits % 8);
    return h->palette[row[x * h->bits / 8] >> shift & ((1u << h->bits) - 1)];
}

enum image_result bmp_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image)
{
    (void)wanted;
    struct header h = {0};
    if (!read_header(content, &h)) return IMAGE_BAD;
    if (h.width > max_pixels || h.width * (uint64_t)h.height > max_pixels) return IMAGE_TOO_LARGE;
    size_t stride = (h.width * h.bits + 31) / 32 * 4;
    struct slice data = slice_skip(content, h.data);
    if (h.height > data.len / stride) return IMAGE_BAD;
    *image = (struct image){mem_alloc(h.width * h.height), h.width, h.height};
    for (size_t y = 0; y < h.height; y++) {
        const uint8_t *row = data.ptr + (h.from_top ? y : h.height - 1 - y) * stride;
        for (size_t x = 0; x < h.width; x++) image->pixels[y * h.width + x] = pixel_at(&h, row, x);
    }
    return IMAGE_READ;
}
