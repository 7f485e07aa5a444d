/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment family that read VBA source: macros that start by themselves and start
 * something else (A09). Honest macros do one or the other. Comments count too: obfuscated source hides much
 * in them, and what the source says is evidence enough to look.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { WORD_MAX_BYTES = LISTED_WORD_MAX_BYTES };

static bool is_word_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '.';
}

/* Cuts the next word off, lower case, in `room`; longer ones are passed over. False at the end. */
static bool next_word(struct slice *rest, uint8_t room[static WORD_MAX_BYTES], struct slice *word)
{
    for (;;) {
        while (rest->len > 0 && !is_word_byte(rest->ptr[0])) *rest = slice_skip(*rest, 1);
        if (rest->len == 0) return false;
        size_t len = 0;
        while (len < rest->len && is_word_byte(rest->ptr[len])) len++;
        struct slice found = slice_head(*rest, len);
        *rest = slice_skip(*rest, len);
        if (len > WORD_MAX_BYTES) continue;
        for (size_t i = 0; i < len; i++) room[i] = ascii_lower(found.ptr[i]);
        *word = slice_make(room, len);
        return true;
    }
}

struct slice listed_word(const struct detect_context *context, enum list_id list, struct slice source,
                         uint8_t room[static LISTED_WORD_MAX_BYTES])
{
    struct slice word;
    while (next_word(&source, room, &word)) {
        if (knowledge_has(context->knowledge, list, word)) return word;
    }
    return slice_make(NULL, 0);
}

/* The document that holds the file: itself, or the package it is a member of. */
static const struct file_part *document_of(const struct detect_context *context, const struct file_part *file)
{
    return file->parent == SIZE_MAX ? file : &context->message->files[file->parent];
}

void detect_macro(struct detect_context *context)
{
    uint8_t auto_room[WORD_MAX_BYTES], execution_room[WORD_MAX_BYTES];
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (file->macros.len == 0) continue;
        struct slice begins = listed_word(context, LIST_macro_autoexec, file->macros, auto_room);
        struct slice executes = listed_word(context, LIST_macro_execution, file->macros, execution_room);
        if (begins.len == 0 || executes.len == 0) continue;
        finding_addf(context, file->path, "%.*s: macro runs by itself (%.*s) and uses %.*s",
                     SLICE_ARGS(document_of(context, file)->name), SLICE_ARGS(begins), SLICE_ARGS(executes));
    }
}
