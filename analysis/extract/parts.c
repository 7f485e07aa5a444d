/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The walk over multiparts: one pass over the lines with a stack of open boundaries; see parts.h. Nested
 * messages are walked by recursion, bounded by mime_depth_max.
 */
#include "analysis/extract/parts.h"

#include "analysis/extract/leaf.h"
#include "analysis/extract/readings.h"
#include "analysis/extract/walk.h"

/* A delimiter line found: everything before `start` is content, `rest` follows the line. */
struct delimiter {
    const uint8_t *start;
    struct slice rest;
    size_t frame;
    bool found, is_close;
};

/* How the line ends the part before it. */
enum delimiting { DELIMITS_NOT, DELIMITS_PART, DELIMITS_ALL, DELIMITS_BY_PREFIX };

/* `name`: the line without its dashes and the blanks at its end. */
static enum delimiting delimits(const struct matching *how, struct slice boundary, struct slice name)
{
    if (!slice_starts(name, boundary)) return DELIMITS_NOT;
    struct slice tail = slice_skip(name, boundary.len);
    bool is_close = slice_equal(tail, SLICE("--"));
    if (tail.len == 0 || (is_close && how->never_closes)) return DELIMITS_PART;
    if (is_close) return DELIMITS_ALL;
    if (!how->by_prefix) return DELIMITS_BY_PREFIX;
    return slice_starts(tail, SLICE("--")) ? DELIMITS_ALL : DELIMITS_PART;
}

/* A line that an open multipart's boundary begins, or a boundary that is closed already. */
static void note_near_delimiter(struct walk *w, struct slice name)
{
    static const struct matching exact = {0};
    if (w->x->is_alternate) return;
    for (size_t i = w->frame_count; i > 0; i--) {
        struct frame *frame = &w->frames[i - 1];
        if (frame->was_prefix_met || delimits(&exact, frame->boundary, name) != DELIMITS_BY_PREFIX) continue;
        frame->was_prefix_met = true;
        ambiguity_note_delimiter(w, frame, i - 1, ODDITY_BOUNDARY_PREFIX, name);
        return;
    }
    struct frame *closed = &w->closed;
    if (closed->boundary.len == 0 || !slice_equal(closed->boundary, name)) return;
    ambiguity_note_delimiter(w, closed, w->frame_count, ODDITY_BEHIND_CLOSE, name);
    closed->boundary.len = 0;
}

/* Which frame's delimiter the line is, innermost first; frame_count when none. */
static size_t match_frame(struct walk *w, struct slice line, bool *is_close)
{
    line = entity_strip_eol(line);
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) line.len--;
    struct slice name = slice_skip(line, 2);
    for (size_t i = w->frame_count; i > 0; i--) {
        static const struct matching exact = {0};
        const struct matching *how = i > w->base ? &w->matching : &exact;
        enum delimiting found = delimits(how, w->frames[i - 1].boundary, name);
        if (found == DELIMITS_NOT || found == DELIMITS_BY_PREFIX) continue;
        *is_close = found == DELIMITS_ALL;
        return i - 1;
    }
    note_near_delimiter(w, name);
    return w->frame_count;
}

/* The next delimiter line at or after the start of `rest`, which is the start of a line. */
static struct delimiter find_delimiter(struct walk *w, struct slice rest)
{
    struct delimiter d = {.start = rest.ptr + rest.len, .rest = slice_skip(rest, rest.len)};
    while (rest.len > 0 && (w->frame_count > 0 || w->closed.boundary.len > 0)) {
        struct slice line = entity_next_line(&rest);
        if (!walk_is_dashes(line)) continue;
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
static struct slice read_part_header(struct walk *w, struct slice rest, struct entity *entity,
                                     struct header_break *at)
{
    for (;;) {
        struct slice line = rest;
        bool is_close = false;
        line = walk_is_dashes(rest) ? entity_next_line(&line) : slice_head(rest, 0);
        if (line.len > 0 && match_frame(w, line, &is_close) < w->frame_count)
            return entity_find_body(at, rest);
        struct header_field field;
        enum status status = entity_next_field(&rest, &field);
        if (status == STATUS_LIMIT) return entity_find_body(at, rest);
        if (status == STATUS_OK) {
            entity_note_field(entity, &field);
            entity_count_field(at);
            continue;
        }
        entity_note_break(at, entity, rest);
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

/* The boundary that most programs go by. */
static struct slice find_boundary(struct extractor *x, const struct entity *entity, struct slice body)
{
    if (entity->boundary.len > 0) return entity->boundary;
    struct params params;
    params_parse(entity->content_type, &params);
    struct slice boundary = params_text(x, &params, SLICE("boundary"));
    return boundary.len > 0 ? boundary : walk_guess_boundary(body);
}

/* Opens the multipart; false when the entity is none, has no boundary, or is too deep. */
static bool push_frame(struct walk *w, const struct entity *entity, struct slice body)
{
    if (!entity_is_type(entity, SLICE("multipart/"))) return false;
    if (mime_encoding_find(entity->encoding) != MIME_IDENTITY && !walk_is_dashes(slice_trim(body)) &&
        slice_find(body, SLICE("\n--")) == body.len) {
        return false; /* encoded as a whole: leaf.c decodes it and comes back */
    }
    struct extractor *x = w->x;
    if (w->depth + w->frame_count >= x->limits->mime_depth_max || w->frame_count >= w->level_max) {
        VIEW_LIMIT(x, mime_depth_max, entity->path);
        return false;
    }
    struct slice boundary = find_boundary(x, entity, body);
    if (boundary.len == 0) return false;
    bool is_alternative = entity_is_type(entity, SLICE("multipart/alternative"));
    w->frames[w->frame_count++] = (struct frame){
        .boundary = boundary,
        .path = entity->path,
        .entity = *entity,
        .body = body,
        .is_digest = entity_is_type(entity, SLICE("multipart/digest")),
        .alternative = is_alternative ? ++x->alternative_count : entity->alternative,
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

/* Reads the entity as what its fields say; returns the delimiter that follows its header (multiparts) or its
 * content. */
static struct delimiter take_entity(struct walk *w, const struct entity *entity, struct slice body)
{
    size_t outer = w->frame_count;
    bool is_multipart = push_frame(w, entity, body);
    struct delimiter d = find_delimiter(w, body);
    if (!is_multipart) {
        leaf_take(w->x, entity, content_before(body, &d), w->depth + (unsigned)w->frame_count);
        return d;
    }
    if (d.found && d.frame >= outer) {
        w->frames[d.frame].was_met = true;
        return d;
    }
    w->frame_count = outer;
    ambiguity_note_missing(w, entity, content_before(body, &d), outer);
    return d;
}

/* Reads the part that follows an opening delimiter; returns what comes after its own header or content. */
static struct delimiter take_part(struct walk *w, size_t frame_index, struct slice rest)
{
    struct frame *frame = &w->frames[frame_index];
    frame->child_count++;
    struct entity entity = {.path = child_path(w, frame), .alternative = frame->alternative};
    bool in_digest = frame->is_digest;
    struct header_break at = {.seen = false};
    struct slice body = read_part_header(w, rest, &entity, &at);
    if (!entity.content_type.ptr && in_digest) entity.content_type = SLICE("message/rfc822");
    size_t outer = w->frame_count;
    struct delimiter d = take_entity(w, &entity, body);
    struct slice header = slice_make(rest.ptr, (size_t)(body.ptr - rest.ptr));
    ambiguity_note(w, &entity, header, body, &at, outer);
    return d;
}

/* Goes on at a delimiter, to the end of the message or of the frames that are walked. */
static void walk_frames(struct walk *w, struct delimiter d)
{
    while (d.found && d.frame >= w->base) {
        for (size_t i = d.frame + 1; i < w->frame_count; i++) ambiguity_note_open(w, &w->frames[i]);
        w->frame_count = d.frame + 1;
        if (d.is_close) {
            w->frame_count--;
            w->closed = w->frames[d.frame];
            d = find_delimiter(w, d.rest);
        } else {
            if (!count_part(w->x, w->frames[d.frame].path)) return;
            d = take_part(w, d.frame, d.rest);
        }
    }
    for (size_t i = w->base; i < w->frame_count && !d.found; i++) ambiguity_note_open(w, &w->frames[i]);
}

/* Makes the readings that were put off. What they find leads to no others. */
static void walk_again(struct walk *w)
{
    for (size_t i = 0; i < w->again_count; i++) {
        struct again *again = &w->agains[i];
        struct walk other = {.x = w->x, .frames = w->frames, .level_max = w->level_max, .depth = w->depth};
        if (again->outer_count > 0)
            memcpy(other.frames, again->outer, again->outer_count * sizeof *other.frames);
        other.frame_count = other.base = again->outer_count;
        other.matching = again->matching;
        again->entity.path = readings_begin(w->x, again->kind, again->entity.path, again->what);
        struct delimiter d = take_entity(&other, &again->entity, again->body);
        if (other.frame_count > other.base) walk_frames(&other, d);
        readings_end(w->x);
    }
}

/* A message that is one leaf goes by the path of its only part. */
static void walk_root(struct walk *w, const struct parts_root *root)
{
    if (push_frame(w, &root->entity, root->body)) {
        w->frame_count = 0;
        walk_frames(w, take_entity(w, &root->entity, root->body));
        return;
    }
    struct entity entity = root->entity;
    struct frame message = {.path = entity.path, .child_count = 1};
    entity.path = child_path(w, &message);
    if (count_part(w->x, entity.path)) leaf_take(w->x, &entity, root->body, w->depth);
}

void parts_walk_message(struct extractor *x, const struct parts_root *root, unsigned depth)
{
    struct walk w = {.x = x, .depth = depth};
    w.level_max = x->limits->mime_depth_max > depth ? x->limits->mime_depth_max - depth + 1 : 1;
    w.frames = arena_zalloc(&x->message->arena, w.level_max, sizeof *w.frames);
    walk_root(&w, root);
    ambiguity_note(&w, &root->entity, root->header, root->body, &root->at, 0);
    walk_again(&w);
}

void parts_walk_nested(struct extractor *x, struct slice path, struct slice bytes, unsigned depth)
{
    if (depth >= x->limits->mime_depth_max) {
        VIEW_LIMIT(x, mime_depth_max, path);
        return;
    }
    struct walk none = {.x = x};
    struct parts_root root = {.entity.path = path};
    root.body = read_part_header(&none, bytes, &root.entity, &root.at);
    root.header = slice_make(bytes.ptr, (size_t)(root.body.ptr - bytes.ptr));
    parts_walk_message(x, &root, depth);
}
