/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attachments and texts with bytes missing: holes of many lengths at every place of an encoded part.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "reassembly/mail.h"

enum { CONTENT_BYTES = 600, LINE_CHARS = 76 };

static const char head[] = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                           "Content-Type: application/octet-stream; name=a.bin\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\n";
static const char tail[] = "\r\n--b\r\nContent-Type: text/plain\r\n\r\nhttp://after.example/\r\n--b--\r\n";

static void fill_content(uint8_t *content)
{
    uint32_t state = 1;
    for (size_t i = 0; i < CONTENT_BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        content[i] = (uint8_t)(1 + (state >> 24) % 255); /* never 0, which stands for what is missing */
    }
}

static void append_base64(struct buffer *out, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0, column = 0; i < len; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            (void)buffer_append_byte(out, (uint8_t)digits[bits >> shift & 63]);
        column += 4;
        if (column == LINE_CHARS && i + 3 < len) {
            (void)buffer_append_cstr(out, "\r\n");
            column = 0;
        }
    }
}

/* The view of the mail without `lost` bytes at `offset`, with the hole noted. */
static struct message *extract_with_hole(struct slice bytes, size_t offset, size_t lost)
{
    struct mail *mail = mail_new(1 << 20);
    (void)buffer_append(&mail->bytes, slice_head(bytes, offset));
    mail_add_gap(mail, lost, 64);
    (void)buffer_append(&mail->bytes, slice_skip(bytes, offset + lost));
    struct message *message = extract_message(mail, &test_limits, &test_counters, NULL);
    mail_free(&mail);
    return message;
}

/* Every byte that is there stands where it belongs, or nothing behind the hole is left; returns the bytes
 * that agree. */
static size_t count_right(const struct file_part *file, const uint8_t *content)
{
    size_t right = 0;
    for (size_t i = 0; i < file->content.len && i < CONTENT_BYTES; i++) {
        if (file->content.ptr[i] == content[i])
            right++;
        else
            assert_int_equal(file->content.ptr[i], 0);
    }
    return right;
}

static void test_base64_keeps_its_place(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 75, 76, 77, 78, 79, 156, 200};
    uint8_t content[CONTENT_BYTES];
    struct buffer bytes = buffer_make(1 << 20);
    fill_content(content);
    (void)buffer_append_cstr(&bytes, head);
    size_t start = bytes.len;
    append_base64(&bytes, content, CONTENT_BYTES);
    size_t end = bytes.len;
    (void)buffer_append_cstr(&bytes, tail);
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        for (size_t at = start + 2 * (LINE_CHARS + 2); at + lengths[l] + LINE_CHARS < end; at++) {
            struct message *message = extract_with_hole(buffer_slice(&bytes), at, lengths[l]);
            assert_int_equal(message->file_count, 1);
            const struct file_part *file = &message->files[0];
            assert_true(file->is_damaged);
            assert_int_equal(file->content.len, CONTENT_BYTES);
            assert_true(count_right(file, content) + lengths[l] + 6 >= CONTENT_BYTES);
            assert_int_equal(message->link_count, 1);
            message_free(&message);
        }
    }
    buffer_free(&bytes);
}

/* Without a whole line before it nobody knows the line length: decoding goes on at the next line. */
static void test_base64_goes_on_at_the_next_line(void **state)
{
    (void)state;
    uint8_t content[CONTENT_BYTES];
    struct buffer bytes = buffer_make(1 << 20);
    fill_content(content);
    (void)buffer_append_cstr(&bytes, head);
    size_t start = bytes.len;
    append_base64(&bytes, content, CONTENT_BYTES);
    (void)buffer_append_cstr(&bytes, tail);
    for (size_t at = start + 1; at < start + LINE_CHARS; at++) {
        struct message *message = extract_with_hole(buffer_slice(&bytes), at, 5);
        const struct file_part *file = &message->files[0];
        assert_true(file->is_damaged);
        size_t line = LINE_CHARS / 4 * 3, rest = CONTENT_BYTES - 2 * line;
        assert_true(file->content.len >= rest);
        assert_memory_equal(file->content.ptr + file->content.len - rest, content + 2 * line, rest);
        message_free(&message);
    }
    buffer_free(&bytes);
}

static void test_quoted_printable(void **state)
{
    (void)state;
    static const char mail[] = "Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                               "=E3=81=82=E3=81=84 soft=\r\n break\r\nhttp://after.example/\r\n";
    size_t start = (size_t)(strstr(mail, "=E3") - mail), end = (size_t)(strstr(mail, "http") - mail);
    for (size_t at = start; at < end; at++) {
        struct message *message = extract_with_hole(slice_from_cstr(mail), at, 1);
        assert_int_equal(message->link_count, 1);
        message_free(&message);
    }
}

static void test_whole_parts_are_not_marked(void **state)
{
    (void)state;
    uint8_t content[CONTENT_BYTES];
    struct buffer bytes = buffer_make(1 << 20);
    fill_content(content);
    (void)buffer_append_cstr(&bytes, head);
    append_base64(&bytes, content, CONTENT_BYTES);
    (void)buffer_append_cstr(&bytes, tail);
    struct message *message = extract_with_hole(buffer_slice(&bytes), 9, 1);
    assert_int_equal(message->file_count, 1);
    assert_false(message->files[0].is_damaged);
    assert_memory_equal(message->files[0].content.ptr, content, CONTENT_BYTES);
    message_free(&message);
    buffer_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(test_base64_keeps_its_place),
        extract_test(test_base64_goes_on_at_the_next_line),
        extract_test(test_quoted_printable),
        extract_test(test_whole_parts_are_not_marked),
    };
    return run_group(tests);
}
