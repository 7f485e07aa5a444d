/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See readings.h.
 */
#include "analysis/extract/readings.h"

#include "analysis/extract/view.h"
#include "base/siphash.h"

enum { PLACES_MAX = 4, WHAT_MAX_BYTES = 160 };

static const struct {
    const char *name, *text;
    bool is_trick;
} oddities[] = {
#define ODDITY(id_, name_, is_trick_, text_) {.name = (name_), .text = (text_), .is_trick = (is_trick_)},
#include "analysis/oddities.def"
#undef ODDITY
};

const char *oddity_name(enum oddity kind)
{
    return oddities[kind].name;
}

const char *oddity_text(enum oddity kind)
{
    return oddities[kind].text;
}

bool oddity_is_trick(enum oddity kind)
{
    return oddities[kind].is_trick;
}

void readings_note(struct extractor *x, enum oddity kind, struct slice where, struct slice what)
{
    struct message *m = x->message;
    size_t places = 0;
    if (x->is_alternate) return;
    for (size_t i = 0; i < m->oddity_count; i++) places += m->oddities[i].kind == kind;
    if (places >= PLACES_MAX) return;
    m->oddities = view_grow(&m->arena, m->oddities, m->oddity_count, &x->oddity_cap, sizeof *m->oddities);
    what = arena_copy(&m->arena, slice_head(slice_trim(what), WHAT_MAX_BYTES));
    m->oddities[m->oddity_count++] = (struct message_oddity){.kind = kind, .where = where, .what = what};
}

bool readings_allow(struct extractor *x, struct slice path)
{
    if (x->is_alternate) return false;
    if (x->reading_count >= x->limits->mime_readings_max) {
        VIEW_LIMIT(x, mime_readings_max, path);
        return false;
    }
    x->reading_count++;
    return true;
}

struct slice readings_begin(struct extractor *x, enum oddity kind, struct slice path, struct slice what)
{
    path = slice_from_cstr(arena_printf(&x->message->arena, "%.*s~%zu", (int)path.len, (const char *)path.ptr,
                                        ++x->readings_made));
    readings_note(x, kind, path, what);
    x->is_alternate = true;
    return path;
}

void readings_end(struct extractor *x)
{
    x->is_alternate = false;
}

void readings_drop_twin_file(struct extractor *x)
{
    struct message *m = x->message;
    if (!x->is_alternate || m->file_count == 0) return;
    const struct file_part *last = &m->files[m->file_count - 1];
    for (size_t i = 0; i + 1 < m->file_count; i++) {
        const struct file_part *file = &m->files[i];
        if (strcmp(file->sha256, last->sha256) != 0 || !slice_equal(file->name, last->name)) continue;
        m->files[--m->file_count] = (struct file_part){0};
        return;
    }
}

/* Digests of all texts, made when the first other reading asks. */
static const uint64_t *text_digests(struct extractor *x)
{
    const struct message *m = x->message;
    while (x->digest_count < m->text_count) {
        x->text_digests = view_grow(&x->message->arena, x->text_digests, x->digest_count, &x->digest_cap,
                                    sizeof *x->text_digests);
        const struct text_part *text = &m->texts[x->digest_count];
        x->text_digests[x->digest_count++] = quick_digest(text->is_html, text->text);
    }
    return x->text_digests;
}

void readings_drop_twin_text(struct extractor *x, size_t link_count)
{
    struct message *m = x->message;
    if (!x->is_alternate || m->text_count == 0) return;
    const uint64_t *digests = text_digests(x);
    size_t last = m->text_count - 1;
    for (size_t i = 0; i < last; i++) {
        if (digests[i] != digests[last]) continue;
        x->digest_count = m->text_count = last;
        m->link_count = link_count;
        return;
    }
}

struct slice readings_clean_header(struct extractor *x, struct slice header)
{
    size_t kept = 0;
    bool is_clean = header.len == 0 || !memchr(header.ptr, 0, header.len);
    for (size_t i = 0; is_clean && i < header.len; i++)
        is_clean = header.ptr[i] != '\r' || i + 1 >= header.len || header.ptr[i + 1] == '\n';
    if (is_clean) return header;
    uint8_t *out = arena_zalloc(&x->message->arena, header.len, 1);
    for (size_t i = 0; i < header.len; i++) {
        bool is_alone = header.ptr[i] == '\r' && i + 1 < header.len && header.ptr[i + 1] != '\n';
        if (header.ptr[i] != 0) out[kept++] = is_alone ? '\n' : header.ptr[i];
    }
    return slice_make(out, kept);
}
