/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JPEG by libjpeg-turbo; see image.h. Large photos are decoded at a fraction of their size, which is cheaper
 * than to shrink them afterwards.
 */
#include <stdlib.h>
#include <turbojpeg.h>

#include "analysis/inspect/image.h"
#include "base/mem.h"

/* The largest of the library's fractions with at most `wanted` pixels, or its smallest. */
static tjscalingfactor find_scale(int width, int height, uint64_t wanted)
{
    int count = 0;
    const tjscalingfactor *factors = tjGetScalingFactors(&count);
    tjscalingfactor best = {1, 8};
    for (int i = 0; i < count; i++) {
        tjscalingfactor f = factors[i];
        uint64_t pixels = (uint64_t)TJSCALED(width, f) * (uint64_t)TJSCALED(height, f);
        bool is_power = f.num == 1 && (f.denom == 1 || f.denom == 2 || f.denom == 4 || f.denom == 8);
        if (is_power && pixels <= wanted && f.denom < best.denom) best = f;
    }
    return best;
}

static enum image_result decode(tjhandle handle, struct slice content, uint64_t max_pixels, uint64_t wanted,
                                struct image *image)
{
    int width = 0, height = 0, sampling = 0, space = 0;
    if (content.len > UINT32_MAX ||
        tjDecompressHeader3(handle, content.ptr, content.len, &width, &height, &sampling, &space) != 0)
        return IMAGE_BAD;
    if (width <= 0 || height <= 0) return IMAGE_BAD;
    if ((uint64_t)width * (uint64_t)height > max_pixels) return IMAGE_TOO_LARGE;
    tjscalingfactor scale = find_scale(width, height, wanted);
    width = TJSCALED(width, scale);
    height = TJSCALED(height, scale);
    *image = (struct image){mem_zalloc((size_t)width, (size_t)height), (size_t)width, (size_t)height};
    (void)tjDecompress2(handle, content.ptr, content.len, image->pixels, width, 0, height, TJPF_GRAY,
                        TJFLAG_FASTDCT | TJFLAG_LIMITSCANS);
    return IMAGE_READ;
}

enum image_result jpeg_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image)
{
    tjhandle handle = tjInitDecompress();
    if (!handle) return IMAGE_BAD;
    enum image_result result = decode(handle, content, max_pixels, wanted, image);
    (void)tjDestroy(handle);
    return result;
}
