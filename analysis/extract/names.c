/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See names.h.
 */
#include "analysis/extract/names.h"

#include "analysis/extract/files.h"

static void add_name(struct names *names, struct slice name)
{
    if (name.len == 0 || names->count == NAMES_MAX) return;
    for (size_t i = 0; i < names->count; i++) {
        if (slice_equal(names->items[i], name)) return;
    }
    names->items[names->count++] = name;
}

static void read_field(struct extractor *x, struct slice field, struct slice parameter, struct names *names)
{
    struct params params;
    struct slice readings[NAMES_MAX];
    if (field.len == 0) return;
    params_parse(field, &params);
    size_t count = params_readings(x, &params, parameter, readings, NAMES_MAX);
    for (size_t i = 0; i < count; i++) add_name(names, readings[i]);
}

void names_read(struct extractor *x, const struct entity *entity, struct names *names)
{
    names->count = 0;
    read_field(x, entity->disposition, SLICE("filename"), names);
    read_field(x, entity->content_type, SLICE("name"), names);
    read_field(x, entity->last_disposition, SLICE("filename"), names);
    read_field(x, entity->last_content_type, SLICE("name"), names);
}

struct slice names_first(const struct names *names)
{
    return names->count > 0 ? names->items[0] : SLICE("");
}

void names_give(struct extractor *x, const struct names *names, struct file_part *file)
{
    file->name = names_first(names);
    if (names->count < 2) return;
    file->other_names = arena_zalloc(&x->message->arena, names->count - 1, sizeof *file->other_names);
    for (size_t i = 1; i < names->count; i++)
        file->other_names[file->other_name_count++] =
            (struct file_name){names->items[i], files_extension(x, names->items[i])};
}
