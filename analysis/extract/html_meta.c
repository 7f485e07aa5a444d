/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See html_meta.h; html_find_charset() of html.h stands here too.
 */
#include "analysis/extract/html_meta.h"

#include "analysis/extract/html.h"

enum { META_LOOK_BYTES = 4096, FONTS_MAX = 32, FONT_MAX_BYTES = 200, BASE_MAX_BYTES = 2048 };

struct slice html_refresh_url(struct slice content)
{
    size_t at = slice_find_nocase(content, SLICE("url"));
    if (at == content.len) return slice_make(NULL, 0);
    struct slice url = slice_trim(slice_skip(content, at + 3));
    if (url.len == 0 || url.ptr[0] != '=') return slice_make(NULL, 0);
    url = slice_trim(slice_skip(url, 1));
    if (url.len > 0 && (url.ptr[0] == '"' || url.ptr[0] == '\'')) {
        uint8_t quote = url.ptr[0];
        url = slice_skip(url, 1);
        url.len = slice_index(url, quote);
    }
    return url;
}

static bool is_absolute(struct slice url)
{
    for (size_t i = 0; i < url.len && url.ptr[i] < 0x80; i++) {
        uint8_t c = url.ptr[i];
        if (c == ':') return i > 0;
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && !memchr("+-.\t\r\n", c, 6)) break;
    }
    return false;
}

/* How much of the base stays before the URL: scheme, host, or everything up to the last slash. */
static size_t kept_of_base(struct slice base, struct slice url)
{
    size_t scheme = slice_find(base, SLICE("://"));
    if (scheme == base.len) return 0;
    size_t host = scheme + 3, path = host + slice_index(slice_skip(base, host), '/');
    bool slash = url.ptr[0] == '/' || url.ptr[0] == '\\';
    if (slash && url.len > 1 && (url.ptr[1] == '/' || url.ptr[1] == '\\')) return scheme + 1;
    if (slash || path >= base.len) return path < base.len ? path : base.len;
    size_t end = base.len;
    while (base.ptr[end - 1] != '/') end--;
    return end;
}

struct slice html_resolve(struct arena *arena, struct slice base, struct slice url)
{
    url = slice_trim(url);
    if (url.len == 0 || url.ptr[0] == '#' || is_absolute(url)) return url;
    size_t keep = base.len > BASE_MAX_BYTES ? 0 : kept_of_base(base, url);
    if (keep == 0) return url;
    bool needs_slash = base.ptr[keep - 1] != '/' && url.ptr[0] != '/' && url.ptr[0] != '\\';
    uint8_t *joined = arena_zalloc(arena, keep + url.len + 2, 1);
    memcpy(joined, base.ptr, keep);
    if (needs_slash) joined[keep] = '/';
    memcpy(joined + keep + needs_slash, url.ptr, url.len);
    return slice_make(joined, keep + needs_slash + url.len);
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

struct html_fonts html_fonts_make(void)
{
    return (struct html_fonts){.names = buffer_make((size_t)FONTS_MAX * (FONT_MAX_BYTES + 1))};
}

void html_fonts_add(struct html_fonts *fonts, struct slice family)
{
    family = slice_trim(family);
    if (family.len == 0 || family.len > FONT_MAX_BYTES || fonts->count >= FONTS_MAX) return;
    if (slice_index(family, '\n') < family.len) return;
    struct slice all = buffer_slice(&fonts->names);
    for (struct slice one; (one = slice_next_token(&all, '\n')).ptr;) {
        if (slice_equal(one, family)) return;
    }
    (void)buffer_append(&fonts->names, family);
    (void)buffer_append_byte(&fonts->names, '\n');
    fonts->count++;
}
