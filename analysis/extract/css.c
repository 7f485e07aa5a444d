/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Declarations (CSS 2.1 section 4.1.8) and their values; see css.h.
 */
#include "analysis/extract/css.h"

#include <stdlib.h>

enum { OFFSCREEN_PX = 400, NUMBER_MAX_BYTES = 15, PIXELS_MAX = 1000000 };

/* A length: value in 1/100 px, or of per cent when `relative`. */
struct css_length {
    bool good, relative;
    int centi;
};

static struct slice number_of(struct slice value)
{
    size_t len = 0;
    while (len < value.len && len < NUMBER_MAX_BYTES &&
           (ascii_is_digit(value.ptr[len]) || memchr("+-.", value.ptr[len], 3))) {
        len++;
    }
    return slice_head(value, len);
}

static double unit_factor(struct slice unit, bool *relative)
{
    static const struct {
        const char *unit;
        double factor;
        bool relative;
    } units[] = {{"px", 1, false}, {"pt", 1.333, false}, {"rem", 16, false},  {"em", 100, true},
                 {"%", 1, true},   {"cm", 37.8, false},  {"mm", 3.78, false}, {"in", 96, false},
                 {"ex", 50, true}, {"pc", 16, false},    {"vw", 8, false},    {"vh", 8, false}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!slice_starts_nocase(unit, slice_from_cstr(units[i].unit))) continue;
        *relative = units[i].relative;
        return units[i].factor;
    }
    return 1;
}

static struct css_length parse_length(struct slice value)
{
    char text[NUMBER_MAX_BYTES + 1] = {0};
    struct slice number = number_of(value);
    if (number.len == 0) return (struct css_length){0};
    memcpy(text, number.ptr, number.len);
    char *end = NULL;
    double n = strtod(text, &end);
    if (end == text) return (struct css_length){0};
    struct css_length length = {.good = true};
    n *= unit_factor(slice_skip(value, number.len), &length.relative);
    if (n > PIXELS_MAX) n = PIXELS_MAX;
    if (n < -PIXELS_MAX) n = -PIXELS_MAX;
    length.centi = (int)(n * 100);
    return length;
}

static int hex_digit(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "rgb", "rrggbb", "rgba" or "rrggbbaa". */
static int32_t parse_hex_color(struct slice digits)
{
    int32_t color = 0;
    bool is_short = digits.len == 3 || digits.len == 4;
    if (!is_short && digits.len != 6 && digits.len != 8) return CSS_COLOR_UNKNOWN;
    for (size_t i = 0; i < digits.len; i++) {
        int value = hex_digit(digits.ptr[i]);
        if (value < 0) return CSS_COLOR_UNKNOWN;
        if (is_short && i < 3) color = color << 8 | value << 4 | value;
        if (!is_short && i < 6) color = color << 4 | value;
    }
    bool clear_short = digits.len == 4 && digits.ptr[3] == '0';
    bool clear_long = digits.len == 8 && digits.ptr[6] == '0' && digits.ptr[7] == '0';
    return clear_short || clear_long ? CSS_COLOR_TRANSPARENT : color;
}

/* "rgb(255, 255, 255)", "rgba(0,0,0,0)". */
static int32_t parse_rgb_color(struct slice value)
{
    int32_t color = 0;
    double parts[4] = {0, 0, 0, 1};
    size_t count = 0;
    value = slice_skip(value, slice_index(value, '(') + 1);
    for (; value.len > 0 && count < 4; value = slice_skip(value, 1)) {
        if (value.ptr[0] == ')') break;
        if (!ascii_is_digit(value.ptr[0]) && value.ptr[0] != '.') continue;
        struct css_length n = parse_length(value);
        parts[count++] = n.good ? n.centi / 100.0 : 0;
        value = slice_skip(value, number_of(value).len);
        if (value.len == 0 || value.ptr[0] == ')') break;
    }
    if (count < 3) return CSS_COLOR_UNKNOWN;
    if (parts[3] <= 0.02) return CSS_COLOR_TRANSPARENT;
    for (size_t i = 0; i < 3; i++) color = color << 8 | (parts[i] > 255 ? 255 : (int32_t)parts[i]);
    return color;
}

static int32_t find_color_name(struct slice value)
{
    static const struct {
        const char *name;
        int32_t color;
    } names[] = {{"white", 0xffffff},      {"black", 0},
                 {"snow", 0xfffafa},       {"ivory", 0xfffff0},
                 {"whitesmoke", 0xf5f5f5}, {"ghostwhite", 0xf8f8ff},
                 {"red", 0xff0000},        {"blue", 0x0000ff},
                 {"green", 0x008000},      {"gray", 0x808080},
                 {"grey", 0x808080},       {"silver", 0xc0c0c0},
                 {"lightgray", 0xd3d3d3},  {"lightgrey", 0xd3d3d3},
                 {"navy", 0x000080},       {"yellow", 0xffff00},
                 {"orange", 0xffa500},     {"transparent", CSS_COLOR_TRANSPARENT}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (slice_equal_nocase(value, slice_from_cstr(names[i].name))) return names[i].color;
    }
    return value.len == 6 || value.len == 3 ? parse_hex_color(value) : CSS_COLOR_UNKNOWN;
}

int32_t css_parse_color(struct slice value)
{
    value = slice_trim(value);
    if (value.len > 1 && value.ptr[0] == '#') {
        size_t len = 1;
        while (len < value.len && hex_digit(value.ptr[len]) >= 0) len++;
        return parse_hex_color(slice_skip(slice_head(value, len), 1));
    }
    if (slice_starts_nocase(value, SLICE("rgb"))) return parse_rgb_color(value);
    return find_color_name(slice_head(value, slice_index(value, ' ')));
}

static void note(struct css_style *style, unsigned property, bool hides)
{
    style->set |= property;
    style->hides = (style->hides & ~property) | (hides ? property : 0);
}

static void take_display(struct css_style *style, struct slice value)
{
    note(style, CSS_DISPLAY, slice_starts_nocase(value, SLICE("none")));
}

static void take_visibility(struct css_style *style, struct slice value)
{
    note(style, CSS_VISIBILITY,
         slice_starts_nocase(value, SLICE("hidden")) || slice_starts_nocase(value, SLICE("collapse")));
}

static void take_opacity(struct css_style *style, struct slice value)
{
    struct css_length n = parse_length(value);
    note(style, CSS_OPACITY, n.good && n.centi <= 5);
}

static void take_position(struct css_style *style, struct slice value)
{
    note(style, CSS_POSITION,
         slice_starts_nocase(value, SLICE("absolute")) || slice_starts_nocase(value, SLICE("fixed")));
}

static bool is_far_out(struct slice value)
{
    struct css_length n = parse_length(value);
    return n.good && !n.relative && n.centi <= -OFFSCREEN_PX * 100;
}

static void take_offset(struct css_style *style, struct slice value)
{
    if (is_far_out(value)) note(style, CSS_OFFSET, true);
}

static void take_indent(struct css_style *style, struct slice value)
{
    note(style, CSS_INDENT, is_far_out(value));
}

static void take_height(struct css_style *style, struct slice value)
{
    struct css_length n = parse_length(value);
    bool hides = n.good && n.centi <= 100 && !n.relative;
    if (hides || !(style->set & CSS_HEIGHT)) note(style, CSS_HEIGHT, hides);
}

static void take_overflow(struct css_style *style, struct slice value)
{
    note(style, CSS_OVERFLOW, slice_starts_nocase(value, SLICE("hidden")));
}

static void take_clip(struct css_style *style, struct slice value)
{
    bool zero = slice_starts_nocase(value, SLICE("rect(0")) || slice_starts_nocase(value, SLICE("rect(1px"));
    note(style, CSS_CLIP, zero);
}

static void take_font_size(struct css_style *style, struct slice value)
{
    struct css_length n = parse_length(value);
    note(style, CSS_FONT_SIZE, false);
    style->font_is_relative = n.good && n.relative;
    style->font_centi = n.good ? (n.relative ? n.centi / 100 : n.centi) : 1600;
}

/* The shorthand: "bold 12px/1.5 Arial". */
static void take_font(struct css_style *style, struct slice value)
{
    style->font_family = value;
    for (struct slice word; (word = slice_next_token(&value, ' ')).ptr;) {
        bool weight = word.len == 3 && ascii_is_digit(word.ptr[0]) && ascii_is_digit(word.ptr[2]);
        if (word.len == 0 || weight || !(ascii_is_digit(word.ptr[0]) || word.ptr[0] == '.')) continue;
        take_font_size(style, word);
        return;
    }
}

static void take_family(struct css_style *style, struct slice value)
{
    style->font_family = value;
}

static void take_color(struct css_style *style, struct slice value)
{
    note(style, CSS_COLOR, false);
    style->color = css_parse_color(value);
}

/* A picture or gradient may have any colour. */
static void take_background(struct css_style *style, struct slice value)
{
    int32_t color = css_parse_color(value);
    bool painted = slice_index(value, '(') < value.len && !slice_starts_nocase(value, SLICE("rgb"));
    if (slice_equal_nocase(value, SLICE("none"))) return;
    note(style, CSS_BACKGROUND, false);
    style->background = painted ? CSS_COLOR_UNKNOWN : color;
}

static const struct {
    const char *name;
    void (*take)(struct css_style *style, struct slice value);
} properties[] = {
    {"display", take_display},
    {"visibility", take_visibility},
    {"opacity", take_opacity},
    {"position", take_position},
    {"left", take_offset},
    {"top", take_offset},
    {"text-indent", take_indent},
    {"margin-left", take_indent},
    {"height", take_height},
    {"max-height", take_height},
    {"width", take_height},
    {"overflow", take_overflow},
    {"clip", take_clip},
    {"font-size", take_font_size},
    {"font", take_font},
    {"font-family", take_family},
    {"color", take_color},
    {"background", take_background},
    {"background-color", take_background},
    {"background-image", take_background},
};

static void take_declaration(struct css_style *style, struct slice name, struct slice value)
{
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (!slice_equal_nocase(name, slice_from_cstr(properties[i].name))) continue;
        properties[i].take(style, value);
        return;
    }
}

struct css_style css_parse(struct slice text)
{
    struct css_style style = {0};
    for (struct slice one; (one = slice_next_token(&text, ';')).ptr;) {
        size_t colon = slice_index(one, ':');
        if (colon == one.len) continue;
        struct slice value = slice_trim(slice_skip(one, colon + 1));
        size_t important = slice_index(value, '!');
        value = slice_trim(slice_head(value, important));
        if (value.len > 0) take_declaration(&style, slice_trim(slice_head(one, colon)), value);
    }
    return style;
}

void css_merge(struct css_style *style, const struct css_style *later)
{
    style->hides = (style->hides & ~later->set) | later->hides;
    style->set |= later->set;
    if (later->set & CSS_FONT_SIZE) {
        style->font_centi = later->font_centi;
        style->font_is_relative = later->font_is_relative;
    }
    if (later->set & CSS_COLOR) style->color = later->color;
    if (later->set & CSS_BACKGROUND) style->background = later->background;
    if (later->font_family.len > 0) style->font_family = later->font_family;
}
