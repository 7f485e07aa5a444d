/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of <style> elements (CSS 2.1 section 4.1, 5); see css.h. All rules of one simple selector are
 * merged when they are read, so looking an element up costs the same whatever the number of rules.
 */
#include "analysis/extract/css.h"

#include "base/siphash.h"
#include "base/table.h"

enum { RULES_MAX = 4000, CLASSES_MAX = 16, KEY_MAX_BYTES = 120, MEDIA_DEPTH_MAX = 8 };

/* What the rules of one key ("td", ".name", "td.name", "#id") say. */
struct css_rule {
    struct slice key;
    struct css_style style;
    unsigned shows; /* enum css_property: shown under some condition */
    struct css_rule *next;
};

struct css_sheet {
    struct arena *arena;
    struct siphash_key key;
    struct table rules;
    struct css_rule *first, **last;
    size_t count;
};

static bool rule_equal(const void *value, const void *key)
{
    const struct css_rule *rule = value;
    return slice_equal(rule->key, *(const struct slice *)key);
}

struct css_sheet *css_sheet_new(struct arena *arena)
{
    struct css_sheet *sheet = arena_zalloc(arena, 1, sizeof *sheet);
    sheet->arena = arena;
    sheet->key = siphash_random_key();
    sheet->rules = table_make(rule_equal);
    sheet->last = &sheet->first;
    return sheet;
}

void css_sheet_free(struct css_sheet *sheet)
{
    if (sheet) table_free(&sheet->rules);
}

static struct css_rule *find_rule(const struct css_sheet *sheet, struct slice key)
{
    return table_find(&sheet->rules, siphash(sheet->key, key), &key);
}

static void add_rule(struct css_sheet *sheet, struct slice key, const struct css_style *style, bool may_hide)
{
    struct css_rule *rule = find_rule(sheet, key);
    if (!rule) {
        if (sheet->count++ >= RULES_MAX) return;
        rule = arena_zalloc(sheet->arena, 1, sizeof *rule);
        rule->key = arena_copy(sheet->arena, key);
        table_insert(&sheet->rules, siphash(sheet->key, rule->key), rule);
        *sheet->last = rule;
        sheet->last = &rule->next;
    }
    if (may_hide)
        css_merge(&rule->style, style);
    else
        rule->shows |= style->set & ~style->hides;
}

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '_' || c >= 0x80;
}

/* The last compound of a selector: what stands behind its last blank or combinator. */
static struct slice last_compound(struct slice selector)
{
    size_t at = selector.len;
    while (at > 0 && !ascii_is_space(selector.ptr[at - 1]) && !memchr(">+~", selector.ptr[at - 1], 3)) at--;
    return slice_skip(selector, at);
}

/* The key of "tag", ".class", "tag.class", "#id" or "tag#id", written to `key`; empty when it is something
 * else. */
static struct slice selector_key(struct slice compound, uint8_t key[static KEY_MAX_BYTES])
{
    size_t marks = 0;
    if (compound.len > KEY_MAX_BYTES) return slice_make(NULL, 0);
    for (size_t i = 0; i < compound.len; i++) {
        uint8_t c = compound.ptr[i];
        bool mark = c == '.' || c == '#';
        if (!mark && !is_name_byte(c)) return slice_make(NULL, 0);
        if (mark && marks++ > 0) return slice_make(NULL, 0);
        key[i] = marks == 0 ? ascii_lower(c) : c;
    }
    return slice_make(key, compound.len);
}

static void take_rule(struct css_sheet *sheet, struct slice selectors, struct slice body, bool conditional)
{
    struct css_style style = css_parse(body);
    uint8_t room[KEY_MAX_BYTES];
    for (struct slice one; (one = slice_next_token(&selectors, ',')).ptr;) {
        one = slice_trim(one);
        struct slice compound = last_compound(one);
        struct slice key = selector_key(compound, room);
        if (key.len > 0) add_rule(sheet, key, &style, !conditional && compound.len == one.len);
    }
}

/* Without comments and the marks <!-- and -->. */
static struct slice strip_comments(struct arena *arena, struct slice text)
{
    uint8_t *copy = arena_zalloc(arena, text.len + 1, 1);
    size_t len = 0;
    while (text.len > 0) {
        if (slice_starts(text, SLICE("/*"))) {
            size_t end = slice_find(text, SLICE("*/"));
            text = slice_skip(text, end < text.len ? end + 2 : text.len);
        } else if (slice_starts(text, SLICE("<!--")) || slice_starts(text, SLICE("-->"))) {
            text = slice_skip(text, text.ptr[0] == '<' ? 4 : 3);
        } else {
            copy[len++] = text.ptr[0];
            text = slice_skip(text, 1);
        }
    }
    return slice_make(copy, len);
}

/* A block that holds rules and not declarations. */
static bool holds_rules(struct slice prelude)
{
    return slice_starts_nocase(prelude, SLICE("@media")) ||
           slice_starts_nocase(prelude, SLICE("@supports")) || slice_starts_nocase(prelude, SLICE("@layer"));
}

/* "@media screen" holds for everybody who reads mail; whatever has a bracket is a condition, as is print. */
static bool is_condition(struct slice prelude)
{
    return slice_index(prelude, '(') < prelude.len ||
           slice_find_nocase(prelude, SLICE("print")) < prelude.len;
}

struct sheet_reader {
    struct css_sheet *sheet;
    unsigned depth, conditions; /* open blocks of rules; a bit for each that is a condition */
};

/* Takes one rule, the head of a block, or the end of one. */
static void read_statement(struct sheet_reader *r, struct slice *text)
{
    size_t end = 0;
    while (end < text->len && !memchr("{};", text->ptr[end], 3)) end++;
    struct slice prelude = slice_trim(slice_head(*text, end));
    uint8_t stop = end < text->len ? text->ptr[end] : ';';
    *text = slice_skip(*text, end + 1);
    if (stop == '}' && r->depth > 0) r->conditions &= ~(1U << --r->depth);
    if (stop != '{') return;
    if (holds_rules(prelude) && r->depth < MEDIA_DEPTH_MAX) {
        if (is_condition(prelude)) r->conditions |= 1U << r->depth;
        r->depth++;
        return;
    }
    size_t close = slice_index(*text, '}');
    if (slice_index(prelude, '@') == prelude.len)
        take_rule(r->sheet, prelude, slice_head(*text, close), r->conditions != 0);
    *text = slice_skip(*text, close + 1);
}

void css_sheet_read(struct css_sheet *sheet, struct slice text)
{
    struct sheet_reader r = {.sheet = sheet};
    text = strip_comments(sheet->arena, text);
    while (text.len > 0) read_statement(&r, &text);
}

struct style_lookup {
    const struct css_sheet *sheet;
    struct css_style style;
    unsigned shows;
    uint8_t key[2 * KEY_MAX_BYTES + 1];
};

/* Merges the rules of tag (or none) + mark (or none) + name. */
static void look_up(struct style_lookup *l, struct slice tag, char mark, struct slice name)
{
    if (tag.len > KEY_MAX_BYTES || name.len > KEY_MAX_BYTES) return;
    size_t len = 0;
    for (; len < tag.len; len++) l->key[len] = ascii_lower(tag.ptr[len]);
    if (mark) l->key[len++] = (uint8_t)mark;
    if (name.len > 0) memcpy(l->key + len, name.ptr, name.len);
    const struct css_rule *rule = find_rule(l->sheet, slice_make(l->key, len + name.len));
    if (!rule) return;
    css_merge(&l->style, &rule->style);
    l->shows |= rule->shows;
}

static void look_up_rules(struct style_lookup *l, const struct css_element *element)
{
    struct slice none = slice_make(NULL, 0), classes = element->classes;
    look_up(l, element->tag, 0, none);
    for (size_t n = 0; n < CLASSES_MAX && classes.len > 0; n++) {
        classes = slice_trim(classes);
        size_t len = 0;
        while (len < classes.len && !ascii_is_space(classes.ptr[len])) len++;
        struct slice name = slice_head(classes, len);
        classes = slice_skip(classes, len);
        if (name.len == 0) continue;
        look_up(l, none, '.', name);
        look_up(l, element->tag, '.', name);
    }
    if (element->id.len == 0) return;
    look_up(l, none, '#', element->id);
    look_up(l, element->tag, '#', element->id);
}

struct css_style css_style_of(const struct css_sheet *sheet, const struct css_element *element)
{
    struct style_lookup l = {.sheet = sheet};
    if (sheet && sheet->count > 0) look_up_rules(&l, element);
    if (element->style.len > 0) {
        struct css_style own = css_parse(element->style);
        css_merge(&l.style, &own);
    }
    l.style.hides &= ~l.shows;
    if (l.shows & CSS_COLOR) l.style.color = CSS_COLOR_UNKNOWN;
    if (l.shows & CSS_BACKGROUND) l.style.background = CSS_COLOR_UNKNOWN;
    if (l.shows & CSS_FONT_SIZE) l.style.font_centi = 1600;
    l.style.set |= l.shows;
    return l.style;
}

void css_sheet_each_font(const struct css_sheet *sheet, css_fonts_fn take, void *context)
{
    if (!sheet) return;
    for (const struct css_rule *rule = sheet->first; rule; rule = rule->next) {
        if (rule->style.font_family.len > 0) take(context, rule->style.font_family);
    }
}
