/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The charset of member names, out of all of them; see names.h.
 */
#include "analysis/inspect/names.h"

#include "analysis/inspect/inspect.h"
#include "base/utf8.h"

enum { JOINED_MAX_BYTES = 64 * 1024, UTF8_PER_BYTE_MAX = 4 };

bool names_is_plain(struct slice raw)
{
    return utf8_valid(raw) && slice_index(raw, 0x1b) == raw.len;
}

void names_add(struct extractor *x, struct member_names *names, size_t index, struct slice raw)
{
    struct arena *arena = &x->message->arena;
    names->joined.max = JOINED_MAX_BYTES;
    if (raw.len + 1 <=
        JOINED_MAX_BYTES - names->joined.len) { /* no name is cut in the middle of a character */
        (void)buffer_append(&names->joined, raw);
        (void)buffer_append_byte(&names->joined, '\n');
    }
    names->items = view_grow(arena, names->items, names->count, &names->cap, sizeof *names->items);
    names->items[names->count++] = (struct member_name){index, arena_copy(arena, raw)};
}

static void rename_one(struct extractor *x, const struct member_name *name, enum charset charset)
{
    struct buffer out = buffer_make(name->raw.len * UTF8_PER_BYTE_MAX + 1);
    if (charset_convert(&x->charsets, charset, name->raw, &out) == 0)
        inspect_rename_child(x, name->index, buffer_slice(&out));
    buffer_free(&out);
}

void names_settle(struct extractor *x, struct member_names *names)
{
    enum charset charset = charset_guess(buffer_slice(&names->joined));
    bool is_known = charset != CHARSET_NONE && charset != CHARSET_ASCII;
    for (size_t i = 0; is_known && i < names->count; i++) rename_one(x, &names->items[i], charset);
    buffer_free(&names->joined);
}
