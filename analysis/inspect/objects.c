/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See objects.h. What the objects say of their sizes is not believed beyond the bytes there are.
 */
#include "analysis/inspect/objects.h"

#include "analysis/inspect/relations.h"
#include "base/cursor.h"

enum {
    FORMAT_LINKED = 1,
    FORMAT_EMBEDDED = 2,
    NATIVE_IS_FILE = 2,
    NATIVE_IS_EMBEDDED = 3,
    NAME_MAX_BYTES = 1024
};

void objects_add_class(struct extractor *x, size_t index, struct slice class_name)
{
    inspect_add_fact(x, index, FACT_EMBEDDED_OBJECT, class_name);
    if (slice_starts_nocase(class_name, SLICE("Equation")))
        inspect_add_fact(x, index, FACT_EQUATION, class_name);
}

/* Bytes up to a NUL, which is taken too. */
static struct slice take_text(struct cursor *c)
{
    struct slice rest = slice_make(c->data, c->bad ? 0 : cursor_left(c));
    size_t len = slice_index(slice_head(rest, NAME_MAX_BYTES), 0);
    struct slice text = cursor_take(c, len);
    cursor_skip(c, 1);
    return text;
}

/* As many bytes as are said, or as there are. */
static struct slice take_counted(struct cursor *c, size_t len)
{
    return cursor_take(c, c->bad || len < cursor_left(c) ? len : cursor_left(c));
}

/* Behind the data stand temporary path, label and path once more in UTF-16, where the writer is newer. */
static struct slice take_wide_path(struct extractor *x, struct cursor *c)
{
    struct slice path = slice_make(NULL, 0);
    for (int i = 0; i < 3 && !c->bad && cursor_left(c) > 4; i++) {
        uint64_t len = (uint64_t)cursor_le32(c) * 2;
        path = len <= cursor_left(c) ? cursor_take(c, (size_t)len) : slice_make(NULL, 0);
    }
    return inspect_utf16(x, slice_head(path, (size_t)NAME_MAX_BYTES * 2));
}

/* label, path, flags, temporary path, data; then the names again as UTF-16. False when it is none. */
static bool read_packed_file(struct extractor *x, size_t index, struct slice data)
{
    struct cursor c = cursor_make(data);
    if (cursor_le16(&c) != NATIVE_IS_FILE) return false;
    struct slice label = take_text(&c);
    struct slice path = take_text(&c);
    cursor_skip(&c, 2);
    uint16_t kind = cursor_le16(&c);
    if (kind != NATIVE_IS_EMBEDDED) {
        bool is_linked = !c.bad && kind == 1;
        if (is_linked) inspect_add_fact(x, index, FACT_LINK_TARGET, path);
        return is_linked;
    }
    (void)take_counted(&c, cursor_le32(&c));
    struct slice content = take_counted(&c, cursor_le32(&c));
    if (c.bad) return false;
    struct slice wide = take_wide_path(x, &c);
    struct slice name = wide.len > 0 ? wide : path.len > 0 ? path : label;
    inspect_add_fact(x, index, FACT_EMBEDDED_FILE, name);
    if (label.len > 0 && !slice_ends_nocase(path, label))
        inspect_add_fact(x, index, FACT_EMBEDDED_FILE, label);
    (void)inspect_add_child(x, index, name.len > 0 ? name : SLICE("package.bin"), content, FILE_EMBEDDED);
    return true;
}

static void read_native_data(struct extractor *x, size_t index, struct slice data)
{
    if (data.len == 0 || read_packed_file(x, index, data)) return;
    (void)inspect_add_child(x, index, SLICE("native.bin"), data, FILE_EMBEDDED);
}

void objects_read_native(struct extractor *x, size_t index, struct slice stream)
{
    struct cursor c = cursor_make(stream);
    uint32_t len = cursor_le32(&c);
    read_native_data(x, index, take_counted(&c, len));
}

/* A length with its NUL, and the text. */
static struct slice take_ole1_text(struct cursor *c)
{
    struct slice text = take_counted(c, cursor_le32(c));
    return slice_head(text, slice_index(text, 0));
}

void objects_read_ole1(struct extractor *x, size_t index, struct slice object)
{
    struct cursor c = cursor_make(object);
    (void)cursor_le32(&c);
    uint32_t format = cursor_le32(&c);
    struct slice class_name = take_ole1_text(&c);
    struct slice topic = take_ole1_text(&c);
    (void)take_ole1_text(&c);
    if (c.bad) return;
    objects_add_class(x, index, class_name);
    if (format == FORMAT_LINKED) {
        if (relations_is_remote(topic))
            relations_add_loaded(x, index, FACT_EXTERNAL_RELATION, class_name, topic);
        return;
    }
    struct slice data = take_counted(&c, cursor_le32(&c));
    bool is_package = slice_equal_nocase(class_name, SLICE("Package"));
    if (is_package)
        read_native_data(x, index, data);
    else if (data.len > 0)
        (void)inspect_add_child(x, index, SLICE("object.bin"), data, FILE_EMBEDDED);
}
