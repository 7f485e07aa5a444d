/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIF by giflib; see image.h. The first picture is read; what is transparent is white.
 */
#include <gif_lib.h>
#include <stdlib.h>

#include "analysis/inspect/image.h"
#include "base/cursor.h"
#include "base/mem.h"

static int read_bytes(GifFileType *gif, GifByteType *out, int len)
{
    struct cursor *c = gif->UserData;
    size_t left = cursor_left(c), count = len > 0 && (size_t)len < left ? (size_t)len : left;
    const uint8_t *from = cursor_bytes(c, len > 0 ? count : 0);
    if (from && len > 0 && count > 0) memcpy(out, from, count);
    return len > 0 ? (int)count : 0;
}

/* Goes to the first picture; the index of the transparent colour, or -1, in *transparent. */
static bool find_picture(GifFileType *gif, int *transparent)
{
    enum { GRAPHICS_CONTROL = 0xf9 };
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    while (DGifGetRecordType(gif, &kind) == GIF_OK && kind != TERMINATE_RECORD_TYPE) {
        int code = 0;
        GifByteType *block = NULL;
        if (kind == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
        if (kind != EXTENSION_RECORD_TYPE || DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
        if (code == GRAPHICS_CONTROL && block && block[0] >= 4 && block[1] & 1) *transparent = block[4];
        while (block) {
            if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
        }
    }
    return false;
}

static void fill_palette(const GifFileType *gif, int transparent, uint8_t palette[static 256])
{
    const ColorMapObject *map = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
    memset(palette, 255, 256);
    for (int i = 0; map && i < map->ColorCount && i < 256; i++) {
        GifColorType c = map->Colors[i];
        palette[i] = image_grey(c.Red, c.Green, c.Blue);
    }
    if (transparent >= 0) palette[transparent] = 255;
}

static void read_rows(GifFileType *gif, const uint8_t palette[static 256], struct image *image)
{
    static const size_t starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    bool interlaced = gif->Image.Interlace;
    for (size_t pass = 0; pass < (interlaced ? 4 : 1); pass++) {
        for (size_t y = interlaced ? starts[pass] : 0; y < image->height; y += interlaced ? steps[pass] : 1) {
            uint8_t *row = image->pixels + y * image->width;
            if (DGifGetLine(gif, row, (int)image->width) != GIF_OK) return;
            for (size_t x = 0; x < image->width; x++) row[x] = palette[row[x]];
        }
    }
}

static enum image_result decode(GifFileType *gif, uint64_t max_pixels, struct image *image)
{
    int transparent = -1;
    if (!find_picture(gif, &transparent) || gif->Image.Width <= 0 || gif->Image.Height <= 0) return IMAGE_BAD;
    size_t width = (size_t)gif->Image.Width, height = (size_t)gif->Image.Height;
    if (width * (uint64_t)height > max_pixels) return IMAGE_TOO_LARGE;
    uint8_t palette[256];
    fill_palette(gif, transparent, palette);
    *image = (struct image){mem_zalloc(width, height), width, height};
    read_rows(gif, palette, image);
    return IMAGE_READ;
}

enum image_result gif_decode(struct slice content, uint64_t max_pixels, uint64_t wanted, struct image *image)
{
    (void)wanted;
    int error = 0;
    struct cursor cursor = cursor_make(content);
    GifFileType *gif = DGifOpen(&cursor, read_bytes, &error);
    if (!gif) return IMAGE_BAD;
    enum image_result result = decode(gif, max_pixels, image);
    (void)DGifCloseFile(gif, &error);
    return result;
}
