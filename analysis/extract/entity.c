/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Header fields as bytes; see entity.h.
 */
#include "analysis/extract/entity.h"

struct slice entity_next_line(struct slice *rest)
{
    size_t len = slice_index(*rest, '\n');
    struct slice line = slice_head(*rest, len + 1);
    *rest = slice_skip(*rest, line.len);
    return line;
}

struct slice entity_strip_eol(struct slice line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\n') line.len--;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

static bool is_fold(struct slice rest)
{
    return rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
}

/* Length of the field name before the colon; 0 when the line is no field. Blanks before the colon are
 * tolerated. */
static size_t name_len(struct slice line, size_t *value_at)
{
    size_t i = 0;
    while (i < line.len && line.ptr[i] > 0x20 && line.ptr[i] != 0x7f && line.ptr[i] != ':') i++;
    size_t len = i;
    while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t')) i++;
    if (i >= line.len || line.ptr[i] != ':') return 0;
    *value_at = i + 1;
    return len;
}

enum status entity_next_field(struct slice *rest, struct header_field *field)
{
    if (rest->len == 0) return STATUS_LIMIT;
    struct slice after = *rest;
    struct slice line = entity_next_line(&after);
    if (entity_strip_eol(line).len == 0) {
        *rest = after;
        return STATUS_LIMIT;
    }
    size_t value_at = 0, len = name_len(line, &value_at);
    if (len == 0) return STATUS_BAD;
    field->name = slice_head(line, len);
    while (is_fold(after)) {
        struct slice folded = after;
        if (entity_strip_eol(entity_next_line(&folded)).len == 0) break;
        after = folded;
    }
    size_t total = rest->len - after.len;
    field->value = entity_strip_eol(slice_make(rest->ptr + value_at, total - value_at));
    *rest = after;
    return STATUS_OK;
}

void entity_note_field(struct entity *entity, const struct header_field *field)
{
    const struct {
        struct slice name;
        struct slice *value, *last;
    } wanted[] = {
        {SLICE("Content-Type"), &entity->content_type, &entity->last_content_type},
        {SLICE("Content-Disposition"), &entity->disposition, &entity->last_disposition},
        {SLICE("Content-Transfer-Encoding"), &entity->encoding, &entity->last_encoding},
        {SLICE("Content-ID"), &entity->content_id, &entity->last_content_id},
    };
    if (field->name.len < 10 || ascii_lower(field->name.ptr[0]) != 'c') return;
    struct slice name = slice_head(field->name, slice_index(field->name, '('));
    bool has_comment = name.len < field->name.len; /* RFC 822 allowed it; most do not know the field then */
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (!slice_equal_nocase(name, wanted[i].name)) continue;
        *(has_comment || wanted[i].value->ptr ? wanted[i].last : wanted[i].value) = field->value;
    }
}

void entity_note_break(struct header_break *at, const struct entity *entity, struct slice rest)
{
    if (at->seen) return;
    *at = (struct header_break){.entity = *entity, .body = rest, .seen = true};
}

bool entity_same_fields(const struct entity *a, const struct entity *b)
{
    return slice_equal(a->content_type, b->content_type) && slice_equal(a->encoding, b->encoding) &&
           slice_equal(a->disposition, b->disposition);
}

bool entity_is_type(const struct entity *entity, struct slice type)
{
    return slice_starts_nocase(params_skip_comments(entity->content_type), type);
}

struct slice entity_find_body(const struct header_break *at, struct slice body)
{
    if (!at->seen || at->field_count > 0) return body;
    struct slice from_break = at->body, rest = at->body;
    if (memchr(rest.ptr, 0, (size_t)(body.ptr - rest.ptr))) return body; /* a field that NUL spoils */
    /* a line of blanks is the empty line that was meant */
    return slice_trim(entity_next_line(&rest)).len == 0 ? rest : from_break;
}
