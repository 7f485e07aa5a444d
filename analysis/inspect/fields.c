/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See fields.h. A QUOTE field stands for the characters whose numbers it lists, which hides words in others'
 * instructions; any other nested field stands for its result.
 */
#include "analysis/inspect/fields.h"

#include "analysis/inspect/relations.h"
#include "base/utf8.h"

enum { TEXT_MAX_BYTES = 64 * 1024 };

struct fields fields_make(struct extractor *x, size_t index)
{
    return (struct fields){.x = x, .index = index, .text = buffer_make(TEXT_MAX_BYTES)};
}

/* Takes the next word or quoted text off. */
static struct slice next_argument(struct slice *rest)
{
    *rest = slice_trim(*rest);
    bool is_quoted = rest->len > 0 && rest->ptr[0] == '"';
    size_t from = is_quoted, end = from;
    while (end < rest->len && (is_quoted ? rest->ptr[end] != '"' : !ascii_is_space(rest->ptr[end]))) end++;
    struct slice found = slice_head(slice_skip(*rest, from), end - from);
    *rest = slice_skip(*rest, end + is_quoted);
    return found;
}

static bool is_dde(struct slice word)
{
    return slice_equal_nocase(word, SLICE("DDE")) || slice_equal_nocase(word, SLICE("DDEAUTO"));
}

/* The first argument that is an address. */
static struct slice find_address(struct slice arguments)
{
    while (arguments.len > 0) {
        struct slice argument = next_argument(&arguments);
        if (relations_is_remote(argument)) return argument;
    }
    return slice_make(NULL, 0);
}

void fields_read_instruction(struct extractor *x, size_t index, struct slice instruction)
{
    struct slice rest = slice_trim(instruction), whole = rest, word = next_argument(&rest);
    if (is_dde(word)) {
        inspect_add_fact(x, index, FACT_DDE, whole);
        return;
    }
    struct slice address = find_address(rest);
    if (address.len == 0) return;
    if (slice_equal_nocase(word, SLICE("HYPERLINK")))
        inspect_add_link(x, index, address);
    else if (slice_starts_nocase(word, SLICE("INCLUDE")) || slice_equal_nocase(word, SLICE("LINK")) ||
             slice_equal_nocase(word, SLICE("IMPORT")))
        relations_add_loaded(x, index, FACT_EXTERNAL_RELATION, word, address);
}

/* What a QUOTE field's arguments stand for: numbers are characters, quoted texts themselves. */
static void decode_quote(struct slice arguments, struct buffer *out)
{
    while (arguments.len > 0) {
        uint64_t number = 0;
        struct slice argument = next_argument(&arguments);
        if (slice_parse_u64(argument, &number) && number < 256)
            (void)buffer_append_byte(out, (uint8_t)number);
        else if (argument.len > 0 && argument.ptr[0] != '\\')
            (void)buffer_append(out, argument);
    }
}

/* The innermost field's instruction is complete: reads it, and leaves in its place what it stands for. */
static void complete(struct fields *f)
{
    size_t start = f->starts[f->depth - 1];
    struct slice instruction = slice_skip(buffer_slice(&f->text), start), rest = instruction;
    bool is_quote = slice_equal_nocase(next_argument(&rest), SLICE("QUOTE"));
    struct buffer quoted = buffer_make(instruction.len);
    if (is_quote)
        decode_quote(rest, &quoted);
    else
        fields_read_instruction(f->x, f->index, instruction);
    f->text.len = start;
    f->text.overflowed = false;
    (void)buffer_append(&f->text, buffer_slice(&quoted));
    buffer_free(&quoted);
    f->in_result[f->depth - 1] = true;
}

void fields_begin(struct fields *f)
{
    if (f->depth++ >= FIELDS_DEPTH) return;
    f->starts[f->depth - 1] = f->text.len;
    f->in_result[f->depth - 1] = false;
}

/* Only instructions are kept, and results that stand in one. */
static bool keeps_text(const struct fields *f)
{
    return f->depth > 0 && f->depth <= FIELDS_DEPTH && !f->in_result[0];
}

void fields_text(struct fields *f, struct slice text)
{
    if (keeps_text(f)) (void)buffer_append(&f->text, text);
}

void fields_char(struct fields *f, unsigned character)
{
    bool is_half = character >= 0xd800 && character < 0xe000;
    if (keeps_text(f)) utf8_append(&f->text, is_half ? '?' : (int32_t)character);
}

void fields_separate(struct fields *f)
{
    if (f->depth > 0 && f->depth <= FIELDS_DEPTH && !f->in_result[f->depth - 1]) complete(f);
}

void fields_end(struct fields *f)
{
    fields_separate(f);
    if (f->depth > 0) f->depth--;
    if (f->depth == 0) buffer_clear(&f->text);
}

void fields_reset(struct fields *f)
{
    f->depth = 0;
    buffer_clear(&f->text);
}

void fields_finish(struct fields *f)
{
    while (f->depth > 0) fields_end(f);
    buffer_free(&f->text);
}
