/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calendar invitations (RFC 5545): who invites, who is invited, the summary, addresses in any field, and
 * files attached to the event (BASE64).
 */
#include "analysis/extract/mime_codec.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/strings.h"

/* Folds taken off and escapes undone, in the arena. */
static struct slice unfold(struct extractor *x, struct slice content)
{
    struct slice copy = arena_copy(&x->message->arena, content);
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
    size_t len = 0;
    for (size_t i = 0; i < copy.len; i++) {
        bool has_next = i + 1 < copy.len;
        if (bytes[i] == '\r') continue;
        if (bytes[i] == '\n' && has_next && (bytes[i + 1] == ' ' || bytes[i + 1] == '\t')) {
            i++;
        } else if (bytes[i] == '\\' && has_next && memchr("nN,;\\", bytes[i + 1], 5)) {
            i++;
            bytes[len++] = ascii_lower(bytes[i]) == 'n' ? ' ' : bytes[i];
        } else {
            bytes[len++] = bytes[i];
        }
    }
    return slice_head(copy, len);
}

/* The value of a line: what follows the first colon outside of quotes. */
static struct slice value_of(struct slice line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '"') quoted = !quoted;
        if (line.ptr[i] == ':' && !quoted) return slice_trim(slice_skip(line, i + 1));
    }
    return slice_make(NULL, 0);
}

static bool is_property(struct slice line, struct slice name)
{
    if (!slice_starts_nocase(line, name) || line.len <= name.len) return false;
    return line.ptr[name.len] == ':' || line.ptr[name.len] == ';';
}

static void take_attachment(struct extractor *x, size_t index, struct slice line)
{
    struct slice name = SLICE("attachment");
    size_t at = slice_find_nocase(line, SLICE("filename="));
    if (at < line.len) {
        struct slice rest = slice_skip(line, at + 9);
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != ';' && rest.ptr[end] != ':') end++;
        name = slice_head(rest, end);
        if (name.len >= 2 && name.ptr[0] == '"') name = slice_make(name.ptr + 1, name.len - 2);
    }
    struct buffer decoded = buffer_make(x->limits->file_max_bytes + MIME_DECODE_SLACK_BYTES);
    mime_decode_body(MIME_BASE64, value_of(line), &decoded);
    (void)inspect_add_child(x, index, name, buffer_slice(&decoded), FILE_EMBEDDED);
    buffer_free(&decoded);
}

static void take_line(struct extractor *x, size_t index, struct slice line)
{
    struct slice value = value_of(line);
    if (slice_starts_nocase(value, SLICE("mailto:"))) value = slice_skip(value, 7);
    if (is_property(line, SLICE("ATTENDEE"))) inspect_add_fact(x, index, FACT_ATTENDEE, value);
    if (is_property(line, SLICE("ORGANIZER"))) inspect_add_fact(x, index, FACT_ORGANIZER, value);
    if (is_property(line, SLICE("SUMMARY"))) inspect_add_fact(x, index, FACT_TITLE, value);
    bool is_encoded =
        is_property(line, SLICE("ATTACH")) && slice_find_nocase(line, SLICE("ENCODING=BASE64")) < line.len;
    if (is_encoded && inspect_may_nest(x, index)) take_attachment(x, index, line);
    if (!is_encoded) strings_find_links(x, index, value);
}

void calendar_inspect(struct extractor *x, size_t index)
{
    struct slice rest = unfold(x, strings_plain(x, x->message->files[index].content));
    for (struct slice line = strings_next_line(&rest); line.ptr; line = strings_next_line(&rest)) {
        take_line(x, index, line);
    }
}
