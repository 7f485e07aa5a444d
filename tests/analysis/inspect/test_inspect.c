/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue of files and its bounds: mails in archives in mails, depth, sizes, work, facts, links.
 */
#include "../extract/support.h"

#include <stdio.h>

#include "analysis/inspect/digest.h"
#include "analysis/inspect/inspect.h"

enum { TAR_BLOCK_BYTES = 512 };

/* Appends a member to a TAR; one without end marks is read as well. */
static void add_tar_member(struct buffer *tar, const char *name, struct slice content)
{
    char head[TAR_BLOCK_BYTES] = {0};
    (void)snprintf(head, 100, "%s", name);
    (void)snprintf(head + 100, 8, "0000644");
    (void)snprintf(head + 124, 12, "%011zo", content.len);
    (void)snprintf(head + 136, 12, "%011o", 0);
    memset(head + 148, ' ', 8);
    head[156] = '0';
    memcpy(head + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof head; i++) sum += (unsigned char)head[i];
    (void)snprintf(head + 148, 8, "%06o", sum);
    (void)buffer_append(tar, slice_make(head, sizeof head));
    (void)buffer_append(tar, content);
    while (tar->len % TAR_BLOCK_BYTES) (void)buffer_append_byte(tar, 0);
}

static struct message *extract_attached(const char *name, struct slice content)
{
    struct buffer mail = buffer_make((size_t)1 << 24);
    (void)buffer_printf(&mail,
                        "Content-Disposition: attachment; filename=%s\r\n"
                        "Content-Type: application/octet-stream\r\n\r\n",
                        name);
    (void)buffer_append(&mail, content);
    struct message *message = extract_bytes(buffer_slice(&mail));
    buffer_free(&mail);
    return message;
}

/* The content wrapped into so many TARs. */
static struct buffer wrap(struct slice content, unsigned times)
{
    struct buffer inner = buffer_make((size_t)1 << 24);
    (void)buffer_append(&inner, content);
    for (unsigned i = 0; i < times; i++) {
        struct buffer outer = buffer_make((size_t)1 << 24);
        add_tar_member(&outer, i == 0 ? "mail.eml" : "inner.tar", buffer_slice(&inner));
        buffer_free(&inner);
        inner = outer;
    }
    return inner;
}

static const char nested_mail[] =
    "From: a@example.com\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\n\r\nsee https://inner.example/x\r\n"
    "--b\r\nContent-Disposition: attachment; filename=run.exe\r\nContent-Type: "
    "a/b\r\n\r\nMZ\x90\r\n--b--\r\n";

static void mails_in_archives_are_read(void **state)
{
    (void)state;
    struct buffer tar = wrap(slice_from_cstr(nested_mail), 2);
    struct message *m = extract_attached("a.tar", buffer_slice(&tar));
    assert_int_equal(m->file_count, 4);
    assert_slice(m->files[2].path, "1/inner.tar/mail.eml");
    assert_slice(m->files[2].detected_type, "message/rfc822");
    assert_int_equal(m->files[2].origin, FILE_MEMBER);
    assert_slice(m->files[3].path, "1/inner.tar/mail.eml.2");
    assert_slice(m->files[3].name, "run.exe");
    assert_int_equal(m->files[3].parent, 2);
    assert_int_equal(m->files[3].depth, 3);
    assert_slice(m->files[3].detected_type, "application/vnd.microsoft.portable-executable");
    assert_int_equal(m->text_count, 1);
    assert_slice(m->texts[0].path, "1/inner.tar/mail.eml.1");
    assert_int_equal(m->link_count, 1);
    assert_slice(m->links[0].host, "inner.example");
    assert_int_equal(m->limit_count, 0);
    message_free(&m);
    buffer_free(&tar);
}

static void nested_mails_are_read_once(void **state)
{
    (void)state;
    struct buffer mail = buffer_make(1 << 16);
    (void)buffer_append_cstr(&mail, "Content-Type: message/rfc822\r\n\r\n");
    (void)buffer_append_cstr(&mail, nested_mail);
    struct message *m = extract_bytes(buffer_slice(&mail));
    assert_int_equal(m->file_count, 2);
    assert_int_equal(m->text_count, 1);
    message_free(&m);
    buffer_clear(&mail);
    (void)buffer_append_cstr(&mail, "Content-Type: application/octet-stream; name=fwd.bin\r\n\r\n");
    (void)buffer_append_cstr(&mail, nested_mail);
    m = extract_bytes(buffer_slice(&mail));
    assert_int_equal(m->file_count, 2);
    assert_int_equal(m->text_count, 1);
    assert_int_equal(m->files[1].parent, 0);
    message_free(&m);
    buffer_free(&mail);
}

static void depth_of_files_is_bounded(void **state)
{
    (void)state;
    test_limits.archive_depth_max = 3;
    struct buffer tar = wrap(slice_from_cstr(nested_mail), 3);
    struct message *m = extract_attached("a.tar", buffer_slice(&tar));
    assert_int_equal(m->file_count, 4); /* the mail is listed, not read */
    assert_int_equal(m->files[3].depth, 3);
    assert_int_equal(m->text_count, 0);
    assert_int_equal(count_limit(m, "analysis.archive_depth_max"), 1);
    message_free(&m);
    test_limits.archive_depth_max = 4;
    m = extract_attached("a.tar", buffer_slice(&tar));
    assert_int_equal(m->file_count, 5);
    assert_int_equal(m->text_count, 1);
    assert_int_equal(m->limit_count, 0);
    message_free(&m);
    buffer_free(&tar);
}

static void work_is_bounded(void **state)
{
    (void)state;
    struct buffer tar = wrap(slice_from_cstr(nested_mail), 3);
    test_limits.inspect_total_max_bytes = tar.len * 2;
    struct message *m = extract_attached("a.tar", buffer_slice(&tar));
    assert_int_equal(m->file_count, 3);
    assert_int_equal(count_limit(m, "analysis.inspect_total_max_bytes"), 1);
    message_free(&m);
    buffer_free(&tar);
}

static void unpacked_bytes_are_bounded(void **state)
{
    (void)state;
    struct buffer tar = buffer_make(1 << 16);
    for (int i = 0; i < 4; i++) add_tar_member(&tar, "a.txt", SLICE("0123456789"));
    test_limits.archive_total_max_bytes = 25;
    struct message *m = extract_attached("a.tar", buffer_slice(&tar));
    assert_int_equal(m->file_count, 4);
    assert_slice(m->files[3].content, "01234");
    assert_int_equal(m->files[3].size, 10);
    assert_int_equal(count_limit(m, "analysis.archive_total_max_bytes"), 1);
    message_free(&m);
    buffer_free(&tar);
}

/* An extractor with one file, for what inspectors call. */
static void open_view(struct extractor *x, struct message *message)
{
    *x = (struct extractor){.message = message, .limits = &test_limits, .counters = &test_counters};
    extract_init();
    struct file_part *file = view_add_file(x, SLICE("1"));
    file->path = SLICE("1");
    file->name = SLICE("a.bin");
    file->content = SLICE("0123456789");
    file->detected_type = SLICE("application/octet-stream");
}

static void close_view(struct extractor *x)
{
    charsets_close(&x->charsets);
    digests_free(&x->digests);
    buffer_free(&x->words);
    arena_free(&x->message->arena);
}

static void facts_are_kept_once_and_bounded(void **state)
{
    (void)state;
    struct message message = {0};
    struct extractor x;
    test_limits.facts_per_file_max = 4;
    test_limits.fact_max_bytes = 16;
    open_view(&x, &message);
    inspect_add_fact(&x, 0, FACT_AUTHOR, SLICE(" \x8d\xb2\x93\xa1 "));
    inspect_add_fact(&x, 0, FACT_AUTHOR, SLICE("佐藤"));
    inspect_add_fact(&x, 0, FACT_AUTHOR, SLICE("  "));
    inspect_add_fact(&x, 0, FACT_TITLE, SLICE("佐藤"));
    inspect_add_fact_utf16(&x, 0, FACT_TITLE, SLICE("\x50\x4f\x3d\xd8\x00\xde\x00\x00x\x00"));
    inspect_add_fact(&x, 0, FACT_TITLE, SLICE("あいうえおかきく"));
    assert_int_equal(message.files[0].fact_count, 4);
    assert_slice(message.files[0].facts[0].value, "佐藤");
    assert_slice(message.files[0].facts[2].value, "佐😀");
    assert_slice(message.files[0].facts[3].value, "あいうえお");
    assert_int_equal(count_limit(&message, "analysis.facts_per_file_max"), 0);
    inspect_add_fact(&x, 0, FACT_TITLE, SLICE("more"));
    inspect_add_fact(&x, 0, FACT_TITLE, SLICE("佐藤"));
    assert_int_equal(message.files[0].fact_count, 4);
    assert_int_equal(count_limit(&message, "analysis.facts_per_file_max"), 1);
    assert_string_equal(file_fact_name(FACT_AUTHOR), "author");
    assert_non_null(file_find_fact(&message.files[0], FACT_TITLE));
    assert_null(file_find_fact(&message.files[0], FACT_DDE));
    close_view(&x);
}

static void children_and_links_know_their_file(void **state)
{
    (void)state;
    struct message message = {0};
    struct extractor x;
    open_view(&x, &message);
    struct slice part = slice_skip(message.files[0].content, 4);
    assert_int_equal(inspect_add_child(&x, 0, SLICE("dir\\\x95\x5c.exe"), part, FILE_EMBEDDED), 1);
    assert_int_equal(inspect_list_child(&x, 0, SLICE("b"), 99, FILE_MEMBER), 2);
    assert_slice(message.files[1].path, "1/dir\\表.exe");
    assert_slice(message.files[1].name, "表.exe");
    assert_slice(message.files[1].extension, "exe");
    assert_ptr_equal(message.files[1].content.ptr, part.ptr);
    assert_int_equal(message.files[1].origin, FILE_EMBEDDED);
    assert_int_equal(message.files[2].size, 99);
    assert_int_equal(message.files[2].content.len, 0);
    inspect_add_link(&x, 0, SLICE(" http://a.example/ "));
    assert_int_equal(message.links[0].source, LINK_ATTACHMENT);
    assert_slice(message.links[0].url, "http://a.example/");
    assert_slice(message.links[0].where, "1");
    assert_slice(file_find_fact(&message.files[0], FACT_URI)->value, "http://a.example/");
    close_view(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(mails_in_archives_are_read),         extract_test(nested_mails_are_read_once),
        extract_test(depth_of_files_is_bounded),          extract_test(work_is_bounded),
        extract_test(unpacked_bytes_are_bounded),         extract_test(facts_are_kept_once_and_bounded),
        extract_test(children_and_links_know_their_file),
    };
    return run_group(tests);
}
