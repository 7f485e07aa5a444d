/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk over multiparts: one pass over the lines with a stack of open boundaries; see parts.h. Nested
 * messages are walked by recursion, bounded by mime_depth_max.
 */
#include "analysis/extract/parts.h"

#include "analysis/extract/leaf.h"

/* An open multipart. */
struct frame {
    struct slice boundary, path;
    unsigned child_count;
    bool is_digest;
};

struct walk {
    struct extractor *x;
    struct frame *frames; /* outermost first */
    size_t frame_count;
    unsigned depth; /* of the message that is being walked */
};

/* A delimiter line found: everything before `start` is content, `rest` follows the line. */
struct delimiter {
    const uint8_t *start;
    struct slice rest;
    size_t frame;
    bool found, is_close;
};

/* Which frame's delimiter the line is, innermost first; frame_count when none. */
static size_t match_frame(const struct walk *w, struct slice line, bool *is_close)
{
    line = entity_strip_eol(line);
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) line.len--;
    struct slice name = slice_skip(line, 2);
    for (size_t i = w->frame_count; i > 0; i--) {
        struct slice boundary = w->frames[i - 1].boundary;
        if (!slice_starts(name, boundary)) continue;
        struct slice tail = slice_skip(name, boundary.len);
        *is_close = slice_equal(tail, SLICE("--"));
        if (tail.len == 0 || *is_close) return i - 1;
    }
    return w->frame_count;
}

static bool is_dashes(struct slice rest)
{
    return rest.len > 2 && rest.ptr[0] == '-' && rest.ptr[1] == '-';
}

/* The next delimiter line at or after the start of `rest`, which is the start of a line. */
static struct delimiter find_delimiter(const struct walk *w, struct slice rest)
{
    struct delimiter d = {.start = rest.ptr + rest.len, .rest = slice_skip(rest, rest.len)};
    while (rest.len > 0 && w->frame_count > 0) {
        struct slice line = entity_next_line(&rest);
        if (!is_dashes(line)) continue;
        d.frame = match_frame(w, line, &d.is_close);
        if (d.frame == w->frame_count) continue;
        d.start = line.ptr;
        d.rest = rest;
        d.found = true;
        break;
    }
    return d;
}

/* The header of a part, up to its empty line or the next delimiter. */
static struct slice read_part_header(const struct walk *w, struct slice rest, struct entity *entity)
{
    for (;;) {
        struct slice line = rest;
        bool is_close = false;
        line = is_dashes(rest) ? entity_next_line(&line) : slice_head(rest, 0);
        if (line.len > 0 && match_frame(w, line, &is_close) < w->frame_count) return rest;
        struct header_field field;
        enum status status = entity_next_field(&rest, &field);
        if (status == STATUS_LIMIT) return rest;
        if (status == STATUS_OK)
            entity_note_field(entity, &field);
        else
            (void)entity_next_line(&rest);
    }
}

static struct slice child_path(struct walk *w, const struct frame *frame)
{
    struct arena *arena = &w->x->message->arena;
    const char *dot = frame->path.len > 0 ? "." : "";
    return slice_from_cstr(arena_printf(arena, "%.*s%s%u", (int)frame->path.len,
                                        (const char *)frame->path.ptr, dot, frame->child_count));
}

/* The boundary of a multipart that names none: the first line that looks like a delimiter. */
static struct slice guess_boundary(struct slice body)
{
    enum { LOOK_AHEAD_LINES = 50 };
    for (size_t i = 0; i < LOOK_AHEAD_LINES && body.len > 0; i++) {
        struct slice line = slice_trim(entity_next_line(&body));
        if (is_dashes(line)) return slice_skip(line, 2);
    }
    return slice_make(NULL, 0);
}

/* Opens the multipart; false when the entity is none, has no boundary, or is too deep. */
static bool push_frame(struct walk *w, const struct entity *entity, struct slice path, struct slice body)
{
    if (!slice_starts_nocase(slice_trim(entity->content_type), SLICE("multipart/"))) return false;
    if (mime_encoding_find(entity->encoding) != MIME_IDENTITY && !is_dashes(slice_trim(body)) &&
        slice_find(body, SLICE("\n--")) == body.len) {
        return false; /* encoded as a whole: leaf.c decodes it and comes back */
    }
    struct extractor *x = w->x;
    if (w->depth + w->frame_count >= x->limits->mime_depth_max) {
        VIEW_LIMIT(x, mime_depth_max, path);
        return false;
    }
    struct params params;
    params_parse(entity->content_type, &params);
    struct slice boundary = params_text(x, &params, SLICE("boundary"));
    if (boundary.len == 0) boundary = guess_boundary(body);
    if (boundary.len == 0) return false;
    w->frames[w->frame_count++] = (struct frame){
        .boundary = boundary,
        .path = path,
        .is_digest = slice_equal_nocase(params.value, SLICE("multipart/digest")),
    };
    return true;
}

/* The bytes before the delimiter, without the line end that belongs to it. */
static struct slice content_before(struct slice body, const struct delimiter *d)
{
    struct slice content = slice_head(body, (size_t)(d->start - body.ptr));
    return d->found ? entity_strip_eol(content) : content;
}

static bool count_part(struct extractor *x, struct slice path)
{
    if (x->part_count < x->limits->mime_parts_max) {
        x->part_count++;
        return true;
    }
    VIEW_LIMIT(x, mime_parts_max, path);
    return false;
}

/* Reads the part that follows an opening delimiter; returns what comes after its own header or content. */
static struct delimiter take_part(struct walk *w, size_t frame_index, struct slice rest)
{
    struct frame *frame = &w->frames[frame_index];
    frame->child_count++;
    struct entity entity = {.path = child_path(w, frame)};
    bool in_digest = frame->is_digest;
    struct slice body = read_part_header(w, rest, &entity);
    if (!entity.content_type.ptr && in_digest) entity.content_type = SLICE("message/rfc822");
    size_t outer = w->frame_count;
    if (push_frame(w, &entity, entity.path, body)) {
        struct delimiter d = find_delimiter(w, body);
        bool delimiter_of_outer = !d.found || d.frame < outer;
        if (delimiter_of_outer) w->frame_count = outer;
        return d;
    }
    struct delimiter d = find_delimiter(w, body);
    leaf_take(w->x, &entity, content_before(body, &d), w->depth + (unsigned)w->frame_count);
    return d;
}

static void walk_frames(struct walk *w, struct slice body)
{
    struct delimiter d = find_delimiter(w, body);
    while (d.found) {
        w->frame_count = d.frame + 1;
        if (d.is_close) {
            w->frame_count--;
            d = find_delimiter(w, d.rest);
        } else {
            if (!count_part(w->x, w->frames[d.frame].path)) return;
            d = take_part(w, d.frame, d.rest);
        }
    }
}

void parts_walk_message(struct extractor *x, struct entity *entity, struct slice body, unsigned depth)
{
    struct walk w = {.x = x, .depth = depth};
    size_t levels = x->limits->mime_depth_max > depth ? x->limits->mime_depth_max - depth + 1 : 1;
    bool is_multipart = slice_starts_nocase(slice_trim(entity->content_type), SLICE("multipart/"));
    if (is_multipart) w.frames = arena_zalloc(&x->message->arena, levels, sizeof *w.frames);
    if (is_multipart && push_frame(&w, entity, entity->path, body)) {
        walk_frames(&w, body);
        return;
    }
    struct frame leaf = {.path = entity->path, .child_count = 1};
    entity->path = child_path(&w, &leaf);
    if (count_part(x, entity->path)) leaf_take(x, entity, body, depth);
}

void parts_walk_nested(struct extractor *x, struct slice path, struct slice bytes, unsigned depth)
{
    if (depth >= x->limits->mime_depth_max) {
        VIEW_LIMIT(x, mime_depth_max, path);
        return;
    }
    struct walk none = {.x = x};
    struct entity entity = {.path = path};
    struct slice body = read_part_header(&none, bytes, &entity);
    parts_walk_message(x, &entity, body, depth);
}
