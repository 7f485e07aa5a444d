/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of gumbo: parses into an arena of its own that is thrown away as a whole (gumbo's own release
 * is recursive), and walks the tree with an explicit stack; see html.h.
 */
#include "analysis/extract/html.h"

#include <gumbo.h>

#include "analysis/extract/html_form.h"
#include "analysis/extract/html_meta.h"
#include "analysis/extract/html_script.h"
#include "analysis/extract/html_style.h"
#include "analysis/extract/url.h"
#include "analysis/inspect/barcode.h"
#include "base/utf8.h"

enum { LINK_TEXT_MAX_BYTES = 1024 };

struct walk_level {
    const GumboNode *node;
    unsigned next_child;
    struct html_style style;
};

struct html_walk {
    struct extractor *x;
    struct text_part *part;
    struct html_text text;
    struct html_fonts fonts;
    struct arena *arena;
    struct css_sheet *sheet; /* NULL without <style> */
    struct html_style page;  /* before any element */
    struct walk_level *levels;
    size_t level_count, level_cap;
    struct html_forms forms;
    struct slice href; /* of the open <a>; ptr is NULL outside of one */
    size_t link_start; /* where its text begins in the visible text */
    bool link_is_hidden;
};

static void *take_memory(void *arena, size_t size)
{
    return arena_zalloc(arena, 1, size);
}

static void leave_memory(void *arena, void *ptr)
{
    (void)arena;
    (void)ptr;
}

static struct slice attribute(const GumboNode *node, const char *name)
{
    const GumboAttribute *found = gumbo_get_attribute(&node->v.element.attributes, name);
    return slice_from_cstr(found ? found->value : NULL);
}

static bool is_no_text(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES: return true;
    default: return false;
    }
}

static bool is_block(GumboTag tag)
{
    static const bool blocks[GUMBO_TAG_LAST + 1] = {
        [GUMBO_TAG_P] = true,        [GUMBO_TAG_DIV] = true,        [GUMBO_TAG_TABLE] = true,
        [GUMBO_TAG_TR] = true,       [GUMBO_TAG_LI] = true,         [GUMBO_TAG_UL] = true,
        [GUMBO_TAG_OL] = true,       [GUMBO_TAG_H1] = true,         [GUMBO_TAG_H2] = true,
        [GUMBO_TAG_H3] = true,       [GUMBO_TAG_H4] = true,         [GUMBO_TAG_H5] = true,
        [GUMBO_TAG_H6] = true,       [GUMBO_TAG_HR] = true,         [GUMBO_TAG_BR] = true,
        [GUMBO_TAG_PRE] = true,      [GUMBO_TAG_BLOCKQUOTE] = true, [GUMBO_TAG_FORM] = true,
        [GUMBO_TAG_DL] = true,       [GUMBO_TAG_DT] = true,         [GUMBO_TAG_DD] = true,
        [GUMBO_TAG_SECTION] = true,  [GUMBO_TAG_ARTICLE] = true,    [GUMBO_TAG_HEADER] = true,
        [GUMBO_TAG_FOOTER] = true,   [GUMBO_TAG_CENTER] = true,     [GUMBO_TAG_ADDRESS] = true,
        [GUMBO_TAG_FIELDSET] = true, [GUMBO_TAG_OPTION] = true,     [GUMBO_TAG_MAIN] = true,
        [GUMBO_TAG_NAV] = true,
    };
    return tag <= GUMBO_TAG_LAST && blocks[tag];
}

static const struct html_style *current_style(const struct html_walk *w)
{
    return w->level_count > 0 ? &w->levels[w->level_count - 1].style : &w->page;
}

static void add_link(struct html_walk *w, enum link_source source, struct slice url, struct slice text,
                     bool is_hidden)
{
    if (url.len == 0 || !view_wants_links(w->x, w->part->path)) return;
    struct message *m = w->x->message;
    size_t before = m->link_count;
    view_add_link(w->x, source, html_resolve(&m->arena, w->part->base, url), text, w->part->path);
    for (size_t i = before; i < m->link_count; i++) m->links[i].is_hidden = is_hidden;
    html_script_read_url(w->x, url, w->part->path);
}

/* Scripts in attributes (onclick …). */
static void take_event_handlers(struct html_walk *w, const GumboVector *attributes)
{
    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *a = attributes->data[i];
        if (a->name[0] != 'o' || a->name[1] != 'n' || a->name[2] == '\0') continue;
        w->part->has_script = true;
        html_script_read(w->x, slice_from_cstr(a->value), w->part->path);
    }
}

static void take_meta(struct html_walk *w, const GumboNode *node)
{
    struct slice content = attribute(node, "content"), kind = attribute(node, "http-equiv");
    struct slice charset = attribute(node, "charset");
    if (slice_equal_nocase(kind, SLICE("refresh"))) {
        w->part->has_refresh = html_refresh_url(content).len > 0;
        add_link(w, LINK_HTML, html_refresh_url(content), SLICE(""), false);
    } else if (slice_equal_nocase(kind, SLICE("content-type"))) {
        charset = html_find_charset(content);
    }
    if (charset.len > 0 && w->part->meta_charset.len == 0)
        w->part->meta_charset = arena_copy(&w->x->message->arena, slice_trim(charset));
}

static void take_form_link(struct html_walk *w, struct slice action)
{
    add_link(w, LINK_FORM, action, SLICE(""), false);
}

static void open_link(struct html_walk *w, struct slice href)
{
    if (!href.ptr) return;
    w->href = href;
    w->link_start = w->text.visible->len;
    w->link_is_hidden = html_style_hides(current_style(w)) != 0;
}

static void close_link(struct html_walk *w)
{
    if (!w->href.ptr) return;
    const struct buffer *out = w->text.visible;
    struct slice text = SLICE("");
    if (w->link_start < out->len) text = slice_trim(slice_skip(buffer_slice(out), w->link_start));
    text = utf8_head(text, LINK_TEXT_MAX_BYTES);
    if (view_wants_links(w->x, w->part->path))
        add_link(w, LINK_HTML, w->href, arena_copy(&w->x->message->arena, text), w->link_is_hidden);
    w->href = slice_make(NULL, 0);
}

static void take_input(struct html_walk *w, const GumboNode *node)
{
    html_form_input(w->x, &w->forms, attribute(node, "type"), attribute(node, "name"), attribute(node, "id"),
                    node->v.element.tag == GUMBO_TAG_BUTTON);
    take_form_link(w, attribute(node, "formaction"));
}

static void take_base(struct html_walk *w, struct slice href)
{
    if (href.len > 0 && w->part->base.len == 0)
        w->part->base = arena_copy(&w->x->message->arena, slice_trim(href));
}

static void take_script(struct html_walk *w, const GumboNode *node)
{
    const GumboVector *children = &node->v.element.children;
    w->part->has_script = true;
    for (unsigned i = 0; i < children->length; i++) {
        const GumboNode *child = children->data[i];
        if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA)
            html_script_read(w->x, slice_from_cstr(child->v.text.text), w->part->path);
    }
}

static void take_facts(struct html_walk *w, const GumboNode *node)
{
    struct slice lang = attribute(node, "lang");
    if (lang.len == 0) lang = attribute(node, "xml:lang");
    if (lang.len > 0 && w->part->language.len == 0)
        w->part->language = arena_copy(&w->x->message->arena, slice_trim(lang));
    take_event_handlers(w, &node->v.element.attributes);
}

static void take_element_start(struct html_walk *w, const GumboNode *node)
{
    GumboTag tag = node->v.element.tag;
    if (is_block(tag) && !current_style(w)->sticky) html_text_break(&w->text);
    take_facts(w, node);
    switch (tag) {
    case GUMBO_TAG_A: open_link(w, attribute(node, "href")); break;
    case GUMBO_TAG_AREA: add_link(w, LINK_HTML, attribute(node, "href"), SLICE(""), false); break;
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_EMBED: add_link(w, LINK_HTML, attribute(node, "src"), SLICE(""), false); break;
    case GUMBO_TAG_IMG: barcode_read_url(w->x, w->part->path, attribute(node, "src")); break;
    case GUMBO_TAG_BASE: take_base(w, attribute(node, "href")); break;
    case GUMBO_TAG_META: take_meta(w, node); break;
    case GUMBO_TAG_SCRIPT: take_script(w, node); break;
    case GUMBO_TAG_FORM:
        html_form_open(w->x, &w->forms, attribute(node, "action"));
        take_form_link(w, attribute(node, "action"));
        break;
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_BUTTON: take_input(w, node); break;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH: w->text.blank_pending = true; break;
    default: break;
    }
}

static void take_element_end(struct html_walk *w, const GumboNode *node)
{
    GumboTag tag = node->v.element.tag;
    if (tag == GUMBO_TAG_A) close_link(w);
    if (tag == GUMBO_TAG_FORM) html_form_close(&w->forms);
    if (is_block(tag) && tag != GUMBO_TAG_BR && !current_style(w)->sticky) html_text_break(&w->text);
}

/* The attributes that did before CSS what it does now. */
static struct css_style old_style(const GumboNode *node)
{
    struct css_style style = {0};
    const char *color = node->v.element.tag == GUMBO_TAG_BODY ? "text" : "color";
    struct slice front = attribute(node, color), back = attribute(node, "bgcolor");
    if (front.len > 0) {
        style.set |= CSS_COLOR;
        style.color = css_parse_color(front);
    } else if (node->v.element.tag == GUMBO_TAG_A) {
        style.set |= CSS_COLOR;
        style.color = 0x0000ee;
    }
    if (back.len > 0 || attribute(node, "background").len > 0) {
        style.set |= CSS_BACKGROUND;
        style.background = back.len > 0 ? css_parse_color(back) : CSS_COLOR_UNKNOWN;
    }
    if (attribute(node, "hidden").ptr) {
        style.set |= CSS_DISPLAY;
        style.hides |= CSS_DISPLAY;
    }
    return style;
}

static struct html_style style_of(struct html_walk *w, const GumboNode *node)
{
    struct css_style style = old_style(node);
    struct css_element element = {
        .tag = slice_from_cstr(gumbo_normalized_tagname(node->v.element.tag)),
        .id = attribute(node, "id"),
        .classes = attribute(node, "class"),
        .style = attribute(node, "style"),
    };
    struct css_style own = css_style_of(w->sheet, &element);
    css_merge(&style, &own);
    html_fonts_add(&w->fonts, element.style.len > 0 ? own.font_family : slice_make(NULL, 0));
    html_fonts_add(&w->fonts, attribute(node, "face"));
    return html_style_inherit(current_style(w), &style);
}

static void push_level(struct html_walk *w, const GumboNode *node, struct html_style style)
{
    w->levels = view_grow(w->arena, w->levels, w->level_count, &w->level_cap, sizeof *w->levels);
    w->levels[w->level_count++] = (struct walk_level){node, 0, style};
}

static void take_text(struct html_walk *w, struct slice text)
{
    html_text_append(&w->text, text, html_style_hides(current_style(w)));
    if (!w->href.ptr) url_find_in_text(w->x, text, w->part->path);
}

static void enter_node(struct html_walk *w, const GumboNode *node)
{
    if (node->type == GUMBO_NODE_ELEMENT) {
        GumboTag tag = node->v.element.tag;
        struct html_style style = style_of(w, node);
        take_element_start(w, node);
        if (is_no_text(tag)) return;
        push_level(w, node, style);
        if (tag == GUMBO_TAG_A && style.sticky) w->link_is_hidden = true;
    } else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA) {
        take_text(w, slice_from_cstr(node->v.text.text));
    } else if (node->type == GUMBO_NODE_WHITESPACE) {
        w->text.blank_pending = true;
    } else if (node->type == GUMBO_NODE_COMMENT) {
        html_comment_read(w->x, slice_from_cstr(node->v.text.text), w->part->path);
    }
}

/* Reads the rules of a <style>, which hold for elements before it too. */
static void collect_style(struct html_walk *w, const GumboNode *node)
{
    if (node->type != GUMBO_NODE_ELEMENT) return;
    if (node->v.element.tag != GUMBO_TAG_STYLE) {
        push_level(w, node, html_style_default());
        return;
    }
    const GumboVector *children = &node->v.element.children;
    if (!w->sheet) w->sheet = css_sheet_new(w->arena);
    for (unsigned i = 0; i < children->length; i++) {
        const GumboNode *child = children->data[i];
        if (child->type == GUMBO_NODE_TEXT) css_sheet_read(w->sheet, slice_from_cstr(child->v.text.text));
    }
}

typedef void (*node_fn)(struct html_walk *w, const GumboNode *node);

/* Visits the tree in document order; `enter` pushes the nodes whose children are wanted. */
static void walk_tree(struct html_walk *w, const GumboNode *root, node_fn enter, node_fn leave)
{
    enter(w, root);
    while (w->level_count > 0) {
        struct walk_level *level = &w->levels[w->level_count - 1];
        const GumboVector *children = &level->node->v.element.children;
        if (level->next_child < children->length) {
            enter(w, children->data[level->next_child++]);
        } else {
            if (leave) leave(w, level->node);
            w->level_count--;
        }
    }
}

static void keep_texts(struct html_walk *w)
{
    struct arena *arena = &w->x->message->arena;
    struct text_part *part = w->part;
    struct buffer *visible = w->text.visible, *hidden = &w->text.hidden;
    if (visible->overflowed || hidden->overflowed) VIEW_LIMIT(w->x, text_max_bytes, part->path);
    part->text = arena_copy(arena, slice_trim(utf8_head(buffer_slice(visible), visible->len)));
    part->hidden = arena_copy(arena, slice_trim(utf8_head(buffer_slice(hidden), hidden->len)));
    part->hidden_reasons = w->text.reasons;
    part->hidden_splits = w->text.splits;
    part->fonts = arena_copy(arena, buffer_slice(&w->fonts.names));
    part->forms = w->forms.items;
    part->form_count = w->forms.count;
}

static void take_rule_font(void *fonts, struct slice family)
{
    html_fonts_add(fonts, family);
}

void html_read(struct extractor *x, struct slice html, struct text_part *part)
{
    struct arena arena = {0};
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take_memory;
    options.deallocator = leave_memory;
    options.userdata = &arena;
    options.max_errors = 0;
    x->visible.max = x->limits->text_max_bytes;
    buffer_clear(&x->visible);
    struct html_walk w = {.x = x, .part = part, .arena = &arena, .page = html_style_default()};
    w.text.visible = &x->visible;
    w.text.hidden = buffer_make(x->limits->text_max_bytes);
    w.fonts = html_fonts_make();
    w.forms.current = HTML_FORM_NONE;
    html = html_bound_tree(x, html, part->path);
    const GumboOutput *output =
        gumbo_parse_with_options(&options, html.len > 0 ? (const char *)html.ptr : "", html.len);
    walk_tree(&w, output->root, collect_style, NULL);
    walk_tree(&w, output->root, enter_node, take_element_end);
    css_sheet_each_font(w.sheet, take_rule_font, &w.fonts);
    keep_texts(&w);
    css_sheet_free(w.sheet);
    buffer_free(&w.text.hidden);
    buffer_free(&w.fonts.names);
    arena_free(&arena);
}
