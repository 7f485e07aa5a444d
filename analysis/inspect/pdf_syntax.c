/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See pdf_syntax.h. Containers are followed by a stack of fixed depth, so that a value is passed once however
 * deep it nests.
 */
#include "analysis/inspect/pdf_syntax.h"

static const struct slice key_names[PDF_KEY_COUNT] = {
#define PDF_KEY(name) [PDF_##name] = SLICE_INIT(#name),
#include "analysis/inspect/pdf_keys.def"
#undef PDF_KEY
};

enum { KEY_NONE = -1, KEY_OTHER = -2, NAME_MAX_BYTES = 32 };

static bool is_delimiter(uint8_t c)
{
    return c && strchr("()<>[]{}/%", c);
}

static bool is_regular(uint8_t c)
{
    return !pdf_is_white(c) && !is_delimiter(c);
}

static void skip_white(struct slice *rest)
{
    size_t i = 0;
    while (i < rest->len) {
        if (rest->ptr[i] == '%') {
            while (i < rest->len && rest->ptr[i] != '\n' && rest->ptr[i] != '\r') i++;
        } else if (pdf_is_white(rest->ptr[i])) {
            i++;
        } else {
            break;
        }
    }
    *rest = slice_skip(*rest, i);
}

/* Bytes of the string that begins with a parenthesis; those inside nest. */
static size_t string_len(struct slice s)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '(')
            depth++;
        else if (s.ptr[i] == ')' && --depth == 0)
            return i + 1;
    }
    return s.len;
}

static size_t token_len(struct slice s)
{
    uint8_t first = s.ptr[0];
    bool doubled = s.len > 1 && s.ptr[1] == first;
    if (first == '(') return string_len(s);
    if ((first == '<' || first == '>') && doubled) return 2;
    if (first == '<') {
        size_t end = slice_index(s, '>');
        return end < s.len ? end + 1 : s.len;
    }
    size_t len = 1;
    if (first != '/' && is_delimiter(first)) return len;
    while (len < s.len && is_regular(s.ptr[len])) len++;
    return len;
}

struct slice pdf_next_token(struct slice *rest)
{
    skip_white(rest);
    if (rest->len == 0) return *rest;
    struct slice token = slice_head(*rest, token_len(*rest));
    *rest = slice_skip(*rest, token.len);
    return token;
}

static int hex_digit(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The name without its slash, #xx decoded; names too long to be known come cut. */
static struct slice decode_name(struct slice token, uint8_t out[static NAME_MAX_BYTES])
{
    size_t len = 0;
    for (size_t i = 1; i < token.len && len < NAME_MAX_BYTES; i++) {
        uint8_t c = token.ptr[i];
        int high = c == '#' && i + 2 < token.len ? hex_digit(token.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(token.ptr[i + 2]) : -1;
        if (low >= 0) {
            c = (uint8_t)(high << 4 | low);
            i += 2;
        }
        out[len++] = c;
    }
    return slice_make(out, len);
}

bool pdf_is_name(struct slice value, const char *name)
{
    uint8_t room[NAME_MAX_BYTES];
    if (value.len == 0 || value.ptr[0] != '/') return false;
    return slice_equal(decode_name(value, room), slice_from_cstr(name));
}

static int find_key(struct slice token)
{
    uint8_t room[NAME_MAX_BYTES];
    struct slice name = decode_name(token, room);
    for (int i = 0; i < PDF_KEY_COUNT; i++) {
        if (slice_equal(name, key_names[i])) return i;
    }
    return KEY_OTHER;
}

/* The token, or the container that ends with it, is (or goes on with) the value of the key before. */
static void take_value(struct pdf_walker *w, const uint8_t *start, const uint8_t *end)
{
    if (w->depth == 0) return;
    struct pdf_frame *frame = &w->frames[w->depth - 1];
    if (frame->is_array || frame->key == KEY_NONE) return;
    if (frame->key >= 0) {
        struct slice *value = &frame->dict.values[frame->key];
        if (!frame->has_value) value->ptr = start;
        value->len = (size_t)(end - value->ptr);
    }
    frame->has_value = true;
}

static void open_container(struct pdf_walker *w, const uint8_t *start, bool is_array)
{
    if (w->depth == PDF_DEPTH_MAX) {
        w->skipped++;
        return;
    }
    struct pdf_frame *frame = &w->frames[w->depth++];
    frame->is_array = is_array;
    frame->key = KEY_NONE;
    frame->has_value = false;
    frame->start = start;
    if (!is_array) memset(&frame->dict, 0, sizeof frame->dict);
}

static void close_container(struct pdf_walker *w, const uint8_t *end, pdf_dict_fn fn, void *arg)
{
    if (w->skipped > 0) {
        w->skipped--;
        return;
    }
    if (w->depth == 0) return;
    const struct pdf_frame *frame = &w->frames[--w->depth];
    if (!frame->is_array && fn) fn(arg, &frame->dict, w->depth);
    take_value(w, frame->start, end);
}

/* A name where a key may stand. */
static bool take_key(struct pdf_walker *w, struct slice token)
{
    if (w->depth == 0 || token.ptr[0] != '/') return false;
    struct pdf_frame *frame = &w->frames[w->depth - 1];
    if (frame->is_array || (frame->key != KEY_NONE && !frame->has_value)) return false;
    frame->key = find_key(token);
    frame->has_value = false;
    return true;
}

static void take_token(struct pdf_walker *w, struct slice token, pdf_dict_fn fn, void *arg)
{
    const uint8_t *end = token.ptr + token.len;
    uint8_t first = token.ptr[0];
    if (first == '[' || (first == '<' && pdf_is_dict(token)))
        open_container(w, token.ptr, first == '[');
    else if (first == ']' || (first == '>' && token.len == 2))
        close_container(w, end, fn, arg);
    else if (w->skipped == 0 && !take_key(w, token))
        take_value(w, token.ptr, end);
}

static bool is_keyword(struct slice token, const char *word)
{
    return slice_equal(token, slice_from_cstr(word));
}

struct slice pdf_walk(struct pdf_walker *w, struct slice *rest, pdf_dict_fn fn, void *arg, bool *whole)
{
    w->depth = w->skipped = 0;
    skip_white(rest);
    struct slice value = slice_head(*rest, 0);
    *whole = true;
    do {
        struct slice before = *rest, token = pdf_next_token(rest);
        if (token.len == 0) *whole = false;
        /* A container left open ends where its object does. */
        if (token.len == 0 || is_keyword(token, "endobj") || is_keyword(token, "stream")) {
            *rest = before;
            while (w->depth > 0) close_container(w, before.ptr, fn, arg);
            break;
        }
        take_token(w, token, fn, arg);
        value.len = (size_t)(token.ptr + token.len - value.ptr);
    } while (w->depth > 0 || w->skipped > 0);
    return value;
}

/* The byte that an escape stands for, or -1 for one that stands for nothing; *i moves to its last byte. */
static int unescape(struct slice s, size_t *i)
{
    static const char letters[] = "nrtbf", bytes[] = "\n\r\t\b\f";
    uint8_t c = s.ptr[*i];
    const char *at = c ? strchr(letters, c) : NULL;
    if (at) return bytes[at - letters];
    if (c == '\n') return -1;
    if (c == '\r') {
        if (*i + 1 < s.len && s.ptr[*i + 1] == '\n') ++*i;
        return -1;
    }
    if (c < '0' || c > '7') return c;
    int value = 0;
    size_t end = *i + 3;
    while (*i < end && *i < s.len && s.ptr[*i] >= '0' && s.ptr[*i] <= '7')
        value = value << 3 | (s.ptr[(*i)++] - '0');
    --*i;
    return value & 0xff;
}

static void append_hex(struct slice value, struct buffer *out)
{
    int high = -1;
    for (size_t i = 1; i < value.len; i++) {
        int digit = hex_digit(value.ptr[i]);
        if (digit < 0) continue;
        if (high >= 0) (void)buffer_append_byte(out, (uint8_t)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    if (high >= 0) (void)buffer_append_byte(out, (uint8_t)(high << 4));
}

void pdf_append_string(struct slice value, struct buffer *out)
{
    if (!pdf_is_string(value)) return;
    if (value.ptr[0] == '<') {
        append_hex(value, out);
        return;
    }
    size_t end = value.ptr[value.len - 1] == ')' && value.len > 1 ? value.len - 1 : value.len;
    for (size_t i = 1; i < end; i++) {
        int c = value.ptr[i];
        if (c == '\\') c = ++i < end ? unescape(slice_head(value, end), &i) : -1;
        if (c >= 0) (void)buffer_append_byte(out, (uint8_t)c);
    }
}

bool pdf_read_int(struct slice value, int64_t *number)
{
    bool negative = value.len > 0 && value.ptr[0] == '-';
    if (value.len > 0 && (negative || value.ptr[0] == '+')) value = slice_skip(value, 1);
    value = slice_head(value, slice_index(value, '.'));
    uint64_t magnitude = 0;
    if (!slice_parse_u64(value, &magnitude) || magnitude > INT64_MAX) return false;
    *number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

bool pdf_read_reference(struct slice value, uint32_t *number)
{
    int64_t object = 0, generation = 0;
    if (value.len == 0 || !ascii_is_digit(value.ptr[0])) return false;
    if (!pdf_read_int(pdf_next_token(&value), &object) || object > UINT32_MAX) return false;
    if (!pdf_read_int(pdf_next_token(&value), &generation)) return false;
    *number = (uint32_t)object;
    return is_keyword(pdf_next_token(&value), "R");
}
