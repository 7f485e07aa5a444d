/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * OneNote sections (MS-ONESTORE): the files in them. Each stands in a FileDataStoreObject (2.6.13), found by
 * its GUID, so the tree of revisions need not be walked. Their names stand elsewhere in the section as UTF-16
 * text; whatever looks like a file name is a fact.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/magic.h"
#include "base/cursor.h"

enum { OBJECT_HEAD_BYTES = 20, NAME_MAX_CHARS = 120 };

static const struct slice object_mark =
    SLICE_INIT("\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac");

/* The extension that fits the content, as the name of the object is not known here. */
static const char *extension_of(struct slice content)
{
    static const struct {
        const char *type, *extension;
    } known[] = {
        {"application/vnd.microsoft.portable-executable", "exe"},
        {"application/x-ms-shortcut", "lnk"},
        {"application/x-hta", "hta"},
        {"application/x-wsf", "wsf"},
        {"application/javascript", "js"},
        {"application/x-powershell", "ps1"},
        {"text/vbscript", "vbs"},
        {"text/x-msdos-batch", "bat"},
        {"application/vnd.ms-htmlhelp", "chm"},
        {"text/html", "html"},
        {"image/png", "png"},
        {"image/jpeg", "jpg"},
    };
    const char *type = magic_detect(content);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(type, known[i].type) == 0) return known[i].extension;
    }
    return "bin";
}

static void read_objects(struct extractor *x, size_t index, struct slice content)
{
    size_t number = 0;
    for (size_t from = 0; from < content.len;) {
        size_t at = from + slice_find(slice_skip(content, from), object_mark);
        if (at >= content.len) return;
        struct cursor c = cursor_make(slice_skip(content, at + object_mark.len));
        uint64_t len = cursor_le32(&c);
        bool too_long = cursor_le32(&c) != 0;
        cursor_skip(&c, OBJECT_HEAD_BYTES - 8);
        if (c.bad) return;
        from = at + object_mark.len;
        if (too_long || len == 0) continue;
        if (len > cursor_left(&c)) len = cursor_left(&c);
        struct slice data = cursor_take(&c, (size_t)len);
        const char *name = arena_printf(&x->message->arena, "object-%zu.%s", ++number, extension_of(data));
        if (inspect_add_child(x, index, slice_from_cstr(name), data, FILE_EMBEDDED) == SIZE_MAX) return;
        from = at + object_mark.len + OBJECT_HEAD_BYTES + data.len;
    }
}

/* ASCII that names may hold, kana, Han and full-width forms. */
static bool is_name_char(unsigned c)
{
    if (c < 0x80) return c >= 0x20 && c < 0x7f && !memchr("\\/:*?\"<>|", (int)c, 9);
    return (c >= 0x3000 && c < 0x3100) || (c >= 0x4e00 && c < 0xa000) || (c >= 0xac00 && c < 0xd7a4) ||
           (c >= 0xff00 && c < 0xfff0);
}

static unsigned char_at(struct slice content, size_t at)
{
    return at + 1 < content.len ? content.ptr[at] | (unsigned)content.ptr[at + 1] << 8 : 0;
}

/* Bytes of an extension from the dot on: two to four letters or digits and a NUL behind them; else 0. */
static size_t extension_len(struct slice content, size_t dot)
{
    size_t chars = 1;
    for (unsigned c; (c = char_at(content, dot + chars * 2)) > 0 && c < 0x80; chars++) {
        if (!ascii_is_alpha((uint8_t)c) && !ascii_is_digit((uint8_t)c)) return 0;
        if (chars > 4) return 0;
    }
    bool ends = char_at(content, dot + chars * 2) == 0;
    return ends && chars >= 3 ? chars * 2 : 0;
}

/* Whatever UTF-16 text ends as a file name does, back to where it cannot be one any more. */
static void read_names(struct extractor *x, size_t index, struct slice content)
{
    for (size_t i = 2; i + 1 < content.len; i++) {
        size_t dot = i + slice_index(slice_skip(content, i), '.');
        i = dot;
        size_t tail = char_at(content, dot) == '.' ? extension_len(content, dot) : 0;
        if (tail == 0) continue;
        size_t start = dot;
        while (start >= 2 && dot - start < NAME_MAX_CHARS * (size_t)2 &&
               is_name_char(char_at(content, start - 2)))
            start -= 2;
        if (start == dot) continue;
        inspect_add_fact_utf16(x, index, FACT_EMBEDDED_FILE,
                               slice_make(content.ptr + start, dot + tail - start));
    }
}

void onenote_inspect(struct extractor *x, size_t index)
{
    struct slice content = x->message->files[index].content;
    read_names(x, index, content);
    if (inspect_may_nest(x, index)) read_objects(x, index, content);
}
