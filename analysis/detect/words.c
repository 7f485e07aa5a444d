/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matching with word boundaries for ASCII words; see words.h. Work is linear in the text: every word is noted
 * once, by a bitmap over all words.
 */
#include "analysis/detect/words.h"

#include "base/utf8.h"

enum { CONTEXT_BYTES = 30 };

struct matcher {
    const struct knowledge *knowledge;
    struct word_hits *hits;
    bool *seen;
    struct slice text;
    enum word_place place;
    bool whole; /* this pass takes the ASCII words, else the others */
};

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* True when the ASCII word at this place is not a piece of a longer one. */
static bool stands_alone(struct slice text, size_t offset, size_t len)
{
    bool first = is_word_byte(text.ptr[offset]), last = is_word_byte(text.ptr[offset + len - 1]);
    if (first && offset > 0 && is_word_byte(text.ptr[offset - 1])) return false;
    return !(last && offset + len < text.len && is_word_byte(text.ptr[offset + len]));
}

static struct slice context_of(struct slice text, size_t offset, size_t len)
{
    size_t start = offset > CONTEXT_BYTES ? offset - CONTEXT_BYTES : 0;
    while (start < offset && (text.ptr[start] & 0xc0) == 0x80) start++;
    return utf8_head(slice_skip(text, start), offset - start + len + CONTEXT_BYTES);
}

static void note_match(void *context, uint32_t tag, size_t offset, size_t len)
{
    struct matcher *m = context;
    const struct word *word = knowledge_word(m->knowledge, tag);
    if (word->whole != m->whole || m->seen[word->index]) return;
    if (word->whole && !stands_alone(m->text, offset, len)) return;
    m->seen[word->index] = true;
    struct slice around = context_of(m->text, offset, len);
    m->hits->items[m->hits->count++] = (struct word_hit){word, m->place, offset, around};
    m->hits->strength[word->list] += word->strength;
    if (word->strength > m->hits->best[word->list]) m->hits->best[word->list] = word->strength;
}

struct word_hits *words_find(const struct knowledge *knowledge, struct arena *arena,
                             const struct folded_text *texts, size_t count)
{
    size_t words = knowledge_word_count(knowledge);
    struct matcher m = {.knowledge = knowledge};
    m.hits = arena_zalloc(arena, 1, sizeof *m.hits);
    m.hits->items = arena_zalloc(arena, words + 1, sizeof *m.hits->items);
    m.seen = arena_zalloc(arena, words + 1, sizeof *m.seen);
    for (size_t i = 0; i < count; i++) {
        m.place = texts[i].place;
        m.whole = false;
        m.text = texts[i].packed;
        wordlist_match(knowledge_words(knowledge), m.text, note_match, &m);
        m.whole = true;
        m.text = texts[i].words;
        wordlist_match(knowledge_words(knowledge), m.text, note_match, &m);
    }
    return m.hits;
}

/* One folded copy: `blank` is what a run of white space becomes, 0 for nothing. */
static struct slice fold(struct arena *arena, struct slice text, uint8_t blank)
{
    struct buffer out = buffer_make(text.len + 1);
    bool spaced = true;
    while (text.len > 0) {
        struct slice at = text;
        int32_t c = utf8_next(&text);
        if (c >= 0xff01 && c <= 0xff5e) c -= 0xfee0;
        if (c == 0x3000 || (c >= 0 && c < 0x80 && ascii_is_space((uint8_t)c))) {
            if (blank && !spaced) (void)buffer_append_byte(&out, blank);
            spaced = true;
            continue;
        }
        spaced = false;
        if (c >= 0 && c < 0x80) {
            (void)buffer_append_byte(&out, ascii_lower((uint8_t)c));
        } else {
            (void)buffer_append(&out, slice_head(at, at.len - text.len));
        }
    }
    struct slice folded = arena_copy(arena, buffer_slice(&out));
    buffer_free(&out);
    return folded;
}

struct word_hits *words_find_in(const struct knowledge *knowledge, struct arena *arena, struct slice text)
{
    struct folded_text folded = {fold(arena, text, 0), fold(arena, text, ' '), WORD_IN_OTHER};
    return words_find(knowledge, arena, &folded, 1);
}

const struct word_hit *words_best(const struct word_hits *hits, enum list_id list)
{
    const struct word_hit *best = NULL;
    for (size_t i = 0; i < hits->count; i++) {
        const struct word_hit *hit = &hits->items[i];
        if (hit->word->list != list) continue;
        if (!best || hit->word->strength > best->word->strength) best = hit;
    }
    return best;
}
