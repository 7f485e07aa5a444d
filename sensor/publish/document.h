/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A JSON document under construction (RFC 8259). Keys keep the order in which they are set. The root owns the
 * tree; the pointers given out live until document_free(). Texts are copied and made valid UTF-8
 * (utf8_repair).
 */
#ifndef MAILTAP_SENSOR_PUBLISH_DOCUMENT_H
#define MAILTAP_SENSOR_PUBLISH_DOCUMENT_H

#include "base/buffer.h"
#include "base/slice.h"

struct json_t; /* jansson's value */

struct json_t *document_new(void);
void document_free(struct json_t **root);

/* A new object or array: under `key` of an object, or at the end of an array. */
struct json_t *document_set_object(struct json_t *object, const char *key);
struct json_t *document_set_array(struct json_t *object, const char *key);
struct json_t *document_add_object(struct json_t *array);

/* Values; an empty text is not set at all. */
void document_set_text(struct json_t *object, const char *key, struct slice text);
void document_set_any_text(struct json_t *object, const char *key, struct slice text); /* also an empty one */
void document_set_cstr(struct json_t *object, const char *key, const char *text);
void document_set_uint(struct json_t *object, const char *key, uint64_t value);
void document_set_real(struct json_t *object, const char *key, double value);
void document_set_bool(struct json_t *object, const char *key, bool value);
void document_add_text(struct json_t *array, struct slice text);

/* Number of members or items. */
size_t document_count(const struct json_t *value);

/* Takes the member out again when it is an empty object or array. */
void document_prune(struct json_t *object, const char *key);

/* Appends the document on one line. Control, bidi and zero-width characters are written as \uNNNN: the same
 * JSON, but harmless to the terminal that shows it. */
void document_write(const struct json_t *root, struct buffer *out);

#endif
