/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cuts one direction of an IMAP connection into tokens (RFC 3501 9, RFC 9051 9; literals also RFC 3516,
 * RFC 7888). Both directions speak the same: words, quoted strings and parentheses on a line, and literals,
 * which announce their length at the end of a line and let the line go on behind them. A token is kept up to
 * a maximum, a line may be of any length. The memory of tokens is wiped, because they may be secrets.
 */
#ifndef MAILTAP_REASSEMBLY_SESSION_IMAP_LEXER_H
#define MAILTAP_REASSEMBLY_SESSION_IMAP_LEXER_H

#include "base/buffer.h"

enum imap_token {
    IMAP_TOKEN_MORE,    /* the chunk is used up */
    IMAP_TOKEN_WORD,    /* an atom; with brackets and what is between them: BODY[HEADER.FIELDS (TO)]<0> */
    IMAP_TOKEN_STRING,  /* a quoted string, without quotes and escapes */
    IMAP_TOKEN_OPEN,    /* ( */
    IMAP_TOKEN_CLOSE,   /* ) */
    IMAP_TOKEN_LITERAL, /* {n} and the end of the line: the next literal_len bytes are the caller's to take */
    IMAP_TOKEN_END,     /* the end of the line; after imap_lexer_take_text() its text is given with it */
};

/* What the bytes since the last token are. */
enum imap_lexer_seen {
    IMAP_SEEN_NOTHING,
    IMAP_SEEN_WORD,
    IMAP_SEEN_BRACKET, /* inside [ ] */
    IMAP_SEEN_QUOTE,
    IMAP_SEEN_ESCAPE,
    IMAP_SEEN_TEXT, /* the rest of the line, as it is */
};

/* How much of {n} stands at the present place. */
enum imap_lexer_brace {
    IMAP_BRACE_NONE,
    IMAP_BRACE_OPEN,
    IMAP_BRACE_DIGITS,
    IMAP_BRACE_PLUS,
    IMAP_BRACE_CLOSED
};

struct imap_lexer {
    enum imap_lexer_seen seen;
    enum imap_lexer_brace brace;
    struct buffer text; /* of the token */
    bool given;         /* the token in text was given out */
    bool had_cr;        /* the byte before was a CR */
    size_t line_len;    /* bytes taken since the last line end, or since the lexer began anew */
    bool bare_lf;       /* the line that was given last ended with LF alone */
    bool has_nul;       /* there is a NUL in the present line; until the next one begins */
    uint64_t literal_len;
    bool literal_waits; /* {n}, not {n+}: its sender waits for the other side's go-ahead */
};

void imap_lexer_init(struct imap_lexer *lexer, size_t token_max_bytes);

/* Takes bytes off the front of *chunk up to the end of the next token. The text of a word, a string or an end
 * is in lexer->text until the next call (cut to the maximum: lexer->text.overflowed). */
enum imap_token imap_lex(struct imap_lexer *lexer, struct slice *chunk);

/* The rest of this line is not made of tokens, nor can a literal follow. Call between two tokens. */
void imap_lexer_take_text(struct imap_lexer *lexer);

/* A line begins with the next byte, whatever was before. */
void imap_lexer_restart(struct imap_lexer *lexer);

void imap_lexer_free(struct imap_lexer *lexer);

#endif
