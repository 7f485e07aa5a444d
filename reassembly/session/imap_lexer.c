/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tokens of IMAP; see imap_lexer.h.
 */
#include "reassembly/session/imap_lexer.h"

#include "base/mem.h"
#include "reassembly/session/lines.h"

enum { KEPT_BYTES = 1024 }; /* memory kept from one token to the next */

void imap_lexer_init(struct imap_lexer *lexer, size_t token_max_bytes)
{
    *lexer = (struct imap_lexer){.text = buffer_make(token_max_bytes)};
}

static void wipe_text(struct imap_lexer *lexer)
{
    if (buffer_capacity(&lexer->text) > KEPT_BYTES) {
        wiped_free(&lexer->text);
    } else if (buffer_capacity(&lexer->text) > 0) {
        mem_wipe(lexer->text.data, lexer->text.len);
    }
    buffer_clear(&lexer->text);
    lexer->given = false;
}

void imap_lexer_take_text(struct imap_lexer *lexer)
{
    lexer->seen = IMAP_SEEN_TEXT;
}

void imap_lexer_restart(struct imap_lexer *lexer)
{
    wipe_text(lexer);
    lexer->seen = IMAP_SEEN_NOTHING;
    lexer->brace = IMAP_BRACE_NONE;
    lexer->had_cr = lexer->has_nul = false;
    lexer->line_len = 0;
}

void imap_lexer_free(struct imap_lexer *lexer)
{
    wipe_text(lexer);
    buffer_free(&lexer->text);
}

/* ---- {n} at the end of a line ---- */

static enum imap_lexer_brace take_digit(struct imap_lexer *lexer, uint8_t digit)
{
    if (lexer->literal_len > (UINT64_MAX - 9) / 10) return IMAP_BRACE_NONE;
    lexer->literal_len = lexer->literal_len * 10 + (digit - '0');
    return IMAP_BRACE_DIGITS;
}

/* Followed through whatever stands on the line, quotes too: no string goes on past the end of a line, so what
 * looks like a literal there is one. */
static void follow_brace(struct imap_lexer *lexer, uint8_t c)
{
    enum imap_lexer_brace was = lexer->brace, now = IMAP_BRACE_NONE;
    bool in_number = was == IMAP_BRACE_OPEN || was == IMAP_BRACE_DIGITS;
    if (c == '{') {
        now = IMAP_BRACE_OPEN;
        lexer->literal_len = 0;
    } else if (ascii_is_digit(c) && in_number) {
        now = take_digit(lexer, c);
    } else if ((c == '+' || c == '-') && was == IMAP_BRACE_DIGITS) {
        now = IMAP_BRACE_PLUS;
    } else if (c == '}' && (was == IMAP_BRACE_DIGITS || was == IMAP_BRACE_PLUS)) {
        now = IMAP_BRACE_CLOSED;
        lexer->literal_waits = was == IMAP_BRACE_DIGITS;
    } else if (c == '\r' && was == IMAP_BRACE_CLOSED) {
        now = was;
    }
    lexer->brace = now;
}

/* ---- tokens ---- */

static enum imap_token give(struct imap_lexer *lexer, enum imap_token token)
{
    lexer->given = true;
    lexer->seen = IMAP_SEEN_NOTHING;
    return token;
}

static enum imap_token end_line(struct imap_lexer *lexer)
{
    bool is_literal = lexer->brace == IMAP_BRACE_CLOSED && lexer->seen != IMAP_SEEN_TEXT;
    lexer->brace = IMAP_BRACE_NONE;
    if (is_literal) wipe_text(lexer);
    return give(lexer, is_literal ? IMAP_TOKEN_LITERAL : IMAP_TOKEN_END);
}

/* True when the byte ends a word and belongs to what comes next. */
static bool ends_word(uint8_t c)
{
    return c == ' ' || c == '(' || c == ')' || c == '"';
}

static enum imap_token begin_token(struct imap_lexer *lexer, uint8_t c)
{
    switch (c) {
    case ' ': return IMAP_TOKEN_MORE;
    case '(': return give(lexer, IMAP_TOKEN_OPEN);
    case ')': return give(lexer, IMAP_TOKEN_CLOSE);
    case '"': lexer->seen = IMAP_SEEN_QUOTE; return IMAP_TOKEN_MORE;
    default: lexer->seen = c == '[' ? IMAP_SEEN_BRACKET : IMAP_SEEN_WORD; break;
    }
    wiped_append(&lexer->text, slice_make(&c, 1));
    return IMAP_TOKEN_MORE;
}

static enum imap_token take_quoted(struct imap_lexer *lexer, uint8_t c)
{
    if (lexer->seen == IMAP_SEEN_QUOTE && c == '"') return give(lexer, IMAP_TOKEN_STRING);
    if (lexer->seen == IMAP_SEEN_QUOTE && c == '\\') {
        lexer->seen = IMAP_SEEN_ESCAPE;
        return IMAP_TOKEN_MORE;
    }
    lexer->seen = IMAP_SEEN_QUOTE;
    wiped_append(&lexer->text, slice_make(&c, 1));
    return IMAP_TOKEN_MORE;
}

/* One byte that does not end the line; MORE when no token ends with it. */
static enum imap_token take_byte(struct imap_lexer *lexer, uint8_t c)
{
    switch (lexer->seen) {
    case IMAP_SEEN_NOTHING: return begin_token(lexer, c);
    case IMAP_SEEN_QUOTE:
    case IMAP_SEEN_ESCAPE: return take_quoted(lexer, c);
    case IMAP_SEEN_BRACKET:
        if (c == ']') lexer->seen = IMAP_SEEN_WORD;
        break;
    case IMAP_SEEN_WORD:
        if (c == '[') lexer->seen = IMAP_SEEN_BRACKET;
        break;
    case IMAP_SEEN_TEXT: break;
    }
    wiped_append(&lexer->text, slice_make(&c, 1));
    return IMAP_TOKEN_MORE;
}

/* A word that the next byte ends is given out before that byte is taken. The {n} of a literal is no word. */
static bool gives_word(const struct imap_lexer *lexer, uint8_t c)
{
    if (c == '\n') {
        bool is_word = lexer->seen == IMAP_SEEN_WORD || lexer->seen == IMAP_SEEN_BRACKET;
        return is_word && lexer->brace != IMAP_BRACE_CLOSED;
    }
    return lexer->seen == IMAP_SEEN_WORD && ends_word(c);
}

/* What the line is like, whatever its tokens are. */
static void follow_line(struct imap_lexer *lexer, uint8_t c)
{
    if (lexer->line_len == 0) lexer->has_nul = false;
    lexer->line_len = c == '\n' ? 0 : lexer->line_len + 1;
    if (c == '\n') lexer->bare_lf = !lexer->had_cr;
    if (c == '\0') lexer->has_nul = true;
    lexer->had_cr = c == '\r';
}

enum imap_token imap_lex(struct imap_lexer *lexer, struct slice *chunk)
{
    if (lexer->given) wipe_text(lexer);
    while (chunk->len > 0) {
        uint8_t c = *chunk->ptr;
        if (gives_word(lexer, c)) return give(lexer, IMAP_TOKEN_WORD);
        *chunk = slice_skip(*chunk, 1);
        follow_line(lexer, c);
        if (c == '\n') return end_line(lexer);
        follow_brace(lexer, c);
        if (c == '\r') continue;
        enum imap_token token = take_byte(lexer, c);
        if (token != IMAP_TOKEN_MORE) return token;
    }
    return IMAP_TOKEN_MORE;
}
