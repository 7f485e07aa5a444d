/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of magic.def and the types that a fixed byte string cannot tell: texts of several kinds, bitmaps,
 * TAR of before POSIX; see magic.h.
 */
#include "analysis/inspect/magic.h"

#include "base/utf8.h"

struct magic_row {
    size_t offset;
    struct slice bytes;
    const char *type;
};

static const struct magic_row rows[] = {
#define MAGIC(offset, bytes, type) {(offset), {(const uint8_t *)(bytes), sizeof(bytes) - 1}, (type)},
#include "analysis/inspect/magic.def"
#undef MAGIC
};

enum { SNIFF_BYTES = 1024 };

/* Texts that are told by a word near their beginning. */
static const struct {
    const char *word, *type;
} sniffed[] = {
    {"<!doctype html", "text/html"}, {"<html", "text/html"},    {"<head", "text/html"},
    {"<body", "text/html"},          {"<svg", "image/svg+xml"}, {"<script", "text/html"},
    {"<table", "text/html"},         {"<meta", "text/html"},    {"<iframe", "text/html"},
    {"<form", "text/html"},          {"<div", "text/html"},
};

static struct slice skip_bom_and_blanks(struct slice s)
{
    if (slice_starts(s, SLICE("\xef\xbb\xbf"))) s = slice_skip(s, 3);
    size_t i = 0;
    while (i < s.len && ascii_is_space(s.ptr[i])) i++;
    return slice_skip(s, i);
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
    bool is_xml = slice_starts_nocase(head, SLICE("<?xml"));
    for (size_t i = 0; i < sizeof sniffed / sizeof sniffed[0]; i++) {
        struct slice word = slice_from_cstr(sniffed[i].word);
        size_t at = find_tag(head, word);
        bool commented =
            slice_starts(head, SLICE("<!--")) || is_xml || slice_starts_nocase(head, SLICE("<!doctype"));
        if (at == 0 || (commented && at < head.len)) return sniffed[i].type;
    }
    return is_xml ? "text/xml" : NULL;
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

static const char *detect_text(struct slice content)
{
    struct slice head = slice_head(content, SNIFF_BYTES);
    struct slice start = skip_bom_and_blanks(head);
    if (start.len > 0 && start.ptr[0] == '<') {
        const char *type = sniff_markup(start);
        if (type) return type;
    }
    if (!is_text(head)) return NULL;
    return looks_like_mail(slice_head(content, (size_t)SNIFF_BYTES * 4)) ? "message/rfc822" : "text/plain";
}

/* "BM" alone is a word; the header's size field and zeros make it a bitmap. */
static bool is_bitmap(struct slice s)
{
    return s.len >= 18 && s.ptr[0] == 'B' && s.ptr[1] == 'M' && s.ptr[6] == 0 && s.ptr[8] == 0 &&
           s.ptr[15] == 0;
}

static bool row_fits(const struct magic_row *row, struct slice content)
{
    if (content.len < row->offset + row->bytes.len) return false;
    return memcmp(content.ptr + row->offset, row->bytes.ptr, row->bytes.len) == 0;
}

const char *magic_detect(struct slice content)
{
    if (content.len == 0) return "application/x-empty";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (row_fits(&rows[i], content)) return rows[i].type;
    }
    if (is_bitmap(content)) return "image/bmp";
    if (slice_find(slice_head(content, SNIFF_BYTES), SLICE("%PDF-")) < SNIFF_BYTES &&
        slice_find(slice_head(content, SNIFF_BYTES), SLICE("%PDF-")) < content.len) {
        return "application/pdf";
    }
    const char *type = detect_text(content);
    return type ? type : "application/octet-stream";
}
