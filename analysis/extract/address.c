/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The address parser: one pass, one state for the mailbox being read; see address.h.
 */
#include "analysis/extract/address.h"

#include "analysis/extract/domain.h"
#include "analysis/extract/words.h"

struct address_parser {
    struct extractor *x;
    struct mailbox_list *list;
    size_t cap;
    struct slice field;
    struct buffer phrase, comment; /* raw bytes of the mailbox being read */
    struct slice angle;            /* between < and > */
    bool has_angle, has_at, in_group;
    struct slice group; /* decoded name of the open group */
    size_t group_members;
};

static struct mailbox *add_mailbox(struct address_parser *p)
{
    struct extractor *x = p->x;
    if (x->address_count >= x->limits->addresses_max) {
        VIEW_LIMIT(x, addresses_max, p->field);
        return NULL;
    }
    x->address_count++;
    struct mailbox_list *list = p->list;
    list->items = view_grow(&x->message->arena, list->items, list->count, &p->cap, sizeof *list->items);
    return &list->items[list->count++];
}

/* Without a source route ("@a,@b:user@host") and blanks around. */
static struct slice strip_route(struct slice address)
{
    address = slice_trim(address);
    size_t colon = slice_index(address, ':');
    return address.len > 0 && address.ptr[0] == '@' && colon < address.len ? slice_skip(address, colon + 1)
                                                                           : address;
}

void address_split(struct extractor *x, struct slice address, struct mailbox *mailbox)
{
    mailbox->address = words_decode(x, address);
    mailbox->local = mailbox->address;
    for (size_t i = mailbox->address.len; i > 0; i--) {
        if (mailbox->address.ptr[i - 1] != '@') continue;
        mailbox->local = slice_head(mailbox->address, i - 1);
        mailbox->domain = domain_normalize(&x->message->arena, slice_trim(slice_skip(mailbox->address, i)));
        mailbox->registrable = domain_registrable(mailbox->domain);
        break;
    }
}

static bool has_blank(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (ascii_is_space(s.ptr[i])) return true;
    }
    return false;
}

/* Ends the mailbox being read and clears the state for the next one. */
static void finish_mailbox(struct address_parser *p)
{
    struct slice phrase = slice_trim(buffer_slice(&p->phrase));
    struct slice comment = slice_trim(buffer_slice(&p->comment));
    struct slice address = p->has_angle ? strip_route(p->angle) : phrase;
    bool is_name_only = !p->has_angle && has_blank(phrase) && !memchr(phrase.ptr, '@', phrase.len);
    if (phrase.len > 0 || address.len > 0) {
        struct mailbox *mailbox = add_mailbox(p);
        if (mailbox) {
            struct slice name = p->has_angle || is_name_only ? phrase : comment;
            if (name.len == 0) name = comment;
            while (name.len > 0 && name.ptr[name.len - 1] == ',')
                name = slice_trim(slice_head(name, name.len - 1));
            mailbox->name = words_decode(p->x, name);
            if (!is_name_only) address_split(p->x, address, mailbox);
            p->group_members++;
        }
    }
    buffer_clear(&p->phrase);
    buffer_clear(&p->comment);
    p->has_angle = p->has_at = false;
}

static void open_group(struct address_parser *p)
{
    p->group = words_decode(p->x, slice_trim(buffer_slice(&p->phrase)));
    p->in_group = true;
    p->group_members = 0;
    buffer_clear(&p->phrase);
}

static void close_group(struct address_parser *p)
{
    finish_mailbox(p);
    if (p->in_group && p->group_members == 0 && p->group.len > 0) {
        struct mailbox *mailbox = add_mailbox(p);
        if (mailbox) mailbox->name = p->group;
    }
    p->in_group = false;
}

/* The text between the quotes at the start of `s`, without backslashes; returns the length with quotes. */
static size_t take_quoted(struct slice s, struct buffer *out)
{
    bool in_jis = false;
    for (size_t i = 1; i < s.len; i++) {
        uint8_t c = s.ptr[i];
        if (c == 0x1b && i + 1 < s.len) in_jis = s.ptr[i + 1] == '$';
        if (!in_jis && c == '"') return i + 1;
        if (!in_jis && c == '\\' && i + 1 < s.len && s.ptr[i + 1] < 0x80) c = s.ptr[++i];
        (void)buffer_append_byte(out, c);
    }
    return s.len;
}

/* A comment with the comments nested in it; returns the length with parentheses. */
static size_t take_comment(struct slice s, struct buffer *out)
{
    size_t depth = 0;
    if (out->len > 0) (void)buffer_append_byte(out, ' ');
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.ptr[i];
        if (c == '\\' && i + 1 < s.len)
            c = s.ptr[++i];
        else if (c == '(' && depth++ == 0)
            continue;
        else if (c == ')' && --depth == 0)
            return i + 1;
        (void)buffer_append_byte(out, c);
    }
    return s.len;
}

/* What stands between < and >; an earlier one was part of the name. Returns the length with brackets. */
static size_t take_angle(struct address_parser *p, struct slice s)
{
    if (p->has_angle) {
        (void)buffer_append_byte(&p->phrase, '<');
        (void)buffer_append(&p->phrase, p->angle);
        (void)buffer_append_byte(&p->phrase, '>');
    }
    size_t end = slice_index(s, '>');
    p->angle = slice_make(s.ptr + 1, end > 0 ? end - 1 : 0);
    p->has_angle = true;
    return end < s.len ? end + 1 : s.len;
}

/* Raw ISO-2022-JP: all up to the escape back to ASCII, whose bytes look like specials. */
static size_t take_jis(struct slice s, struct buffer *out)
{
    size_t back = slice_find(slice_skip(s, 1), SLICE("\x1b(")) + 1;
    size_t len = back + 3 <= s.len ? back + 3 : s.len;
    (void)buffer_append(out, slice_head(s, len));
    return len;
}

/* A comma in the name of a sender that stands without quotes ("Smith, John <john@a.example>"): no address
 * before it, and one in brackets before the next comma. Mail programs show the whole. */
static bool is_in_name(const struct address_parser *p, struct slice s)
{
    if (p->has_angle || p->has_at || p->in_group || slice_trim(buffer_slice(&p->phrase)).len == 0)
        return false;
    if (!slice_equal_nocase(p->field, SLICE("From")) && !slice_equal_nocase(p->field, SLICE("Sender")))
        return false;
    struct slice next = slice_skip(s, 1);
    next = slice_head(next, slice_index(next, ','));
    return slice_index(next, '<') < next.len;
}

static size_t take_one(struct address_parser *p, struct slice s)
{
    uint8_t c = s.ptr[0];
    size_t word = c == '=' ? words_encoded_len(s) : 0;
    if (word > 0) {
        (void)buffer_append(&p->phrase, slice_head(s, word));
        return word;
    }
    bool is_group = c == ':' && !p->has_angle && !p->in_group && !p->has_at;
    switch (c) {
    case '"': return take_quoted(s, &p->phrase);
    case '(': return take_comment(s, &p->comment);
    case '<': return take_angle(p, s);
    case 0x1b: return s.len > 1 && s.ptr[1] == '$' ? take_jis(s, &p->phrase) : 1;
    case ',':
        if (is_in_name(p, s))
            (void)buffer_append_byte(&p->phrase, c);
        else
            finish_mailbox(p);
        return 1;
    case ';': close_group(p); return 1;
    case '\r':
    case '\n': return 1;
    case '@': p->has_at = true; break;
    default: break;
    }
    if (is_group && p->phrase.len > 0)
        open_group(p);
    else
        (void)buffer_append_byte(&p->phrase, c);
    return 1;
}

void address_parse_list(struct extractor *x, struct slice value, struct slice field,
                        struct mailbox_list *list)
{
    struct address_parser p = {.x = x, .list = list, .cap = list->count, .field = field};
    p.phrase = buffer_make(value.len + 2);
    p.comment = buffer_make(value.len + 2);
    buffer_reserve(&p.phrase, 64);
    while (value.len > 0 && x->address_count < x->limits->addresses_max)
        value = slice_skip(value, take_one(&p, value));
    if (value.len > 0) VIEW_LIMIT(x, addresses_max, field);
    if (p.in_group)
        close_group(&p);
    else
        finish_mailbox(&p);
    buffer_free(&p.phrase);
    buffer_free(&p.comment);
}
