/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WebP by libwebp; see image.h. Of an animation nothing is read.
 */
#include <stdlib.h>
#include <webp/decode.h>

#include "analysis/inspect/image.h"
#include "base/mem.h"

enum image_result webp_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image)
{
    (void)wanted;
    int width = 0, height = 0, stride = 0, uv_stride = 0;
    uint8_t *u = NULL, *v = NULL;
    if (!WebPGetInfo(content.ptr, content.len, &width, &height) || width <= 0 || height <= 0)
        return IMAGE_BAD;
    if ((uint64_t)width * (uint64_t)height > max_pixels) return IMAGE_TOO_LARGE;
    uint8_t *luma = WebPDecodeYUV(content.ptr, content.len, &width, &height, &u, &v, &stride, &uv_stride);
    if (!luma) return IMAGE_BAD;
    *image = (struct image){mem_alloc((size_t)width * (size_t)height), (size_t)width, (size_t)height};
    for (size_t y = 0; y < image->height; y++)
        memcpy(image->pixels + y * image->width, luma + y * (size_t)stride, image->width);
    WebPFree(luma);
    return IMAGE_READ;
}
