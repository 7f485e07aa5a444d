/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the wording family that look at single characters of what the reader sees: letters of two
 * alphabets in one word and letters in fancy dress (B09), characters without width inside words (B10).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "base/utf8.h"

enum {
    FANCY_LETTERS_MIN = 4, /* in a row: one or two are symbols of mathematics */
    INVISIBLE_MIN = 3,     /* words of a body that are cut by them; one is enough in a subject */
    WORD_BYTES_MAX = 200,
};

/* What letters a character belongs to, as far as they look alike. */
enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_CYRILLIC, SCRIPT_EAST_ASIAN };

static enum script script_of(int32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c <= 0x24f)) return SCRIPT_LATIN;
    if (c >= 0x400 && c <= 0x52f) return SCRIPT_CYRILLIC;
    if ((c >= 0x3041 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3))
        return SCRIPT_EAST_ASIAN;
    return SCRIPT_NONE;
}

/* Letters of mathematics, and letters in circles, squares and brackets (NFKC makes plain ones of them). */
static bool is_fancy_letter(int32_t c)
{
    return (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0x249c && c <= 0x24e9) || (c >= 0x1f110 && c <= 0x1f189);
}

/* Space, non-joiner, joiner, word joiner and byte order mark without width, and the marks of direction. */
static bool is_invisible(int32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) ||
           c == 0xfeff;
}

/* One pass over a text. */
struct glyph_reader {
    struct slice word; /* the word that is read, as far as it goes */
    unsigned latin, cyrillic;
    unsigned fancy;                   /* fancy letters in a row */
    enum script before;               /* of the letter before an invisible character */
    bool invisible;                   /* that character was the last */
    struct slice mixed, dressed, cut; /* the first of each */
    unsigned cut_count;
};

static void end_word(struct glyph_reader *reader)
{
    if (reader->latin > 0 && reader->cyrillic > 0 && reader->mixed.len == 0) reader->mixed = reader->word;
    reader->word = slice_make(NULL, 0);
    reader->latin = reader->cyrillic = 0;
}

static void note_cut(struct glyph_reader *reader, struct slice at)
{
    if (reader->cut_count++ > 0) return;
    const uint8_t *start = reader->word.ptr ? reader->word.ptr : at.ptr;
    reader->cut = slice_make(start, (size_t)(at.ptr + at.len - start));
}

static void read_letter(struct glyph_reader *reader, enum script script, struct slice at)
{
    if (reader->invisible && reader->before != SCRIPT_NONE) note_cut(reader, at);
    if (!reader->word.ptr) reader->word = at;
    if (reader->word.len < WORD_BYTES_MAX) reader->word.len = (size_t)(at.ptr + at.len - reader->word.ptr);
    reader->latin += script == SCRIPT_LATIN;
    reader->cyrillic += script == SCRIPT_CYRILLIC;
    reader->before = script;
    reader->invisible = false;
}

static void read_character(struct glyph_reader *reader, int32_t c, struct slice at)
{
    reader->fancy = is_fancy_letter(c) ? reader->fancy + 1 : 0;
    if (reader->fancy == FANCY_LETTERS_MIN && reader->dressed.len == 0) reader->dressed = at;
    if (is_invisible(c)) {
        reader->invisible = true;
        return;
    }
    enum script script = script_of(c);
    if (script == SCRIPT_LATIN || script == SCRIPT_CYRILLIC || script == SCRIPT_EAST_ASIAN) {
        read_letter(reader, script, at);
        return;
    }
    end_word(reader);
    reader->before = SCRIPT_NONE;
    reader->invisible = false;
}

/* True when a character of interest may begin here: Cyrillic, U+200B … U+2069, letters in dress, U+FEFF. */
static bool may_be_of_interest(const uint8_t *at, size_t len)
{
    const uint8_t next = len > 1 ? at[1] : 0;
    if (at[0] >= 0xd0 && at[0] <= 0xd4) return true;
    if (at[0] == 0xe2) return next == 0x80 || next == 0x81 || next == 0x92 || next == 0x93;
    if (at[0] == 0xf0) return next == 0x9d || next == 0x9f;
    return at[0] == 0xef && next == 0xbb;
}

/* Nearly all text has nothing that these detections look for; that is told by bytes alone. */
static bool is_worth_reading(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 0xd0 && may_be_of_interest(text.ptr + i, text.len - i)) return true;
    return false;
}

static struct glyph_reader read_glyphs(struct slice text)
{
    struct glyph_reader reader = {0};
    struct slice rest = is_worth_reading(text) ? text : slice_make(NULL, 0);
    while (rest.len > 0) {
        const uint8_t *start = rest.ptr;
        int32_t c = utf8_next(&rest);
        read_character(&reader, c, slice_make(start, (size_t)(rest.ptr - start)));
    }
    end_word(&reader);
    return reader;
}

/* Calls `look` for From names, the subject and the body texts, until it says that it has found something. */
static void look_everywhere(struct detect_context *context,
                            bool (*look)(struct detect_context *, struct slice text, struct slice where,
                                         bool is_short))
{
    const struct message *message = context->message;
    const struct mailbox *from = message_from(message);
    if (from && look(context, from->name, SLICE("header:From"), true)) return;
    if (look(context, message->subject, SLICE("header:Subject"), true)) return;
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (!part->is_attachment && look(context, part->text, part->path, false)) return;
    }
}

static bool look_at_letters(struct detect_context *context, struct slice text, struct slice where,
                            bool is_short)
{
    struct glyph_reader reader = read_glyphs(text);
    if (reader.mixed.len > 0) {
        finding_addf(context, where, "Latin and Cyrillic letters in one word: %.*s",
                     SLICE_ARGS(reader.mixed));
        return true;
    }
    if (reader.dressed.len == 0) return false;
    finding_addf(context, where, "letters of another kind: %.*s", SLICE_ARGS(reader.dressed));
    finding_grade(context, is_short ? 0.8 : 0.5);
    return true;
}

void detect_mixed_letters(struct detect_context *context)
{
    look_everywhere(context, look_at_letters);
}

static bool look_for_invisible(struct detect_context *context, struct slice text, struct slice where,
                               bool is_short)
{
    struct glyph_reader reader = read_glyphs(text);
    if (reader.cut_count < (is_short ? 1 : INVISIBLE_MIN)) return false;
    finding_addf(context, where, "in %u words: %.*s", reader.cut_count, SLICE_ARGS(reader.cut));
    return true;
}

void detect_invisible_characters(struct detect_context *context)
{
    look_everywhere(context, look_for_invisible);
}
