/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See elsewhere.h.
 */
#include "analysis/extract/elsewhere.h"

#include "analysis/extract/readings.h"

/* Long addresses are written in pieces (RFC 2017 3.1): without the blanks between them. */
static struct slice without_blanks(struct extractor *x, struct slice url)
{
    struct slice copy = arena_copy(&x->message->arena, url);
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
    size_t kept = 0;
    for (size_t i = 0; i < copy.len; i++) {
        if (!ascii_is_space(bytes[i])) bytes[kept++] = bytes[i];
    }
    return slice_head(copy, kept);
}

/* The address that the parameters make, in the arena; empty when they make none. */
static struct slice external_address(struct extractor *x, const struct params *params)
{
    struct slice access = params_text(x, params, SLICE("access-type"));
    struct slice name = params_text(x, params, SLICE("name"));
    struct slice site = params_text(x, params, SLICE("site"));
    struct slice directory = params_text(x, params, SLICE("directory"));
    struct arena *arena = &x->message->arena;
    if (slice_equal_nocase(access, SLICE("url")))
        return without_blanks(x, params_text(x, params, SLICE("url")));
    if (slice_equal_nocase(access, SLICE("local-file")) || slice_equal_nocase(access, SLICE("afs")))
        return slice_from_cstr(arena_printf(arena, "file:%.*s", (int)name.len, (const char *)name.ptr));
    if (site.len == 0) return slice_make(NULL, 0);
    return slice_from_cstr(arena_printf(arena, "ftp://%.*s/%.*s%s%.*s", (int)site.len, (const char *)site.ptr,
                                        (int)directory.len, directory.ptr ? (const char *)directory.ptr : "",
                                        directory.len > 0 ? "/" : "", (int)name.len,
                                        name.ptr ? (const char *)name.ptr : ""));
}

bool elsewhere_read(struct extractor *x, const struct entity *entity)
{
    struct params params;
    if (!entity_is_type(entity, SLICE("message/"))) return false;
    params_parse(entity->content_type, &params);
    if (slice_equal_nocase(params.value, SLICE("message/external-body"))) {
        struct slice address = external_address(x, &params);
        if (address.len > 0) view_add_link(x, LINK_ATTACHMENT, address, SLICE(""), entity->path);
        return false;
    }
    if (!slice_equal_nocase(params.value, SLICE("message/partial"))) return false;
    readings_note(x, ODDITY_PARTIAL, entity->path, entity->content_type);
    return slice_equal(params_text(x, &params, SLICE("number")), SLICE("1"));
}
