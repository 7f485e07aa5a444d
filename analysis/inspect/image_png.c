/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PNG by libpng; see image.h. What is transparent is white.
 */
#include <png.h>
#include <stdlib.h>

#include "analysis/inspect/image.h"
#include "base/mem.h"

enum image_result png_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image)
{
    (void)wanted;
    static const png_color white = {255, 255, 255};
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&png, content.ptr, content.len)) return IMAGE_BAD;
    if (png.width == 0 || (uint64_t)png.width * png.height > max_pixels) {
        png_image_free(&png);
        return IMAGE_TOO_LARGE;
    }
    png.format = PNG_FORMAT_GRAY;
    *image = (struct image){mem_zalloc(png.height, png.width), png.width, png.height};
    /* What was read of a damaged picture is looked at, too. */
    (void)png_image_finish_read(&png, &white, image->pixels, 0, NULL);
    png_image_free(&png);
    return IMAGE_READ;
}
