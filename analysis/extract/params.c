/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parameters of MIME fields; see params.h. A backslash inside a quoted name is often the second byte of a
 * CP932 character and not a quote: whichever charset the bytes are in decides.
 */
#include "analysis/extract/params.h"

#include "analysis/extract/words.h"

/* Walks over double-byte characters so that their second bytes are not taken for quotes. */
struct byte_reader {
    bool is_cp932, in_jis;
};

/* Bytes of the character at the start of `s`: 2 for a pair, else 1. */
static size_t char_len(struct byte_reader *r, struct slice s)
{
    uint8_t c = s.ptr[0];
    if (c == 0x1b && s.len > 1) r->in_jis = s.ptr[1] == '$';
    bool lead = r->is_cp932 && ((c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xfc));
    return (lead || (r->in_jis && c > 0x20)) && s.len > 1 ? 2 : 1;
}

static size_t skip_blanks(struct slice s, size_t i)
{
    while (i < s.len && ascii_is_space(s.ptr[i])) i++;
    return i;
}

/* Length of the value at the start of `s`: a quoted string, or all up to the next semicolon. */
static size_t value_len(struct slice s, bool is_cp932)
{
    struct byte_reader reader = {.is_cp932 = is_cp932};
    bool quoted = s.len > 0 && s.ptr[0] == '"';
    for (size_t i = quoted ? 1 : 0; i < s.len;) {
        size_t len = char_len(&reader, slice_skip(s, i));
        uint8_t c = s.ptr[i];
        if (len == 1 && !reader.in_jis) {
            if (quoted && c == '\\' && i + 1 < s.len && (s.ptr[i + 1] == '"' || s.ptr[i + 1] == '\\'))
                len = 2;
            else if (quoted && c == '"')
                return i + 1;
            else if (!quoted && c == ';')
                return i;
        }
        i += len;
    }
    return s.len;
}

/* Takes "*", "*0" and "*0*" off the name. */
static void read_sections(struct param *param)
{
    struct slice name = param->name;
    param->section = -1;
    if (name.len > 1 && name.ptr[name.len - 1] == '*') {
        param->is_extended = true;
        name.len--;
    }
    size_t star = slice_index(name, '*');
    uint64_t section = 0;
    if (star < name.len && slice_parse_u64(slice_skip(name, star + 1), &section) && section < PARAMS_MAX) {
        param->section = (int)section;
        name.len = star;
    }
    param->name = name;
}

/* What follows a quoted value without blank or semicolon. */
static struct slice tail_of(struct slice raw, struct slice rest)
{
    size_t len = 0;
    if (raw.len < 2 || raw.ptr[0] != '"') return slice_head(rest, 0);
    while (len < rest.len && rest.ptr[len] != ';' && !ascii_is_space(rest.ptr[len])) len++;
    return slice_head(rest, len);
}

struct slice params_skip_comments(struct slice field)
{
    size_t depth = 0, i = 0;
    while (i < field.len && (depth > 0 || ascii_is_space(field.ptr[i]) || field.ptr[i] == '(')) {
        depth += field.ptr[i] == '(';
        depth -= depth > 0 && field.ptr[i] == ')';
        i += field.ptr[i] == '\\' ? 2 : 1;
    }
    return i < field.len ? slice_skip(field, i) : slice_trim(field);
}

void params_parse(struct slice field, struct params *params)
{
    params->count = 0;
    field = params_skip_comments(field);
    size_t i = 0, start = 0;
    while (i < field.len && field.ptr[i] != ';' && field.ptr[i] != '(' && !ascii_is_space(field.ptr[i])) i++;
    params->value = slice_head(slice_skip(field, start), i - start);
    bool is_cp932 = !charset_is_ascii(field) && charset_guess(field) == CHARSET_CP932;
    while (i < field.len && params->count < PARAMS_MAX) {
        while (i < field.len && (field.ptr[i] == ';' || ascii_is_space(field.ptr[i]))) i++;
        size_t name = i;
        while (i < field.len && field.ptr[i] != '=' && field.ptr[i] != ';') i++;
        if (i >= field.len || field.ptr[i] == ';') continue;
        struct param *param = &params->items[params->count++];
        *param = (struct param){.name = slice_trim(slice_make(field.ptr + name, i - name))};
        read_sections(param);
        i = skip_blanks(field, i + 1);
        size_t len = value_len(slice_skip(field, i), is_cp932);
        param->raw = slice_trim(slice_make(field.ptr + i, len));
        i += len;
        param->tail = tail_of(param->raw, slice_skip(field, i));
    }
}

/* Appends the value without its quotes. */
static void append_unquoted(struct buffer *out, struct slice raw)
{
    bool quoted = raw.len > 0 && raw.ptr[0] == '"';
    if (!quoted) {
        (void)buffer_append(out, raw);
        return;
    }
    struct byte_reader reader = {.is_cp932 = !charset_is_ascii(raw) && charset_guess(raw) == CHARSET_CP932};
    for (size_t i = 1; i < raw.len;) {
        struct slice at = slice_skip(raw, i);
        size_t len = char_len(&reader, at);
        bool single = len == 1 && !reader.in_jis;
        if (single && at.ptr[0] == '"') break;
        if (single && at.ptr[0] == '\\' && at.len > 1 && (at.ptr[1] == '"' || at.ptr[1] == '\\')) {
            at = slice_skip(at, 1);
            i++;
        }
        (void)buffer_append(out, slice_head(at, len));
        i += len;
    }
}

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append_percent_decoded(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = -1, low = -1;
        if (text.ptr[i] == '%' && i + 2 < text.len) {
            high = hex_value(text.ptr[i + 1]);
            low = hex_value(text.ptr[i + 2]);
        }
        bool decoded = high >= 0 && low >= 0;
        (void)buffer_append_byte(out, decoded ? (uint8_t)(high << 4 | low) : text.ptr[i]);
        if (decoded) i += 2;
    }
}

/* Appends one section's bytes; the first extended one begins with charset'language'. */
static void append_section(struct buffer *out, const struct param *param, struct slice *charset)
{
    struct buffer plain = buffer_make(param->raw.len);
    append_unquoted(&plain, param->raw);
    struct slice text = buffer_slice(&plain);
    if (!param->is_extended) {
        (void)buffer_append(out, text);
    } else {
        size_t first = slice_index(text, '\'');
        size_t second = first + 1 + slice_index(slice_skip(text, first + 1), '\'');
        if (param->section <= 0 && first < text.len && second < text.len) {
            struct slice raw_name = slice_make(param->raw.ptr, slice_index(param->raw, '\''));
            *charset = raw_name.len > 0 && raw_name.ptr[0] == '"' ? slice_skip(raw_name, 1) : raw_name;
            text = slice_skip(text, second + 1);
        }
        append_percent_decoded(out, text);
    }
    buffer_free(&plain);
}

static const struct param *find_section(const struct params *params, struct slice name, int section,
                                        bool extended)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct param *p = &params->items[i];
        bool fits = p->section == section && (section >= 0 || p->is_extended == extended);
        if (fits && slice_equal_nocase(p->name, name)) return p;
    }
    return NULL;
}

/* The text of a parameter that begins with `p`, with the sections that continue it. */
static struct slice decode_param(struct extractor *x, const struct params *params, const struct param *p)
{
    struct slice charset = {0};
    struct buffer bytes = buffer_make(SIZE_MAX / 8);
    bool is_2231 = p->is_extended || p->section >= 0, extended = p->is_extended;
    append_section(&bytes, p, &charset);
    for (int n = 1; p->section >= 0 && n < PARAMS_MAX; n++) {
        const struct param *next = find_section(params, p->name, n, true);
        if (!next) break;
        extended = extended || next->is_extended;
        append_section(&bytes, next, &charset);
    }
    bool with_charset = is_2231 && extended;
    struct slice text = with_charset ? words_decode_charset(x, charset, buffer_slice(&bytes))
                                     : words_decode(x, buffer_slice(&bytes));
    buffer_free(&bytes);
    return text;
}

/* The form of the parameter that most programs take. */
static const struct param *find_param(const struct params *params, struct slice name)
{
    const struct param *p = find_section(params, name, -1, true);
    if (!p) p = find_section(params, name, 0, true);
    return p ? p : find_section(params, name, -1, false);
}

struct slice params_text(struct extractor *x, const struct params *params, struct slice name)
{
    const struct param *p = find_param(params, name);
    return p ? decode_param(x, params, p) : slice_make(NULL, 0);
}

/* The value with what stands behind its quotes, or up to its first blank when it has no quotes; ptr is NULL
 * when there is no such reading. */
static struct slice read_otherwise(struct extractor *x, const struct param *p, struct slice text)
{
    if (p->is_extended || p->section >= 0) return slice_make(NULL, 0);
    struct slice tail = p->tail;
    if (tail.len > 0)
        return words_decode(
            x, slice_from_cstr(arena_printf(&x->message->arena, "%.*s%.*s", (int)text.len,
                                            (const char *)text.ptr, (int)tail.len, (const char *)tail.ptr)));
    size_t blank = 0;
    while (blank < p->raw.len && !ascii_is_space(p->raw.ptr[blank])) blank++;
    if (p->raw.len == 0 || p->raw.ptr[0] == '"' || blank == p->raw.len) return slice_make(NULL, 0);
    return words_decode(x, slice_head(p->raw, blank));
}

size_t params_readings(struct extractor *x, const struct params *params, struct slice name,
                       struct slice *readings, size_t max)
{
    const struct param *first = find_param(params, name);
    size_t count = 0;
    for (size_t i = 0; first && i <= params->count && count < max; i++) {
        const struct param *p = i == 0 ? first : &params->items[i - 1];
        bool begins = p->section <= 0 && slice_equal_nocase(p->name, name);
        if (!begins || (i > 0 && p == first)) continue;
        readings[count++] = decode_param(x, params, p);
        struct slice other = read_otherwise(x, p, readings[count - 1]);
        if (other.ptr && count < max) readings[count++] = other;
    }
    return count;
}
