/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The few kinds of values all structures are made of; see wire.h.
 */
#include "sensor/workers/wire.h"

void wire_raw(struct wire *w, void *bytes, size_t len)
{
    if (!wire_is_reading(w)) {
        (void)buffer_append(w->out, slice_make(bytes, len));
        return;
    }
    const uint8_t *at = cursor_bytes(&w->in, len);
    if (at && len > 0) memcpy(bytes, at, len);
    if (!at) memset(bytes, 0, len);
}

void wire_u64(struct wire *w, uint64_t *value)
{
    wire_raw(w, value, sizeof *value);
}

uint64_t wire_number(struct wire *w, uint64_t value, uint64_t max)
{
    wire_u64(w, &value);
    if (!wire_is_reading(w) || value <= max) return value;
    wire_fail(w);
    return 0;
}

void wire_slice(struct wire *w, struct slice *text)
{
    uint64_t len = text->len;
    wire_u64(w, &len);
    if (!wire_is_reading(w)) {
        (void)buffer_append(w->out, *text);
        return;
    }
    struct slice found = cursor_take(&w->in, len);
    if (found.len == 0) found = slice_make(NULL, 0);
    *text = w->arena && found.len > 0 ? arena_copy(w->arena, found) : found;
}

void wire_text(struct wire *w, char *text, size_t size)
{
    wire_raw(w, text, size);
    text[size - 1] = '\0';
}

size_t wire_count(struct wire *w, size_t count, size_t min_bytes)
{
    uint64_t said = count;
    wire_u64(w, &said);
    if (!wire_is_reading(w)) return count;
    if (!w->in.bad && said <= cursor_left(&w->in) / min_bytes) return (size_t)said;
    wire_fail(w);
    return 0;
}
