/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See html_style.h.
 */
#include "analysis/extract/html_style.h"

#include "base/utf8.h"

enum { TINY_FONT_CENTI = 100, COLOR_TOLERANCE = 12, FONT_CENTI_MAX = 100000 };

struct html_style html_style_default(void)
{
    return (struct html_style){.font_centi = 1600, .color = 0, .background = 0xffffff};
}

static bool has_all(unsigned set, unsigned wanted)
{
    return (set & wanted) == wanted;
}

/* Reasons that hold for everything inside the element. */
static unsigned sticky_reasons(unsigned hides)
{
    unsigned reasons = 0;
    if (hides & CSS_DISPLAY) reasons |= HIDDEN_DISPLAY;
    if (hides & CSS_OPACITY) reasons |= HIDDEN_OPACITY;
    if (has_all(hides, CSS_POSITION | CSS_OFFSET) || (hides & CSS_INDENT)) reasons |= HIDDEN_OFFSCREEN;
    if (has_all(hides, CSS_HEIGHT | CSS_OVERFLOW) || has_all(hides, CSS_POSITION | CSS_CLIP))
        reasons |= HIDDEN_CLIPPED;
    return reasons;
}

struct html_style html_style_inherit(const struct html_style *parent, const struct css_style *own)
{
    struct html_style style = *parent;
    style.sticky |= sticky_reasons(own->hides);
    if (own->set & CSS_VISIBILITY) style.invisible = (own->hides & CSS_VISIBILITY) != 0;
    if (own->set & CSS_FONT_SIZE) {
        int64_t size = own->font_centi;
        if (own->font_is_relative) size = size * parent->font_centi / 100;
        style.font_centi = size > FONT_CENTI_MAX ? FONT_CENTI_MAX : (int)size;
    }
    if (own->set & CSS_COLOR) style.color = own->color;
    if ((own->set & CSS_BACKGROUND) && own->background != CSS_COLOR_TRANSPARENT)
        style.background = own->background;
    return style;
}

static int channel_distance(int32_t a, int32_t b, int shift)
{
    int d = (a >> shift & 255) - (b >> shift & 255);
    return d < 0 ? -d : d;
}

static bool is_same_color(int32_t a, int32_t b)
{
    if (a < 0 || b < 0) return false;
    for (int shift = 0; shift <= 16; shift += 8) {
        if (channel_distance(a, b, shift) > COLOR_TOLERANCE) return false;
    }
    return true;
}

unsigned html_style_hides(const struct html_style *style)
{
    unsigned reasons = style->sticky;
    if (style->invisible) reasons |= HIDDEN_VISIBILITY;
    if (style->font_centi <= TINY_FONT_CENTI) reasons |= HIDDEN_FONT;
    bool same = style->color == CSS_COLOR_TRANSPARENT || is_same_color(style->color, style->background);
    return same ? reasons | HIDDEN_COLOR : reasons;
}

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c >= 0x80;
}

static bool ends_in_word(const struct buffer *text)
{
    return text->len > 0 && is_word_byte(text->data[text->len - 1]);
}

/* Takes the next run without white space off *text; the blank before it is noted in *blank. */
static struct slice next_run(struct slice *text, bool *blank)
{
    size_t start = 0;
    while (start < text->len && ascii_is_space(text->ptr[start])) start++;
    if (start > 0) *blank = true;
    size_t end = start;
    while (end < text->len && !ascii_is_space(text->ptr[end])) end++;
    struct slice run = slice_make(text->ptr + start, end - start);
    *text = slice_skip(*text, end);
    return run;
}

static void append_run(struct buffer *out, struct slice run, bool *blank)
{
    bool at_line_start = out->len == 0 || out->data[out->len - 1] == '\n';
    if (*blank && !at_line_start) (void)buffer_append_byte(out, ' ');
    *blank = false;
    (void)buffer_append(out, run);
}

/* Blanks and the invisible characters that pad previews. */
static bool is_padding(int32_t c)
{
    return c <= 0x20 || c == 0xa0 || c == 0xad || c == 0x34f || (c >= 0x2000 && c <= 0x200f) || c == 0x2060 ||
           c == 0x3000 || c == 0xfeff;
}

/* Takes the next run without padding off *text; padding before it is noted in *blank. */
static struct slice next_hidden_run(struct slice *text, bool *blank)
{
    struct slice at = *text, run = slice_head(at, 0);
    while (text->len > 0) {
        at = *text;
        bool padding = is_padding(utf8_next(text));
        if (padding && run.len > 0) break;
        if (padding) {
            *blank = true;
            continue;
        }
        if (run.len == 0) run.ptr = at.ptr;
        run.len = (size_t)(text->ptr - run.ptr);
    }
    return run;
}

static void append_hidden(struct html_text *t, struct slice text, unsigned reasons)
{
    while (text.len > 0) {
        bool blank = t->hidden_blank_pending;
        struct slice run = next_hidden_run(&text, &blank);
        if (run.len == 0) break;
        t->reasons |= reasons;
        append_run(&t->hidden, run, &blank);
        t->hidden_blank_pending = text.ptr != run.ptr + run.len;
        if (t->blank_pending || t->may_split || !ends_in_word(t->visible)) continue;
        t->may_split = true;
        t->split_at = t->visible->len;
    }
}

void html_text_append(struct html_text *t, struct slice text, unsigned reasons)
{
    if (reasons) {
        append_hidden(t, text, reasons);
        return;
    }
    while (text.len > 0) {
        struct slice run = next_run(&text, &t->blank_pending);
        if (run.len == 0) break;
        bool splits = t->may_split && !t->blank_pending && t->split_at == t->visible->len;
        if (splits && is_word_byte(run.ptr[0])) t->splits++;
        t->may_split = false;
        append_run(t->visible, run, &t->blank_pending);
    }
}

void html_text_break(struct html_text *t)
{
    t->blank_pending = false;
    if (t->visible->len > 0 && t->visible->data[t->visible->len - 1] != '\n')
        (void)buffer_append_byte(t->visible, '\n');
    if (t->hidden.len > 0) t->hidden_blank_pending = true;
}
