/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON by jansson; see document.h. The one file that sees jansson.h.
 */
#include "sensor/publish/document.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

/* jansson fails only without memory, which we do not survive (base/mem.h). */
static json_t *need(json_t *value)
{
    if (!value) abort();
    return value;
}

static json_t *set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(object, key, need(value)) != 0) abort();
    return value;
}

static json_t *add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, need(value)) != 0) abort();
    return value;
}

static json_t *text_value(struct slice text)
{
    json_t *value = json_stringn(text.len > 0 ? (const char *)text.ptr : "", text.len);
    if (value) return value;
    struct buffer repaired = buffer_make(4 * text.len);
    utf8_repair(&repaired, text);
    value = json_stringn((const char *)repaired.data, repaired.len);
    buffer_free(&repaired);
    return value;
}

json_t *document_new(void)
{
    return need(json_object());
}

void document_free(json_t **root)
{
    json_decref(*root);
    *root = NULL;
}

json_t *document_set_object(json_t *object, const char *key)
{
    return set(object, key, json_object());
}

json_t *document_set_array(json_t *object, const char *key)
{
    return set(object, key, json_array());
}

json_t *document_add_object(json_t *array)
{
    return add(array, json_object());
}

void document_set_text(json_t *object, const char *key, struct slice text)
{
    if (text.len > 0) set(object, key, text_value(text));
}

void document_set_any_text(json_t *object, const char *key, struct slice text)
{
    set(object, key, text_value(text));
}

void document_set_cstr(json_t *object, const char *key, const char *text)
{
    document_set_text(object, key, slice_from_cstr(text));
}

void document_set_uint(json_t *object, const char *key, uint64_t value)
{
    set(object, key, json_integer(value <= INT64_MAX ? (json_int_t)value : INT64_MAX));
}

void document_set_real(json_t *object, const char *key, double value)
{
    set(object, key, json_real(isfinite(value) ? value : 0));
}

void document_set_bool(json_t *object, const char *key, bool value)
{
    set(object, key, json_boolean(value));
}

void document_add_text(json_t *array, struct slice text)
{
    add(array, text_value(text));
}

size_t document_count(const json_t *value)
{
    return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

void document_prune(json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (value && document_count(value) == 0) (void)json_object_del(object, key);
}

static void write_escaped(struct buffer *out, int32_t c)
{
    if (c >= 0x10000) {
        uint32_t bits = (uint32_t)c - 0x10000;
        (void)buffer_printf(out, "\\u%04x\\u%04x", 0xd800 | bits >> 10, 0xdc00 | (bits & 0x3ff));
    } else {
        (void)buffer_printf(out, "\\u%04x", (unsigned)c);
    }
}

/* Bytes outside ASCII, and DEL, stand only inside strings, so the text can be rewritten without parsing it.
 */
static void append_harmless(struct buffer *out, struct slice json)
{
    size_t run = 0;
    buffer_reserve(out, json.len);
    while (run < json.len) {
        if (json.ptr[run] < 0x7f) {
            run++;
            continue;
        }
        struct slice rest = slice_skip(json, run);
        size_t before = rest.len;
        int32_t c = utf8_next(&rest);
        if (!utf8_is_unsafe(c)) {
            run += before - rest.len;
            continue;
        }
        (void)buffer_append(out, slice_head(json, run));
        write_escaped(out, c);
        json = rest;
        run = 0;
    }
    (void)buffer_append(out, json);
}

void document_write(const json_t *root, struct buffer *out)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (!text) abort();
    append_harmless(out, slice_from_cstr(text));
    free(text);
}
