/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an icon looks like to somebody who glances at it: a page, a folder, or anything else. Measured by
 * shape and colours, compared with no picture.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_ICON_H
#define MAILTAP_ANALYSIS_INSPECT_ICON_H

#include "base/slice.h"

struct icon_look {
    unsigned width, height;                                   /* of the picture that was measured; 0: none */
    unsigned box_width, box_height;                           /* of what is not transparent */
    unsigned opaque, light, red, green, blue, orange, yellow; /* pixels */
};

/* Measures one picture of an icon resource (a bitmap without file header, 24 or 32 bits a pixel, 16 to 128
 * pixels wide). Keeps the measure of the larger of this and what *look holds. Others (PNG, palettes) are
 * passed over. */
void icon_look_at(struct slice picture, struct icon_look *look);

/* "page", "page, red", "page, blue" …, "folder", or "" when it looks like neither. A constant. */
const char *icon_describe(const struct icon_look *look);

#endif
