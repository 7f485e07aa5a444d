/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formulas of Excel 4.0 macros as they are stored: tokens in reverse Polish order (MS-XLS 2.5.198). They are
 * not compiled back; the functions called and the texts and numbers given to them tell enough. See xlm.h.
 */
#include "analysis/inspect/xlm.h"
#include "base/cursor.h"
#include "base/utf8.h"

enum {
    TOKEN_TEXT = 0x17,
    TOKEN_ATTRIBUTE = 0x19,
    TOKEN_INTEGER = 0x1e,
    TOKEN_CLASSES = 0x20, /* from here on each token has three classes */
    TOKEN_FUNCTION = 0x21,
    TOKEN_FUNCTION_ANY = 0x22,
    ATTRIBUTE_CHOOSE = 0x04,
    IS_COMMAND = 0x8000,
    FUNCTION_CHAR = 111,
};

struct formula {
    bool is_version_8, is_telling;
    struct buffer functions, operands;
};

/* Bytes behind a token without class; -1: it has a reader, or is not known. */
static int plain_size(unsigned token)
{
    static const int8_t sizes[TOKEN_CLASSES] = {-1, 4, 4, 0, 0, 0, 0, 0,  0,  0,  0,  0,  0, 0, 0,  0,
                                                0,  0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, 1, 1, -1, 8};
    return sizes[token];
}

/* The same for tokens with a class, from TOKEN_CLASSES on. */
static int classed_size(unsigned token, bool is_version_8)
{
    static const int8_t sizes[2][TOKEN_CLASSES] = {
        {7,  -1, -1, 14, 3,  6,  6,  6,  6,  2,  3,  6,  3,  6,  2,  2,
         -1, -1, -1, -1, -1, -1, -1, -1, -1, 24, 17, 20, 17, 20, -1, -1},
        {7,  -1, -1, 4,  4,  8,  6,  6,  6,  2, 4, 8,  4, 8,  2,  2,
         -1, -1, -1, -1, -1, -1, -1, -1, -1, 6, 6, 10, 6, 10, -1, -1}};
    return sizes[is_version_8][token - TOKEN_CLASSES];
}

static void begin_operand(struct formula *f)
{
    if (f->operands.len > 0) (void)buffer_append_byte(&f->operands, ',');
}

static void read_text(struct formula *f, struct cursor *c)
{
    size_t chars = cursor_u8(c);
    bool is_wide = f->is_version_8 && (cursor_u8(c) & 1);
    begin_operand(f);
    (void)buffer_append_byte(&f->operands, '"');
    for (size_t i = 0; i < chars && !c->bad; i++) {
        unsigned character = is_wide ? cursor_le16(c) : cursor_u8(c);
        bool is_half = character >= 0xd800 && character < 0xe000;
        if (is_wide)
            utf8_append(&f->operands, is_half ? '?' : (int32_t)character);
        else
            (void)buffer_append_byte(&f->operands, (uint8_t)character);
    }
    (void)buffer_append_byte(&f->operands, '"');
}

static void read_integer(struct formula *f, struct cursor *c)
{
    unsigned number = cursor_le16(c);
    char text[8];
    size_t len = 0;
    for (unsigned scale = 10000; scale > 0; scale /= 10) {
        if (number >= scale || scale == 1) text[len++] = (char)('0' + number / scale % 10);
    }
    begin_operand(f);
    (void)buffer_append(&f->operands, slice_make(text, len));
}

static void read_function(struct formula *f, unsigned number)
{
    const char *name = xlm_function_name(number & ~(unsigned)IS_COMMAND, number & IS_COMMAND);
    if (!name && number == FUNCTION_CHAR) name = "CHAR";
    f->is_telling |= name && number != FUNCTION_CHAR;
    if (!name) return;
    if (f->functions.len > 0) (void)buffer_append_byte(&f->functions, ' ');
    (void)buffer_append_cstr(&f->functions, name);
}

static void read_attribute(struct cursor *c)
{
    unsigned flags = cursor_u8(c), count = cursor_le16(c);
    if (flags & ATTRIBUTE_CHOOSE) cursor_skip(c, ((size_t)count + 1) * 2);
}

/* Returns false at a token that is not known. */
static bool read_token(struct formula *f, struct cursor *c)
{
    unsigned token = cursor_u8(c) & 0x7f;
    if (token >= TOKEN_CLASSES) token = TOKEN_CLASSES | (token & 0x1f);
    switch (token) {
    case TOKEN_TEXT: read_text(f, c); return true;
    case TOKEN_ATTRIBUTE: read_attribute(c); return true;
    case TOKEN_INTEGER: read_integer(f, c); return true;
    case TOKEN_FUNCTION: read_function(f, cursor_le16(c)); return true;
    case TOKEN_FUNCTION_ANY:
        cursor_skip(c, 1);
        read_function(f, cursor_le16(c));
        return true;
    default: break;
    }
    int size = token < TOKEN_CLASSES ? plain_size(token) : classed_size(token, f->is_version_8);
    if (size > 0) cursor_skip(c, (size_t)size);
    return size >= 0;
}

void xlm_read_tokens(struct extractor *x, size_t index, struct slice tokens, bool is_version_8)
{
    size_t room = x->limits->fact_max_bytes;
    struct formula f = {
        .is_version_8 = is_version_8, .functions = buffer_make(room), .operands = buffer_make(room)};
    struct cursor c = cursor_make(tokens);
    while (cursor_left(&c) > 0 && !c.bad && read_token(&f, &c)) {
    }
    if (f.is_telling) {
        f.functions.max += f.operands.len + 2;
        (void)buffer_append_byte(&f.functions, '(');
        (void)buffer_append(&f.functions, buffer_slice(&f.operands));
        (void)buffer_append_byte(&f.functions, ')');
        inspect_add_fact(x, index, FACT_XLM, buffer_slice(&f.functions));
    }
    buffer_free(&f.functions);
    buffer_free(&f.operands);
}
