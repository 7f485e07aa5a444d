/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where mail programs differ in what an entity is (RFC 2045 5 and 6, RFC 2046 5.1); see walk.h.
 */
#include "analysis/extract/readings.h"
#include "analysis/extract/walk.h"

void walk_again_later(struct walk *w, const struct again *again, size_t outer_count)
{
    struct arena *arena = &w->x->message->arena;
    if (!readings_allow(w->x, again->entity.path)) return;
    w->agains = view_grow(arena, w->agains, w->again_count, &w->again_cap, sizeof *w->agains);
    struct again *kept = &w->agains[w->again_count++];
    *kept = *again;
    kept->outer_count = outer_count;
    kept->outer = arena_zalloc(arena, outer_count + 1, sizeof *kept->outer);
    if (outer_count > 0) memcpy(kept->outer, w->frames, outer_count * sizeof *kept->outer);
}

struct slice walk_guess_boundary(struct slice body)
{
    enum { LOOK_AHEAD_LINES = 50 };
    for (size_t i = 0; i < LOOK_AHEAD_LINES && body.len > 0; i++) {
        struct slice line = slice_trim(entity_next_line(&body));
        if (walk_is_dashes(line)) return slice_skip(line, 2);
    }
    return slice_make(NULL, 0);
}

void ambiguity_note_delimiter(struct walk *w, const struct frame *frame, size_t outer_count, enum oddity kind,
                              struct slice line)
{
    struct again again = {.entity = frame->entity, .body = frame->body, .what = line, .kind = kind};
    again.matching.by_prefix = kind == ODDITY_BOUNDARY_PREFIX;
    again.matching.never_closes = kind == ODDITY_BEHIND_CLOSE;
    again.entity.boundary = frame->boundary;
    walk_again_later(w, &again, outer_count);
}

/* The same media type with the same boundary. */
static bool same_type(struct extractor *x, struct slice a, struct slice b)
{
    struct params first, second;
    if (slice_equal(slice_trim(a), slice_trim(b))) return true;
    params_parse(a, &first);
    params_parse(b, &second);
    return slice_equal_nocase(first.value, second.value) &&
           slice_equal(params_text(x, &first, SLICE("boundary")), params_text(x, &second, SLICE("boundary")));
}

static void note_types(struct walk *w, const struct entity *entity, struct slice body, size_t outer_count)
{
    struct slice last = entity->last_content_type;
    if (!last.ptr || same_type(w->x, entity->content_type, last)) return;
    struct again again = {.entity = *entity, .body = body, .what = last, .kind = ODDITY_TYPES};
    again.entity.content_type = last;
    again.entity.last_content_type = entity->content_type;
    walk_again_later(w, &again, outer_count);
}

static bool is_type_char(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c != 0 && strchr("/-+._", c));
}

/* A media type among other characters, with the parameters as they are; ptr is NULL when there is none, or
 * when it stands as it should. */
static struct slice cleaned_type(struct extractor *x, struct slice field)
{
    enum { TYPE_MAX_CHARS = 100 };
    char type[TYPE_MAX_CHARS];
    field = params_skip_comments(field);
    size_t end = slice_index(field, ';'), len = 0;
    struct slice value = slice_trim(slice_head(field, end));
    bool has_slash = false, has_subtype = false;
    for (size_t i = 0; i < value.len && value.ptr[i] != '(' && len < sizeof type; i++) {
        if (has_subtype && ascii_is_space(value.ptr[i])) break;
        if (!is_type_char(value.ptr[i])) continue;
        has_subtype = has_slash;
        has_slash |= value.ptr[i] == '/';
        type[len++] = (char)value.ptr[i];
    }
    struct slice clean = slice_make(type, len);
    size_t slash = slice_index(clean, '/');
    if (slash == 0 || slash + 1 >= clean.len || slice_starts(value, clean)) return slice_make(NULL, 0);
    struct slice rest = slice_skip(field, end);
    return slice_from_cstr(arena_printf(&x->message->arena, "%.*s%.*s", (int)clean.len, type, (int)rest.len,
                                        (const char *)rest.ptr));
}

static void note_misspelt(struct walk *w, const struct entity *entity, struct slice body, size_t outer_count)
{
    struct slice clean = cleaned_type(w->x, entity->content_type);
    if (!clean.ptr || same_type(w->x, entity->content_type, clean)) return;
    struct again again = {
        .entity = *entity, .body = body, .what = entity->content_type, .kind = ODDITY_MISSPELT_TYPE};
    again.entity.content_type = clean;
    walk_again_later(w, &again, outer_count);
}

/* True when a line of the body begins with the boundary. */
static bool has_delimiter(struct slice body, struct slice boundary)
{
    while (body.len > 0) {
        if (walk_is_dashes(body) && slice_starts(slice_skip(body, 2), boundary)) return true;
        size_t next = slice_find(body, SLICE("\n--"));
        if (next == body.len) return false;
        body = slice_skip(body, next + 1);
    }
    return false;
}

static void note_boundaries(struct walk *w, const struct entity *entity, struct slice body,
                            size_t outer_count)
{
    enum { CANDIDATES = 6, BOUNDARY_MAX_CHARS = 70 };
    struct slice found[CANDIDATES];
    struct params params;
    if (!entity_is_type(entity, SLICE("multipart/"))) return;
    params_parse(entity->content_type, &params);
    size_t count = params_readings(w->x, &params, SLICE("boundary"), found, CANDIDATES);
    if (count > 0 && found[0].len > BOUNDARY_MAX_CHARS)
        readings_note(w->x, ODDITY_BOUNDARY_LONG, entity->path, found[0]);
    for (size_t i = 1; i < count; i++) {
        if (found[i].len == 0 || slice_equal(found[i], found[0])) continue;
        if (!readings_allow(w->x, entity->path) || !has_delimiter(body, found[i])) continue;
        struct again again = {
            .entity = *entity, .body = body, .what = entity->content_type, .kind = ODDITY_BOUNDARIES};
        again.entity.boundary = found[i];
        walk_again_later(w, &again, outer_count);
        return;
    }
}

static void note_break(struct walk *w, const struct entity *entity, const struct header_break *at,
                       size_t outer_count)
{
    if (!at->seen || entity_same_fields(&at->entity, entity)) return;
    struct again again = {.entity = at->entity, .body = at->body, .kind = ODDITY_HEADER_BREAK};
    struct slice line = at->body;
    again.what = entity_next_line(&line);
    again.entity.path = entity->path;
    walk_again_later(w, &again, outer_count);
}

/* The two one after the other. */
static struct slice join(struct extractor *x, struct slice a, struct slice b)
{
    if (a.len == 0) return b;
    struct buffer joined = buffer_make(a.len + b.len);
    (void)buffer_append(&joined, a);
    (void)buffer_append(&joined, b);
    struct slice copy = arena_copy(&x->message->arena, buffer_slice(&joined));
    buffer_free(&joined);
    return copy;
}

static void note_control(struct walk *w, const struct entity *entity, struct slice header, struct slice body,
                         size_t outer_count)
{
    struct slice rest = readings_clean_header(w->x, header);
    if (rest.ptr == header.ptr) return;
    struct again again = {.entity.path = entity->path, .kind = ODDITY_HEADER_CONTROL, .what = header};
    enum status status;
    do {
        struct header_field field;
        status = entity_next_field(&rest, &field);
        if (status == STATUS_OK) entity_note_field(&again.entity, &field);
        if (status == STATUS_BAD) (void)entity_next_line(&rest);
    } while (status != STATUS_LIMIT);
    if (entity_same_fields(&again.entity, entity)) return;
    if (rest.len > 0 && !readings_allow(w->x, entity->path)) return;
    again.body = join(w->x, rest, body);
    walk_again_later(w, &again, outer_count);
}

void ambiguity_note(struct walk *w, const struct entity *entity, struct slice header, struct slice body,
                    const struct header_break *at, size_t outer_count)
{
    if (w->x->is_alternate) return;
    note_types(w, entity, body, outer_count);
    note_misspelt(w, entity, body, outer_count);
    note_boundaries(w, entity, body, outer_count);
    note_break(w, entity, at, outer_count);
    note_control(w, entity, header, body, outer_count);
}

/* The content with a line feed for each carriage return that stands alone, when such end the lines before
 * delimiters. */
static struct slice with_line_feeds(struct extractor *x, struct slice content)
{
    if (slice_find(content, SLICE("\r--")) == content.len) return slice_make(NULL, 0);
    struct slice copy = arena_copy(&x->message->arena, content);
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++) {
        if (bytes[i] == '\r' && (i + 1 >= copy.len || bytes[i + 1] != '\n')) bytes[i] = '\n';
    }
    return copy;
}

void ambiguity_note_missing(struct walk *w, const struct entity *entity, struct slice content,
                            size_t outer_count)
{
    if (w->x->is_alternate || slice_trim(content).len == 0 || !readings_allow(w->x, entity->path)) return;
    struct again again = {
        .entity = *entity, .body = content, .what = entity->content_type, .kind = ODDITY_BOUNDARY_MISSING};
    struct slice lines = with_line_feeds(w->x, content);
    if (lines.ptr) again.body = lines;
    again.entity.boundary = walk_guess_boundary(again.body);
    if (again.entity.boundary.len == 0) again.entity.content_type = SLICE("text/plain");
    walk_again_later(w, &again, outer_count);
}

void ambiguity_note_open(struct walk *w, const struct frame *frame)
{
    /* reports quote mails that were cut */
    bool may_be_cut = w->depth > 0 || entity_is_type(&w->frames[0].entity, SLICE("multipart/report"));
    if (!frame->was_met || may_be_cut || !mail_is_complete(w->x->mail)) return;
    readings_note(w->x, ODDITY_NOT_CLOSED, frame->path, frame->boundary);
}
