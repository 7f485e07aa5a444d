/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a reader sees the text of an element: the style an element has by its own and from its ancestors,
 * and the two texts, seen and hidden, that come of it.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_HTML_STYLE_H
#define MAILTAP_ANALYSIS_EXTRACT_HTML_STYLE_H

#include "analysis/extract/css.h"
#include "analysis/message.h"
#include "base/buffer.h"

/* What an element hands down to its children. */
struct html_style {
    unsigned sticky; /* enum hidden_reason, ored, that no child can undo */
    bool invisible;
    int font_centi; /* font size in 1/100 px */
    int32_t color, background;
};

/* What the page has before any rule: black on white, 16 px. */
struct html_style html_style_default(void);

/* The style of an element from its parent's and what is said of itself. */
struct html_style html_style_inherit(const struct html_style *parent, const struct css_style *own);

/* Why text of this style is not seen (enum hidden_reason, ored); 0 when it is. */
unsigned html_style_hides(const struct html_style *style);

/* The texts of one HTML part as they grow. */
struct html_text {
    struct buffer *visible;
    struct buffer hidden;
    bool blank_pending, hidden_blank_pending;
    bool may_split; /* hidden text follows a visible word at once, at split_at */
    size_t split_at;
    unsigned splits; /* visible words with hidden text inside */
    unsigned reasons;
};

/* Appends text with white space folded to the visible text, or with reasons to the hidden text. */
void html_text_append(struct html_text *t, struct slice text, unsigned reasons);

/* Ends the line of the visible text. */
void html_text_break(struct html_text *t);

#endif
