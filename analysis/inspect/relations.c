/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See relations.h.
 */
#include "analysis/inspect/relations.h"

static bool is_slash(uint8_t c)
{
    return c == '/' || c == '\\';
}

/* "//host" or "\\host", but no device or drive. */
static bool is_share(struct slice path)
{
    return path.len > 2 && is_slash(path.ptr[0]) && is_slash(path.ptr[1]) && !is_slash(path.ptr[2]) &&
           path.ptr[2] != '.' && path.ptr[2] != '?';
}

/* What follows "file:" with its slashes: a share, or "//host/path". */
static bool is_remote_file(struct slice rest)
{
    size_t slashes = 0;
    while (slashes < rest.len && is_slash(rest.ptr[slashes])) slashes++;
    struct slice path = slice_skip(rest, slashes);
    bool has_drive = path.len > 1 && (path.ptr[1] == ':' || path.ptr[1] == '|');
    bool is_host = slashes == 2 || slashes >= 4 || (slashes == 3 && rest.len > 2 && rest.ptr[2] == '\\');
    return is_host && path.len > 0 && !has_drive && !slice_starts_nocase(path, SLICE("localhost/"));
}

bool relations_is_remote(struct slice target)
{
    static const struct slice schemes[] = {SLICE_INIT("http:"), SLICE_INIT("https:"), SLICE_INIT("ftp:"),
                                           SLICE_INIT("mhtml:"), SLICE_INIT("ms-msdt:")};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (slice_starts_nocase(target, schemes[i])) return true;
    }
    if (slice_starts_nocase(target, SLICE("file:"))) return is_remote_file(slice_skip(target, 5));
    return is_share(target);
}

void relations_add_loaded(struct extractor *x, size_t index, enum file_fact_kind kind, struct slice loaded_as,
                          struct slice address)
{
    struct buffer text = buffer_make(x->limits->fact_max_bytes);
    (void)buffer_append(&text, loaded_as);
    if (loaded_as.len > 0) (void)buffer_append_byte(&text, ' ');
    (void)buffer_append(&text, address);
    inspect_add_fact(x, index, kind, buffer_slice(&text));
    buffer_free(&text);
}

/* The last name of a relationship's type: ".../relationships/oleObject". */
static struct slice type_name(struct slice type)
{
    for (size_t i = type.len; i > 0; i--) {
        if (type.ptr[i - 1] == '/') return slice_skip(type, i);
    }
    return type;
}

void relations_read(struct extractor *x, size_t index, const struct xml_element *element, bool takes_links)
{
    struct slice mode = xml_attribute(element, "TargetMode");
    struct slice target = slice_trim(xml_attribute(element, "Target"));
    struct slice type = type_name(xml_attribute(element, "Type"));
    if (!slice_equal_nocase(mode, SLICE("External"))) return;
    bool is_link = slice_equal_nocase(type, SLICE("hyperlink"));
    if (is_link != takes_links) return;
    if (is_link) {
        if (!slice_starts_nocase(target, SLICE("mailto:")) && slice_index(target, ':') < target.len)
            inspect_add_link(x, index, target);
    } else if (!relations_is_remote(target)) {
        return;
    } else if (slice_equal_nocase(type, SLICE("attachedTemplate"))) {
        inspect_add_fact(x, index, FACT_REMOTE_TEMPLATE, target);
    } else {
        relations_add_loaded(x, index, FACT_EXTERNAL_RELATION, type, target);
    }
}
