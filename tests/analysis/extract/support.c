/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See support.h.
 */
#include "support.h"

#include <stdio.h>

struct analysis_limits test_limits;
struct analysis_counters test_counters;

int support_reset(void **state)
{
    (void)state;
    test_limits = analysis_default_limits();
    test_counters = (struct analysis_counters){0};
    return 0;
}

int support_shutdown(void **state)
{
    (void)state;
    extract_shutdown();
    return 0;
}

struct message *extract_bytes(struct slice bytes)
{
    struct mail *mail = mail_new((size_t)1 << 28);
    (void)buffer_append(&mail->bytes, bytes);
    struct message *message = extract_message(mail, &test_limits, &test_counters, NULL);
    mail_free(&mail); /* the view must not point into it */
    return message;
}

struct message *extract_text(const char *text)
{
    return extract_bytes(slice_from_cstr(text));
}

struct message *extract_fixture(const char *path)
{
    struct buffer bytes = buffer_make((size_t)1 << 24);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        (void)buffer_append(&bytes, slice_make(piece, got));
    (void)fclose(file);
    struct message *message = extract_bytes(buffer_slice(&bytes));
    buffer_free(&bytes);
    return message;
}

struct message *extract_subject(const char *raw)
{
    struct buffer bytes = buffer_make((size_t)1 << 24);
    (void)buffer_append_cstr(&bytes, "Subject: ");
    (void)buffer_append_cstr(&bytes, raw);
    (void)buffer_append_cstr(&bytes, "\r\n\r\n");
    struct message *message = extract_bytes(buffer_slice(&bytes));
    buffer_free(&bytes);
    return message;
}

size_t count_limit(const struct message *message, const char *key)
{
    size_t count = 0;
    for (size_t i = 0; i < message->limit_count; i++) count += strcmp(message->limits[i].key, key) == 0;
    return count;
}

void assert_slice_at(struct slice slice, const char *expected, const char *file, int line)
{
    if (slice_equal(slice, slice_from_cstr(expected))) return;
    print_error("got  \"%.*s\"\nwant \"%s\"\n", (int)slice.len, slice.ptr ? (const char *)slice.ptr : "",
                expected);
    _fail(file, line);
}
