/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays and limits of the view being built; see view.h.
 */
#include "analysis/extract/view.h"

#include "analysis/extract/confusable.h"
#include "analysis/extract/url.h"
#include "analysis/extract/url_wrap.h"

/* A limit is noted at so many places of one mail at most; the first ones tell the story. */
enum { PLACES_MAX = 8, FIRST_CAP = 8 };

void *view_grow(struct arena *arena, void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) return items;
    *cap = *cap ? *cap * 2 : FIRST_CAP;
    void *grown = arena_zalloc(arena, *cap, size);
    if (count > 0) memcpy(grown, items, count * size);
    return grown;
}

void view_note_limit(struct extractor *x, const char *key, uint64_t *counter, struct slice where)
{
    struct message *m = x->message;
    size_t places = 0;
    for (size_t i = 0; i < m->limit_count; i++) {
        if (strcmp(m->limits[i].key, key) != 0) continue;
        if (slice_equal(m->limits[i].where, where)) return;
        places++;
    }
    if (places >= PLACES_MAX) return;
    (*counter)++;
    m->limits = view_grow(&m->arena, m->limits, m->limit_count, &x->limit_cap, sizeof *m->limits);
    m->limits[m->limit_count++] = (struct message_limit){key, arena_copy(&m->arena, where)};
}

struct message_header *view_add_header(struct extractor *x)
{
    struct message *m = x->message;
    if (m->header_count >= x->limits->headers_max) {
        VIEW_LIMIT(x, headers_max, SLICE("header"));
        return NULL;
    }
    m->headers = view_grow(&m->arena, m->headers, m->header_count, &x->header_cap, sizeof *m->headers);
    return &m->headers[m->header_count++];
}

struct text_part *view_add_text(struct extractor *x)
{
    struct message *m = x->message;
    m->texts = view_grow(&m->arena, m->texts, m->text_count, &x->text_cap, sizeof *m->texts);
    return &m->texts[m->text_count++];
}

struct file_part *view_add_file(struct extractor *x, struct slice where)
{
    struct message *m = x->message;
    if (m->file_count >= x->limits->files_max) {
        VIEW_LIMIT(x, files_max, where);
        return NULL;
    }
    m->files = view_grow(&m->arena, m->files, m->file_count, &x->file_cap, sizeof *m->files);
    struct file_part *file = &m->files[m->file_count++];
    file->parent = x->in_file ? x->outer_file : SIZE_MAX;
    file->is_alternate_reading =
        x->is_alternate || (x->in_file && m->files[x->outer_file].is_alternate_reading);
    file->depth = x->in_file ? m->files[x->outer_file].depth + 1 : 0;
    return file;
}

bool view_wants_links(struct extractor *x, struct slice where)
{
    if (x->message->link_count < x->limits->links_max) return true;
    VIEW_LIMIT(x, links_max, where);
    return false;
}

/* A link with its URL taken apart. */
static struct link *add_link(struct extractor *x, struct slice url)
{
    struct message *m = x->message;
    m->links = view_grow(&m->arena, m->links, m->link_count, &x->link_cap, sizeof *m->links);
    struct link *link = &m->links[m->link_count++];
    struct url_parts parts = url_parse(&m->arena, url);
    *link = (struct link){.url = url, .outer = SIZE_MAX};
    link->scheme = parts.scheme;
    link->host = parts.host;
    link->registrable = parts.registrable;
    link->host_is_ip = parts.host_is_ip;
    link->userinfo = parts.userinfo;
    link->path = parts.path;
    link->port = parts.port;
    link->tricks = parts.tricks;
    link->skeleton = confusable_skeleton_of_host(&m->arena, parts.host);
    return link;
}

/* Adds the link inside of the last one, and the one inside of that. */
static void add_inner_links(struct extractor *x, struct slice where)
{
    struct message *m = x->message;
    for (unsigned depth = 0; depth < WRAPPERS_MAX; depth++) {
        struct link outer = m->links[m->link_count - 1];
        enum link_wrapper wrapper = WRAPPER_NONE;
        struct slice inner = url_unwrap(&m->arena, &outer, &wrapper);
        if (inner.len == 0 || !view_wants_links(x, where)) return;
        size_t index = m->link_count - 1;
        struct link *link = add_link(x, inner);
        link->source = outer.source;
        link->text = outer.source == LINK_TEXT ? inner : outer.text;
        link->where = where;
        link->is_hidden = outer.is_hidden;
        link->outer = index;
        link->wrapper = wrapper;
    }
}

void view_add_link(struct extractor *x, enum link_source source, struct slice url, struct slice text,
                   struct slice where)
{
    struct message *m = x->message;
    url = slice_trim(url);
    if (url.len == 0 || !view_wants_links(x, where)) return;
    struct link *link = add_link(x, arena_copy(&m->arena, url));
    link->source = source;
    link->text = source == LINK_TEXT ? link->url : text;
    link->where = where;
    add_inner_links(x, where);
}
