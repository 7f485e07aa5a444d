/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See icon.h. A page: what is not transparent is higher than wide and largely white. A folder: wider than
 * high and mostly yellow. The colour that is left on a page tells readers which program it is of (red, blue,
 * green, orange).
 */
#include "analysis/inspect/icon.h"

#include <stdbool.h>

#include "base/cursor.h"

enum { SIDE_MIN = 16, SIDE_MAX = 128, HEADER_BYTES = 40, OPAQUE_ALPHA = 128, LIGHT = 215, VIVID = 60 };

struct bitmap {
    struct slice pixels, mask;
    unsigned width, height, stride, mask_stride;
    unsigned bytes; /* of a pixel */
    bool has_alpha;
};

static bool read_bitmap(struct slice picture, struct bitmap *b)
{
    struct cursor c = cursor_make(picture);
    bool known = cursor_le32(&c) == HEADER_BYTES;
    b->width = cursor_le32(&c);
    b->height = cursor_le32(&c) / 2; /* of picture and mask together */
    cursor_skip(&c, 2);
    unsigned bits = cursor_le16(&c);
    known &= cursor_le32(&c) == 0 && (bits == 24 || bits == 32);
    known &= b->width >= SIDE_MIN && b->width <= SIDE_MAX && b->height >= SIDE_MIN && b->height <= SIDE_MAX;
    if (!known) return false;
    cursor_skip(&c, HEADER_BYTES - 20);
    b->bytes = bits / 8;
    b->stride = (b->width * b->bytes + 3) / 4 * 4;
    b->mask_stride = (b->width + 31) / 32 * 4;
    b->pixels = cursor_take(&c, (size_t)b->stride * b->height);
    if (c.bad) return false;
    b->mask = cursor_take(&c, (size_t)b->mask_stride * b->height);
    for (size_t i = 3; b->bytes == 4 && i < b->pixels.len; i += 4) b->has_alpha |= b->pixels.ptr[i] != 0;
    return true;
}

static bool is_opaque(const struct bitmap *b, unsigned x, unsigned y)
{
    if (b->has_alpha) return b->pixels.ptr[(size_t)y * b->stride + (size_t)x * 4 + 3] >= OPAQUE_ALPHA;
    size_t at = (size_t)y * b->mask_stride + x / 8;
    return at >= b->mask.len || !(b->mask.ptr[at] >> (7 - x % 8) & 1);
}

/* Which of the colours people name a pixel has. */
static void count_colour(struct icon_look *look, int red, int green, int blue)
{
    int high = red > green ? red : green, low = red < green ? red : green;
    if (blue > high) high = blue;
    if (blue < low) low = blue;
    look->opaque++;
    if (low >= LIGHT) look->light++;
    if (high - low < VIVID) return;
    if (high == blue)
        look->blue++;
    else if (high == green)
        look->green++;
    else if (green - low > (red - low) * 3 / 5)
        look->yellow++;
    else if (green - low > (red - low) * 3 / 10)
        look->orange++;
    else
        look->red++;
}

static struct icon_look measure(const struct bitmap *b)
{
    struct icon_look look = {.width = b->width, .height = b->height};
    unsigned left = b->width, right = 0, top = b->height, bottom = 0;
    for (unsigned y = 0; y < b->height; y++) {
        for (unsigned x = 0; x < b->width; x++) {
            if (!is_opaque(b, x, y)) continue;
            const uint8_t *p = b->pixels.ptr + (size_t)y * b->stride + (size_t)x * b->bytes;
            count_colour(&look, p[2], p[1], p[0]);
            if (x < left) left = x;
            if (x > right) right = x;
            if (y < top) top = y;
            if (y > bottom) bottom = y;
        }
    }
    look.box_width = look.opaque ? right - left + 1 : 0;
    look.box_height = look.opaque ? bottom - top + 1 : 0;
    return look;
}

void icon_look_at(struct slice picture, struct icon_look *look)
{
    struct bitmap bitmap = {.width = 0};
    if (!read_bitmap(picture, &bitmap) || bitmap.width <= look->width) return;
    *look = measure(&bitmap);
}

/* The colour of at least a twelfth of the picture that leads over the others. */
static const char *page_of(const struct icon_look *l)
{
    const struct {
        unsigned count;
        const char *name;
    } colours[] = {{l->red, "page, red"},
                   {l->blue, "page, blue"},
                   {l->green, "page, green"},
                   {l->orange, "page, orange"}};
    unsigned best = l->opaque / 12;
    const char *name = "page";
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        if (colours[i].count <= best) continue;
        best = colours[i].count;
        name = colours[i].name;
    }
    return name;
}

const char *icon_describe(const struct icon_look *look)
{
    unsigned box = look->box_width * look->box_height;
    bool fills_box = box > 0 && look->opaque * 10 >= box * 8 && box * 3 >= look->width * look->height;
    bool is_high = look->box_width * 100 <= look->box_height * 88 && look->box_width * 2 >= look->box_height;
    bool is_wide = look->box_width >= look->box_height;
    if (fills_box && is_high && look->light * 100 >= look->opaque * 35) return page_of(look);
    if (fills_box && is_wide && (look->yellow + look->orange) * 10 >= look->opaque * 7) return "folder";
    return "";
}
