/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of gumbo: parses into an arena of its own that is thrown away as a whole (gumbo's own release
 * is recursive), and walks the tree with an explicit stack; see html.h.
 */
#include "analysis/extract/html.h"

#include <gumbo.h>

#include "analysis/extract/html_form.h"
#include "analysis/extract/url.h"
#include "base/utf8.h"

enum { LINK_TEXT_MAX_BYTES = 1024, META_LOOK_BYTES = 4096 };

struct walk_level {
    const GumboNode *node;
    unsigned next_child;
};

struct html_walk {
    struct extractor *x;
    struct text_part *part;
    struct buffer *out; /* the visible text */
    struct arena *arena;
    struct walk_level *levels;
    size_t level_count, level_cap;
    struct html_forms forms;
    struct slice href; /* of the open <a>; ptr is NULL outside of one */
    size_t link_start; /* where its text begins in out */
    bool blank_pending;
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

static bool is_hidden(GumboTag tag)
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

static void break_line(struct html_walk *w)
{
    w->blank_pending = false;
    if (w->out->len > 0 && w->out->data[w->out->len - 1] != '\n') (void)buffer_append_byte(w->out, '\n');
}

/* Appends text with white space folded. */
static void append_text(struct html_walk *w, struct slice text)
{
    size_t i = 0;
    while (i < text.len) {
        size_t start = i;
        while (i < text.len && !ascii_is_space(text.ptr[i])) i++;
        if (i > start) {
            bool at_line_start = w->out->len == 0 || w->out->data[w->out->len - 1] == '\n';
            if (w->blank_pending && !at_line_start) (void)buffer_append_byte(w->out, ' ');
            w->blank_pending = false;
            (void)buffer_append(w->out, slice_make(text.ptr + start, i - start));
        }
        if (i < text.len) w->blank_pending = true;
        while (i < text.len && ascii_is_space(text.ptr[i])) i++;
    }
}

static bool has_event_handler(const GumboVector *attributes)
{
    for (unsigned i = 0; i < attributes->length; i++) {
        const GumboAttribute *a = attributes->data[i];
        if (a->name[0] == 'o' && a->name[1] == 'n' && a->name[2] != '\0') return true;
    }
    return false;
}

/* "5; url=https://…" of a meta refresh. */
static void take_meta(struct html_walk *w, const GumboNode *node)
{
    if (!slice_equal_nocase(attribute(node, "http-equiv"), SLICE("refresh"))) return;
    struct slice content = attribute(node, "content");
    size_t at = slice_find_nocase(content, SLICE("url"));
    if (at == content.len) return;
    struct slice url = slice_trim(slice_skip(content, at + 3));
    if (url.len == 0 || url.ptr[0] != '=') return;
    url = slice_trim(slice_skip(url, 1));
    if (url.len > 0 && (url.ptr[0] == '"' || url.ptr[0] == '\'')) {
        uint8_t quote = url.ptr[0];
        url = slice_skip(url, 1);
        url.len = slice_index(url, quote);
    }
    view_add_link(w->x, LINK_HTML, url, SLICE(""), w->part->path);
}

static void take_form_link(struct html_walk *w, struct slice action)
{
    view_add_link(w->x, LINK_FORM, action, SLICE(""), w->part->path);
}

static void open_link(struct html_walk *w, const GumboNode *node)
{
    struct slice href = attribute(node, "href");
    if (!href.ptr) return;
    w->href = href;
    w->link_start = w->out->len;
}

static void close_link(struct html_walk *w)
{
    if (!w->href.ptr) return;
    size_t start = w->link_start < w->out->len ? w->link_start : w->out->len;
    struct slice text = slice_trim(slice_skip(buffer_slice(w->out), start));
    if (w->out->len == start) text = SLICE("");
    text = utf8_head(text, LINK_TEXT_MAX_BYTES);
    struct message *m = w->x->message;
    if (view_wants_links(w->x, w->part->path)) {
        view_add_link(w->x, LINK_HTML, w->href, arena_copy(&m->arena, text), w->part->path);
    }
    w->href = slice_make(NULL, 0);
}

static void take_element_start(struct html_walk *w, const GumboNode *node)
{
    GumboTag tag = node->v.element.tag;
    if (is_block(tag)) break_line(w);
    if (!w->part->has_script) {
        w->part->has_script = tag == GUMBO_TAG_SCRIPT || has_event_handler(&node->v.element.attributes);
    }
    switch (tag) {
    case GUMBO_TAG_A: open_link(w, node); break;
    case GUMBO_TAG_AREA:
        view_add_link(w->x, LINK_HTML, attribute(node, "href"), SLICE(""), w->part->path);
        break;
    case GUMBO_TAG_META: take_meta(w, node); break;
    case GUMBO_TAG_FORM:
        html_form_open(w->x, &w->forms, attribute(node, "action"));
        take_form_link(w, attribute(node, "action"));
        break;
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_BUTTON:
        html_form_input(w->x, &w->forms, attribute(node, "type"), attribute(node, "name"),
                        attribute(node, "id"), tag == GUMBO_TAG_BUTTON);
        take_form_link(w, attribute(node, "formaction"));
        break;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH: w->blank_pending = true; break;
    default: break;
    }
}

static void take_element_end(struct html_walk *w, const GumboNode *node)
{
    GumboTag tag = node->v.element.tag;
    if (tag == GUMBO_TAG_A) close_link(w);
    if (tag == GUMBO_TAG_FORM) html_form_close(&w->forms);
    if (is_block(tag) && tag != GUMBO_TAG_BR) break_line(w);
}

static void push_level(struct html_walk *w, const GumboNode *node)
{
    w->levels = view_grow(w->arena, w->levels, w->level_count, &w->level_cap, sizeof *w->levels);
    w->levels[w->level_count++] = (struct walk_level){node, 0};
}

static void enter_node(struct html_walk *w, const GumboNode *node)
{
    if (node->type == GUMBO_NODE_ELEMENT) {
        take_element_start(w, node);
        if (!is_hidden(node->v.element.tag)) push_level(w, node);
    } else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA) {
        struct slice text = slice_from_cstr(node->v.text.text);
        append_text(w, text);
        if (!w->href.ptr) url_find_in_text(w->x, text, w->part->path);
    } else if (node->type == GUMBO_NODE_WHITESPACE) {
        w->blank_pending = true;
    }
}

static void walk_tree(struct html_walk *w, const GumboNode *root)
{
    enter_node(w, root);
    while (w->level_count > 0) {
        struct walk_level *level = &w->levels[w->level_count - 1];
        const GumboVector *children = &level->node->v.element.children;
        if (level->next_child < children->length) {
            enter_node(w, children->data[level->next_child++]);
        } else {
            take_element_end(w, level->node);
            w->level_count--;
        }
    }
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
    struct html_walk w = {.x = x, .part = part, .out = &x->visible, .arena = &arena};
    w.forms.current = HTML_FORM_NONE;
    html = html_bound_tree(x, html, part->path);
    const GumboOutput *output =
        gumbo_parse_with_options(&options, html.len > 0 ? (const char *)html.ptr : "", html.len);
    walk_tree(&w, output->root);
    if (x->visible.overflowed) VIEW_LIMIT(x, text_max_bytes, part->path);
    part->text =
        arena_copy(&x->message->arena, slice_trim(utf8_head(buffer_slice(&x->visible), x->visible.len)));
    part->forms = w.forms.items;
    part->form_count = w.forms.count;
    arena_free(&arena);
}

struct slice html_find_charset(struct slice html)
{
    struct slice head = slice_head(html, META_LOOK_BYTES);
    size_t at = slice_find_nocase(head, SLICE("charset="));
    if (at == head.len) return slice_make(NULL, 0);
    struct slice name = slice_skip(head, at + 8);
    while (name.len > 0 && (name.ptr[0] == '"' || name.ptr[0] == '\'' || ascii_is_space(name.ptr[0]))) {
        name = slice_skip(name, 1);
    }
    size_t len = 0;
    while (len < name.len && (ascii_is_alpha(name.ptr[len]) || ascii_is_digit(name.ptr[len]) ||
                              memchr("-_.", name.ptr[len], 3))) {
        len++;
    }
    return slice_head(name, len);
}
