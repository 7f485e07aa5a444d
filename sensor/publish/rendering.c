/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory of renderings, and numbers in finished records; see rendering.h.
 */
#include "sensor/publish/rendering.h"

#include <inttypes.h>

enum { RENDERING_MAX_BYTES = 1 << 30 };

struct rendering rendering_make(void)
{
    return (struct rendering){.bytes = buffer_make(RENDERING_MAX_BYTES)};
}

void rendering_free(struct rendering *rendering)
{
    buffer_free(&rendering->bytes);
}

/* Quotes inside of texts and keys are escaped: these bytes stand nowhere else in the document. */
uint64_t rendering_find_seq(const struct buffer *out, size_t from)
{
    struct slice needle = SLICE("\"mailtap\":{\"seq\":");
    struct slice document = slice_skip(buffer_slice(out), from);
    size_t at = slice_find(document, needle);
    return at < document.len ? at + needle.len : RENDERED_NO_SEQ;
}

void rendering_number(struct buffer *out, const struct rendering *rendering,
                      const struct rendered_record *record, uint64_t seq)
{
    struct slice text = slice_head(slice_skip(buffer_slice(&rendering->bytes), record->at), record->len);
    buffer_clear(out);
    if (record->seq_at >= text.len) {
        (void)buffer_append(out, text);
        return;
    }
    (void)buffer_append(out, slice_head(text, record->seq_at));
    (void)buffer_printf(out, "%" PRIu64, seq);
    (void)buffer_append(out, slice_skip(text, record->seq_at + 1));
}
