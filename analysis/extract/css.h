/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As much of CSS as says whether a reader sees a text: declarations of a style attribute or a rule, and the
 * simple rules of <style> elements (tag, .class, #id and their combination). Not a CSS engine: where it does
 * not understand, it takes text for visible.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_CSS_H
#define MAILTAP_ANALYSIS_EXTRACT_CSS_H

#include "base/arena.h"
#include "base/slice.h"

/* Properties that can hide. */
enum css_property {
    CSS_DISPLAY = 1,
    CSS_VISIBILITY = 2,
    CSS_OPACITY = 4,
    CSS_POSITION = 8, /* hides together with an offset or a clip */
    CSS_OFFSET = 16,
    CSS_INDENT = 32,
    CSS_HEIGHT = 64, /* hides together with overflow */
    CSS_OVERFLOW = 128,
    CSS_CLIP = 256,
    CSS_FONT_SIZE = 512,
    CSS_COLOR = 1024,
    CSS_BACKGROUND = 2048
};

/* A colour is 0xRRGGBB or one of these. */
enum { CSS_COLOR_UNKNOWN = -1, CSS_COLOR_TRANSPARENT = -2 };

struct css_style {
    unsigned set;          /* enum css_property, ored: those that are given */
    unsigned hides;        /* … and have a value that hides */
    int font_centi;        /* font size in 1/100 px, or in per cent of the parent's */
    bool font_is_relative; /* the latter */
    int32_t color, background;
    struct slice font_family; /* as written; empty when not given */
};

/* Reads declarations ("display:none; color:#fff"). The slices point into `text`. Linear. */
struct css_style css_parse(struct slice text);

/* Lets the later declarations win over the earlier ones in *style. */
void css_merge(struct css_style *style, const struct css_style *later);

/* A colour as CSS or the attributes color and bgcolor write it. */
int32_t css_parse_color(struct slice value);

struct css_sheet;

/* An empty collection of rules in the arena. */
struct css_sheet *css_sheet_new(struct arena *arena);

/* Reads the text of a <style> element. Rules under a condition (@media) and of selectors that are more than
 * one simple selector count only as far as they show something. Linear; keeps at most 4000 rules. */
void css_sheet_read(struct css_sheet *sheet, struct slice text);

/* An element as rules see it; `classes` is the attribute as written. */
struct css_element {
    struct slice tag, id, classes, style;
};

/* What sheet and style attribute together say of an element. At most 16 classes are looked up. */
struct css_style css_style_of(const struct css_sheet *sheet, const struct css_element *element);

/* Calls for each font-family value of the rules. */
typedef void (*css_fonts_fn)(void *context, struct slice family);
void css_sheet_each_font(const struct css_sheet *sheet, css_fonts_fn take, void *context);

void css_sheet_free(struct css_sheet *sheet);

#endif
