/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expectations of the publishing tests; see expect.h.
 */
#include "expect.h"

#include <stdlib.h>

#include "base/utf8.h"

json_t *expect_json(struct slice text)
{
    json_error_t error;
    json_t *root =
        json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!root) fail_msg("%s in %.*s", error.text, (int)text.len, (const char *)text.ptr);
    return root;
}

json_t *at(json_t *root, const char *path)
{
    struct slice rest = slice_from_cstr(path), key;
    while (root && (key = slice_next_token(&rest, '/')).ptr) {
        char name[64] = "";
        assert_true(key.len < sizeof name);
        memcpy(name, key.ptr, key.len);
        root = json_is_array(root) ? json_array_get(root, (size_t)atoi(name)) : json_object_get(root, name);
    }
    return root;
}

void expect_text(json_t *root, const char *path, const char *text)
{
    const char *value = json_string_value(at(root, path));
    if (!value || strcmp(value, text) != 0)
        fail_msg("%s is %s, not %s", path, value ? value : "absent", text);
}

void expect_number(json_t *root, const char *path, long long number)
{
    json_t *value = at(root, path);
    if (!json_is_integer(value) || json_integer_value(value) != number) {
        fail_msg("%s is %lld, not %lld", path, (long long)json_integer_value(value), number);
    }
}

void expect_absent(json_t *root, const char *path)
{
    if (at(root, path)) fail_msg("%s is there", path);
}

void expect_harmless(struct slice out, bool line_feeds)
{
    while (out.len > 0) {
        struct slice here = out;
        int32_t c = utf8_next(&out);
        if (c == '\n' && line_feeds) continue;
        if (c == UTF8_BAD || utf8_is_unsafe(c))
            fail_msg("U+%04x before %.40s", (unsigned)c, (const char *)here.ptr);
    }
}
