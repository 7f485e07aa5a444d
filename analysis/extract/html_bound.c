/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The guard before the HTML parser. A tree builder's cost is not linear in its input: elements nest without
 * end, open formatting elements are cloned into every block (HTML 13.2.4.3), attributes are compared with
 * each other. Here every tag is counted, wherever it stands (comments and scripts too: counting too much is
 * harmless), and those beyond the limits become blanks. An end tag takes only one element of its name off, so
 * that the estimate is never too low.
 */
#include "analysis/extract/html.h"

#include "base/mem.h"

#include <stdlib.h>

enum { ATTRIBUTES_MAX = 128, FORMATTING_MAX = 64, NAME_MAX_BYTES = 64 };

struct bound_scan {
    uint64_t *open; /* names of the elements thought open */
    size_t open_count, open_max, formatting_count;
    uint64_t nodes;
    bool too_deep;
};

/* Up to eight letters of a name in lower case, as one number. */
static uint64_t pack_name(struct slice name)
{
    uint64_t packed = 0;
    for (size_t i = 0; i < name.len && i < 8; i++) packed = packed << 8 | ascii_lower(name.ptr[i]);
    return packed;
}

static bool is_in(uint64_t name, const char *words)
{
    struct slice rest = slice_from_cstr(words);
    for (struct slice word; (word = slice_next_token(&rest, ' ')).ptr;) {
        if (pack_name(word) == name) return true;
    }
    return false;
}

/* Elements that never nest in themselves: empty ones, and those whose next sibling closes them. */
static bool is_flat(uint64_t name)
{
    return is_in(
        name,
        "br img p td tr li a hr input meta link th option dt dd tbody thead tfoot area base col wbr html "
        "head body form");
}

static bool is_formatting(uint64_t name)
{
    return is_in(name, "b i u font strong em big code nobr s small strike tt");
}

static size_t name_len(struct slice s)
{
    size_t i = 0;
    if (s.len == 0 || !ascii_is_alpha(s.ptr[0])) return 0;
    while (i < s.len && i < NAME_MAX_BYTES && !ascii_is_space(s.ptr[i]) && s.ptr[i] != '>' && s.ptr[i] != '/')
        i++;
    return i;
}

/* Length of the tag from '<' to before '>'. Attributes beyond the maximum are blanked. */
static size_t tag_len(uint8_t *tag, size_t len)
{
    size_t attributes = 0;
    uint8_t before = 0;
    for (size_t i = 1; i < len; i++) {
        uint8_t c = tag[i];
        if (c == '>') return i;
        bool gap = ascii_is_space(before) || before == '/' || before == '"' || before == '\'';
        if (gap && !ascii_is_space(c) && c != '=') attributes++;
        bool blank = attributes > ATTRIBUTES_MAX;
        if ((c == '"' || c == '\'') && before == '=') {
            const uint8_t *end = memchr(tag + i + 1, c, len - i - 1);
            size_t skip = end ? (size_t)(end - tag) : len - 1;
            if (blank) memset(tag + i, ' ', skip - i);
            i = skip;
        }
        if (blank) tag[i] = ' ';
        if (!ascii_is_space(c) || before != '=') before = c;
    }
    return len;
}

static bool opens_too_much(const struct bound_scan *s, uint64_t name)
{
    return s->open_count >= s->open_max || (is_formatting(name) && s->formatting_count >= FORMATTING_MAX);
}

/* Counts a start tag; false when it must go. */
static bool take_start(struct bound_scan *s, uint64_t name)
{
    s->nodes += 1;
    if (!is_flat(name) && opens_too_much(s, name)) return false;
    s->nodes += s->formatting_count;
    if (is_flat(name)) return true;
    s->open[s->open_count++] = name;
    s->formatting_count += is_formatting(name);
    return true;
}

static void take_end(struct bound_scan *s, uint64_t name)
{
    s->nodes += 1;
    for (size_t i = s->open_count; i > 0; i--) {
        if (s->open[i - 1] != name) continue;
        memmove(s->open + i - 1, s->open + i, (s->open_count - i) * sizeof *s->open);
        s->open_count--;
        s->formatting_count -= is_formatting(name);
        return;
    }
}

/* One '<': counts the tag that it may start and returns how many bytes to go on. */
static size_t take_tag(struct bound_scan *s, uint8_t *at, size_t len)
{
    bool is_end = len > 1 && at[1] == '/';
    struct slice name = slice_make(at + 1 + is_end, len - 1 - is_end);
    name.len = name_len(name);
    if (name.len == 0) return 1;
    uint64_t packed = pack_name(name);
    if (is_end) {
        take_end(s, packed);
        return 2 + name.len;
    }
    size_t tag = tag_len(at, len);
    if (!take_start(s, packed)) {
        memset(at, ' ', tag);
        s->too_deep = true;
    }
    return tag;
}

struct slice html_bound_tree(struct extractor *x, struct slice html, struct slice where)
{
    struct bound_scan s = {.open_max = x->limits->html_depth_max};
    s.open = mem_alloc((s.open_max + 1) * sizeof *s.open);
    uint8_t *bytes = (uint8_t *)(uintptr_t)html.ptr, *end = html.len > 0 ? bytes + html.len : bytes;
    uint8_t *at = html.len > 0 ? memchr(bytes, '<', html.len) : NULL;
    while (at && s.nodes <= x->limits->html_nodes_max) {
        at += take_tag(&s, at, (size_t)(end - at));
        at = at < end ? memchr(at, '<', (size_t)(end - at)) : NULL;
    }
    free(s.open);
    if (s.too_deep) VIEW_LIMIT(x, html_depth_max, where);
    if (!at) return html;
    VIEW_LIMIT(x, html_nodes_max, where);
    return slice_head(html, (size_t)(at - bytes));
}
