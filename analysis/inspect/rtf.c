/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rich Text Format 1.9.1: the objects in it and what it loads. Word reads on behind almost any fault, and
 * documents that abuse this hide objects behind junk; so this reader, too, takes what it can: hex digits of
 * an object are collected over groups, unknown words and blanks, until the object's group ends. Linear.
 */
#include "analysis/inspect/fields.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/objects.h"
#include "analysis/inspect/relations.h"
#include "base/cursor.h"
#include "base/utf8.h"

enum { DEPTH_MAX = 256, WORD_MAX_BYTES = 32, TEXT_MAX_BYTES = 4096 };

/* What the text of a group is. */
enum destination {
    TEXT_NONE,
    TEXT_DATA,        /* \objdata: hex of an object */
    TEXT_CLASS,       /* \objclass */
    TEXT_TEMPLATE,    /* \*\template */
    TEXT_INSTRUCTION, /* \fldinst */
    TEXT_AUTHOR,
    TEXT_TITLE,
};

struct group {
    enum destination destination;
    bool begins; /* the destination is not the outer group's */
};

struct rtf {
    struct extractor *x;
    size_t index;
    struct slice rest;
    struct group groups[DEPTH_MAX]; /* those that are open */
    size_t depth;                   /* may be larger: deeper groups are as the last one */
    size_t data_depth;              /* of the group whose data are collected; 0: none */
    struct buffer data;             /* bytes of the object */
    struct buffer text;             /* of the other destinations */
    struct fields fields;
    size_t skip_chars, unicode_skip; /* \ucN: characters behind \u that stand for the same */
    int high_digit;                  /* first digit of a byte, or -1 */
    bool may_ignore;                 /* \\* was just read: what follows may be unknown */
};

static struct group *current(struct rtf *r)
{
    return &r->groups[r->depth < DEPTH_MAX ? r->depth : DEPTH_MAX - 1];
}

static void open_group(struct rtf *r)
{
    enum destination outer = current(r)->destination;
    if (++r->depth < DEPTH_MAX) *current(r) = (struct group){outer, false};
}

/* The object's data are complete: an OLE 1.0 object, or bytes of something else. */
static void finish_data(struct rtf *r)
{
    static const struct slice compound = SLICE_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    struct slice data = buffer_slice(&r->data);
    if (slice_starts(data, compound))
        (void)inspect_add_child(r->x, r->index, SLICE("object.bin"), data, FILE_EMBEDDED);
    else if (data.len > 0)
        objects_read_ole1(r->x, r->index, data);
    buffer_clear(&r->data);
    r->data_depth = 0;
    r->high_digit = -1;
}

static void finish_text(struct rtf *r, enum destination destination)
{
    struct slice text = slice_trim(buffer_slice(&r->text));
    switch (destination) {
    case TEXT_CLASS: objects_add_class(r->x, r->index, text); break;
    case TEXT_TEMPLATE:
        if (relations_is_remote(text)) inspect_add_fact(r->x, r->index, FACT_REMOTE_TEMPLATE, text);
        break;
    case TEXT_AUTHOR: inspect_add_fact(r->x, r->index, FACT_AUTHOR, text); break;
    case TEXT_TITLE: inspect_add_fact(r->x, r->index, FACT_TITLE, text); break;
    default: break;
    }
    buffer_clear(&r->text);
}

static void close_group(struct rtf *r)
{
    if (r->depth == 0) return;
    struct group ended = *current(r);
    size_t was = r->depth--;
    if (was >= DEPTH_MAX || !ended.begins) return;
    if (ended.destination == TEXT_DATA && r->data_depth == was)
        finish_data(r);
    else if (ended.destination == TEXT_INSTRUCTION)
        fields_end(&r->fields);
    else
        finish_text(r, ended.destination);
}

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take_data_byte(struct rtf *r, uint8_t c)
{
    int digit = hex_value(c);
    if (digit < 0) return;
    if (r->high_digit < 0) {
        r->high_digit = digit;
        return;
    }
    (void)buffer_append_byte(&r->data, (uint8_t)(r->high_digit << 4 | digit));
    r->high_digit = -1;
}

static void take_text(struct rtf *r, struct slice text)
{
    switch (current(r)->destination) {
    case TEXT_NONE:
    case TEXT_DATA: break;
    case TEXT_INSTRUCTION: fields_text(&r->fields, text); break;
    default: (void)buffer_append(&r->text, text); break;
    }
}

static void take_char(struct rtf *r, uint8_t c)
{
    if (current(r)->destination == TEXT_DATA)
        take_data_byte(r, c);
    else if (r->skip_chars > 0)
        r->skip_chars--;
    else if (c != '\r' && c != '\n')
        take_text(r, slice_make(&c, 1));
}

/* \uN, N may be negative. */
static void take_unicode(struct rtf *r, int32_t number)
{
    enum destination destination = current(r)->destination;
    int32_t c = number < 0 ? number + 65536 : number;
    if (c < 0 || c > 0xffff || (c >= 0xd800 && c < 0xe000)) c = '?';
    if (destination == TEXT_INSTRUCTION)
        fields_char(&r->fields, (unsigned)c);
    else if (destination != TEXT_NONE && destination != TEXT_DATA)
        utf8_append(&r->text, c);
    r->skip_chars = r->unicode_skip;
}

/* \binN: bytes as they are. In data they are the object's, elsewhere they are passed over. */
static void take_binary(struct rtf *r, int32_t number)
{
    size_t len = number > 0 ? (size_t)number : 0;
    struct slice bytes = slice_head(r->rest, len);
    if (current(r)->destination == TEXT_DATA) {
        (void)buffer_append(&r->data, bytes);
        r->high_digit = -1;
    }
    r->rest = slice_skip(r->rest, len);
}

static void start(struct rtf *r, enum destination destination)
{
    if (destination == TEXT_INSTRUCTION && current(r)->begins && current(r)->destination == destination)
        fields_end(&r->fields);
    *current(r) = (struct group){destination, true};
    if (destination == TEXT_DATA) {
        buffer_clear(&r->data);
        r->data_depth = r->depth;
        r->high_digit = -1;
    } else if (destination == TEXT_INSTRUCTION) {
        fields_begin(&r->fields);
    } else if (destination != TEXT_NONE) {
        buffer_clear(&r->text);
    }
}

static void take_word(struct rtf *r, struct slice word, int32_t number)
{
    static const struct {
        struct slice word;
        enum destination destination;
    } destinations[] = {
        {SLICE_INIT("objdata"), TEXT_DATA},      {SLICE_INIT("objclass"), TEXT_CLASS},
        {SLICE_INIT("template"), TEXT_TEMPLATE}, {SLICE_INIT("fldinst"), TEXT_INSTRUCTION},
        {SLICE_INIT("author"), TEXT_AUTHOR},     {SLICE_INIT("operator"), TEXT_AUTHOR},
        {SLICE_INIT("title"), TEXT_TITLE},       {SLICE_INIT("fldrslt"), TEXT_NONE},
    };
    bool may_ignore = r->may_ignore;
    r->may_ignore = false;
    for (size_t i = 0; i < sizeof destinations / sizeof *destinations; i++) {
        if (slice_equal(word, destinations[i].word)) {
            start(r, destinations[i].destination);
            return;
        }
    }
    if (slice_equal(word, SLICE("bin")))
        take_binary(r, number);
    else if (slice_equal(word, SLICE("u")))
        take_unicode(r, number);
    else if (slice_equal(word, SLICE("uc")))
        r->unicode_skip = number > 0 && number < 16 ? (size_t)number : 0;
    else if (may_ignore)
        current(r)->destination = TEXT_NONE;
}

/* The number behind a word; huge ones end at what an object can hold. */
static int32_t take_number(struct rtf *r)
{
    bool is_negative = r->rest.len > 1 && r->rest.ptr[0] == '-' && ascii_is_digit(r->rest.ptr[1]);
    int64_t number = 0;
    size_t at = is_negative;
    for (; at < r->rest.len && ascii_is_digit(r->rest.ptr[at]); at++) {
        if (number < INT32_MAX / 10) number = number * 10 + (r->rest.ptr[at] - '0');
    }
    r->rest = slice_skip(r->rest, at);
    return (int32_t)(is_negative ? -number : number);
}

/* \'hh: a character; in data Word takes neither digit. */
static void take_escaped_char(struct rtf *r)
{
    int high = r->rest.len > 0 ? hex_value(r->rest.ptr[0]) : -1;
    int low = r->rest.len > 1 ? hex_value(r->rest.ptr[1]) : -1;
    if (high < 0 || low < 0) return;
    r->rest = slice_skip(r->rest, 2);
    uint8_t c = (uint8_t)(high << 4 | low);
    if (r->skip_chars > 0)
        r->skip_chars--;
    else
        take_text(r, slice_make(&c, 1));
}

/* Behind a backslash. */
static void take_control(struct rtf *r)
{
    if (r->rest.len == 0) return;
    uint8_t c = r->rest.ptr[0];
    size_t len = 0;
    while (len < r->rest.len && ascii_is_alpha(r->rest.ptr[len])) len++;
    if (len == 0) {
        r->rest = slice_skip(r->rest, 1);
        r->may_ignore = c == '*';
        if (c == '\'')
            take_escaped_char(r);
        else if (c == '\\' || c == '{' || c == '}')
            take_char(r, c);
        return;
    }
    struct slice word = slice_head(r->rest, len);
    r->rest = slice_skip(r->rest, len);
    int32_t number = take_number(r);
    if (r->rest.len > 0 && r->rest.ptr[0] == ' ') r->rest = slice_skip(r->rest, 1);
    if (len <= WORD_MAX_BYTES) take_word(r, word, number);
}

static void read_all(struct rtf *r)
{
    while (r->rest.len > 0) {
        uint8_t c = r->rest.ptr[0];
        r->rest = slice_skip(r->rest, 1);
        if (c == '{')
            open_group(r);
        else if (c == '}')
            close_group(r);
        else if (c == '\\')
            take_control(r);
        else
            take_char(r, c);
    }
    if (r->data_depth > 0) finish_data(r);
}

void rtf_inspect(struct extractor *x, size_t index)
{
    struct rtf rtf = {.x = x,
                      .index = index,
                      .rest = x->message->files[index].content,
                      .data = buffer_make(x->limits->file_max_bytes),
                      .text = buffer_make(TEXT_MAX_BYTES),
                      .fields = fields_make(x, index),
                      .unicode_skip = 1,
                      .high_digit = -1};
    read_all(&rtf);
    fields_finish(&rtf.fields);
    buffer_free(&rtf.data);
    buffer_free(&rtf.text);
}
