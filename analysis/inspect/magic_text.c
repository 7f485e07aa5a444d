/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Types of texts by the words of magic_text.def; see magic_text.h.
 */
#include "analysis/inspect/magic_text.h"

#include <stdbool.h>

enum { SNIFF_BYTES = 1024, HEAD_BYTES = 4096 };

enum place { PLACE_TAG, PLACE_START, PLACE_LINE, PLACE_SCRIPT };

static const struct {
    enum place place;
    struct slice word;
    const char *type;
} rows[] = {
#define TAG(word, type)    {PLACE_TAG, SLICE_INIT(word), (type)},
#define START(word, type)  {PLACE_START, SLICE_INIT(word), (type)},
#define LINE(word, type)   {PLACE_LINE, SLICE_INIT(word), (type)},
#define SCRIPT(word, type) {PLACE_SCRIPT, SLICE_INIT(word), (type)},
#include "analysis/inspect/magic_text.def"
#undef TAG
#undef START
#undef LINE
#undef SCRIPT
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

/* The first bytes as ASCII where they are UTF-16LE, without mark and leading blanks. */
static struct slice plain_head(struct slice content, uint8_t room[static HEAD_BYTES])
{
    struct slice head = slice_head(content, HEAD_BYTES);
    if (slice_starts(content, SLICE("\xff\xfe"))) {
        size_t len = 0;
        for (size_t i = 2; i + 1 < content.len && len < HEAD_BYTES / 2; i += 2) {
            room[len++] = content.ptr[i + 1] ? 'x' : content.ptr[i];
        }
        head = slice_make(room, len);
    }
    if (slice_starts(head, SLICE("\xef\xbb\xbf"))) head = slice_skip(head, 3);
    size_t i = 0;
    while (i < head.len && ascii_is_space(head.ptr[i])) i++;
    return slice_skip(head, i);
}

/* Offset of the tag with this name, or head.len. */
static size_t find_tag(struct slice head, struct slice tag)
{
    for (size_t from = 0; from < head.len;) {
        size_t at = from + slice_find_nocase(slice_skip(head, from), tag);
        size_t end = at + tag.len;
        if (end >= head.len || ascii_is_space(head.ptr[end]) || memchr(">/", head.ptr[end], 2)) return at;
        from = end;
    }
    return head.len;
}

/* What the first tag of a text that starts with '<' says. */
static const char *sniff_markup(struct slice head)
{
    if (slice_find_nocase(head, SLICE("<hta:application")) < head.len) return "application/x-hta";
    head = slice_head(head, SNIFF_BYTES);
    bool is_xml = slice_starts_nocase(head, SLICE("<?xml"));
    bool anywhere =
        is_xml || slice_starts(head, SLICE("<!--")) || slice_starts_nocase(head, SLICE("<!doctype"));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].place != PLACE_TAG) continue;
        size_t at = find_tag(head, rows[i].word);
        if (at == 0 ? head.len > 0 : anywhere && at < head.len) return rows[i].type;
    }
    return is_xml ? "text/xml" : NULL;
}

static bool has_line(struct slice head, struct slice word)
{
    for (size_t from = 0; from < head.len;) {
        size_t at = from + slice_find_nocase(slice_skip(head, from), word);
        if (at >= head.len) return false;
        if (at == 0 || head.ptr[at - 1] == '\n') return true;
        from = at + 1;
    }
    return false;
}

/* The first type of which two different words stand in the text. */
static const char *sniff_script(struct slice head)
{
    const char *seen = NULL;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].place != PLACE_SCRIPT || slice_find_nocase(head, rows[i].word) == head.len) continue;
        if (seen && strcmp(seen, rows[i].type) == 0) return seen;
        seen = rows[i].type;
    }
    return NULL;
}

static bool looks_like_mail(struct slice head)
{
    static const char *const starts[] = {
        "Received:", "Return-Path:", "From:", "Message-ID:", "MIME-Version:", "Date:"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (slice_starts_nocase(head, slice_from_cstr(starts[i]))) {
            return slice_find(head, SLICE("\n")) < head.len &&
                   slice_find_nocase(head, SLICE("\nsubject:")) < head.len;
        }
    }
    return false;
}

static bool is_text(struct slice head)
{
    for (size_t i = 0; i < head.len; i++) {
        uint8_t c = head.ptr[i];
        if (c < 0x20 && !ascii_is_space(c) && c != 0x1b) return false;
        if (c == 0x7f) return false;
    }
    return true;
}

const char *magic_detect_text(struct slice content)
{
    uint8_t room[HEAD_BYTES];
    struct slice head = plain_head(content, room);
    const char *type = head.len > 0 && head.ptr[0] == '<' ? sniff_markup(head) : NULL;
    if (type) return type;
    if (!is_text(slice_head(head, SNIFF_BYTES))) return NULL;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool fits = rows[i].place == PLACE_START && slice_starts_nocase(head, rows[i].word);
        fits |= rows[i].place == PLACE_LINE && has_line(head, rows[i].word);
        if (fits) return rows[i].type;
    }
    if (looks_like_mail(head)) return "message/rfc822";
    type = sniff_script(head);
    return type ? type : "text/plain";
}
