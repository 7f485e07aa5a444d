/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words of IMAP: names of FETCH data items and of commands; see imap.h.
 */
#include "reassembly/session/imap.h"

static const struct {
    struct slice word;
    enum imap_item item;
} items[] = {
#define ITEM(word, item) {SLICE_INIT(word), item},
#include "reassembly/session/imap_items.def"
#undef ITEM
};

static const struct {
    struct slice word;
    enum imap_command command;
} verbs[] = {
#define VERB(word, command) {SLICE_INIT(#word), command},
#include "reassembly/session/imap_verbs.def"
#undef VERB
};

enum { ITEM_NAME_MAX = 32 };

/* The word without ".PEEK"; too long a one is left as it is. */
static struct slice without_peek(struct slice word, uint8_t room[ITEM_NAME_MAX])
{
    size_t at = slice_find_nocase(word, SLICE(".PEEK[")), peek_len = SLICE(".PEEK").len;
    if (at >= word.len || word.len > ITEM_NAME_MAX) return word;
    memcpy(room, word.ptr, at);
    memcpy(room + at, word.ptr + at + peek_len, word.len - at - peek_len);
    return slice_make(room, word.len - peek_len);
}

/* <origin> or <origin.count> at the end of the word is taken off. */
static struct slice take_range(struct slice word, struct imap_name *name)
{
    size_t open = slice_index(word, '<');
    if (open == word.len || word.ptr[word.len - 1] != '>') return word;
    struct slice range = slice_make(word.ptr + open + 1, word.len - open - 2);
    struct slice origin = slice_head(range, slice_index(range, '.')),
                 count = slice_skip(range, origin.len + 1);
    name->is_part = slice_parse_u64(origin, &name->origin);
    if (count.len > 0) (void)slice_parse_u64(count, &name->count);
    return slice_head(word, open);
}

struct imap_name imap_name_parse(struct slice word)
{
    uint8_t room[ITEM_NAME_MAX];
    struct imap_name name = {.item = IMAP_ITEM_OTHER};
    bool is_part = slice_starts_nocase(word, SLICE("BODY[")) || slice_starts_nocase(word, SLICE("BINARY["));
    if (is_part) name.item = IMAP_ITEM_PART;
    word = without_peek(take_range(word, &name), room);
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (slice_equal_nocase(word, items[i].word)) name.item = items[i].item;
    }
    return name;
}

enum imap_command imap_command_parse(struct slice word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (slice_equal_nocase(word, verbs[i].word)) return verbs[i].command;
    }
    return IMAP_COMMAND_UNKNOWN;
}

struct slice imap_command_name(struct slice word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (slice_equal_nocase(word, verbs[i].word)) return verbs[i].word;
    }
    return slice_make(NULL, 0);
}

/* RFC 3501 9: any ASTRING-CHAR but "+"; those that clients use. */
static bool is_tag(struct slice word)
{
    if (word.len == 0 || word.len > IMAP_TAG_MAX) return false;
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.ptr[i];
        if (!ascii_is_alpha(c) && !ascii_is_digit(c) && !memchr(".-_:#$", c, 6)) return false;
    }
    return true;
}

bool imap_is_command_line(struct slice line)
{
    struct slice rest = line, tag = slice_next_token(&rest, ' '), verb = slice_next_token(&rest, ' ');
    return is_tag(tag) && imap_command_parse(slice_trim(verb)) != IMAP_COMMAND_UNKNOWN;
}
