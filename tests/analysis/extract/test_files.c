/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attachments and archives: names, types by content, hashes, members.
 */
#include "support.h"

#include "analysis/inspect/magic.h"

static const struct {
    const char *fields, *name, *extension;
} names[] = {
    {"Content-Disposition: attachment; filename=a.EXE", "a.EXE", "exe"},
    {"Content-Disposition: attachment; FileName=\"a b.pdf \"", "a b.pdf", "pdf"},
    {"Content-Disposition: attachment; filename*=UTF-8''%e8%a1%a8.exe", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename*=iso-2022-jp'ja'%1B%24B%49%3D%1B%28B.exe", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename*0=\"long \"; filename*1=\"name.doc\"", "long name.doc",
     "doc"},
    {"Content-Disposition: attachment; filename*1*=%a8.zip; filename*0*=utf-8''%e8%a1", "表.zip", "zip"},
    {"Content-Disposition: attachment; filename*0*=utf-8''%e8%a1%a8; filename*1=\".x%41\"", "表.x%41",
     "x%41"},
    {"Content-Disposition: attachment; filename=fallback.txt; filename*=utf-8''real.exe", "real.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"=?utf-8?B?6KGoLmV4ZQ==?=\"", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename==?utf-8?B?6KGoLmV4ZQ==?=", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"\x95\x5c\x8e\x86.exe\"; x=y", "表紙.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"\x1b$BI=\x1b(B.exe\"", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"表.exe\"", "表.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"a\\\"b.exe\"", "a\"b.exe", "exe"},
    {"Content-Disposition: attachment; filename=\"C:\\dir\\a.exe\"", "C:\\dir\\a.exe", "exe"},
    {"Content-Disposition: attachment; filename=a; b.exe", "a", ""},
    {"Content-Disposition: attachment; filename=\"a.exe. . \"", "a.exe. .", "exe"},
    {"Content-Disposition: attachment; filename=\"a.exe\xe3\x80\x80\"", "a.exe\xe3\x80\x80", "exe"},
    {"Content-Disposition: attachment; filename=\"a.\xe2\x80\xae"
     "fdp.exe\"",
     "a.\xe2\x80\xae"
     "fdp.exe",
     "exe"},
    {"Content-Disposition: attachment\r\nContent-Type: a/b; name*=utf-8''n.exe", "n.exe", "exe"},
    {"Content-Type: a/b;\r\n\tname=\"n.exe\"", "n.exe", "exe"},
    {"Content-Disposition: attachment", "", ""},
};

static void names_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buffer mail = buffer_make(1 << 16);
        (void)buffer_printf(&mail,
                            "Content-Transfer-Encoding: base64\r\n%s\r\n\r\naGVsbG8=", names[i].fields);
        struct message *m = extract_bytes(buffer_slice(&mail));
        assert_int_equal(m->file_count, 1);
        assert_slice(m->files[0].name, names[i].name);
        assert_slice(m->files[0].extension, names[i].extension);
        message_free(&m);
        buffer_free(&mail);
    }
}

static const struct {
    const char *fields, *names[4];
} several[] = {
    {"Content-Disposition: attachment; filename=a.txt; filename*=utf-8''b.exe", {"b.exe", "a.txt"}},
    {"Content-Disposition: attachment; filename=a.pdf; filename*0=b; filename*1=.js", {"b.js", "a.pdf"}},
    {"Content-Type: a/b; name=n.js; name*=utf-8''m.vbs\r\nContent-Disposition: inline; filename=d.pdf",
     {"d.pdf", "m.vbs", "n.js"}},
    {"Content-Disposition: attachment; filename=a.pdf; filename=b.exe; filename=a.pdf", {"a.pdf", "b.exe"}},
    {"Content-Disposition: attachment; filename=a.pdf\r\nContent-Disposition: attachment; filename=b.exe",
     {"a.pdf", "b.exe"}},
    {"Content-Disposition: attachment; filename=a.pdf .exe", {"a.pdf .exe", "a.pdf"}},
    {"Content-Disposition: attachment; filename=\"a.pdf\".exe; x=y", {"a.pdf", "a.pdf.exe"}},
    {"Content-Disposition: attachment; filename=\"a.pdf\" size=1", {"a.pdf"}},
    {"Content-Disposition: attachment; filename=a.pdf; filename*=utf-8''%61.pdf", {"a.pdf"}},
};

static void all_names_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
        struct buffer mail = buffer_make(1 << 16);
        (void)buffer_printf(&mail, "%s\r\n\r\nhello", several[i].fields);
        struct message *m = extract_bytes(buffer_slice(&mail));
        size_t count = 0;
        for (; several[i].names[count]; count++) {
            assert_true(count < file_name_count(&m->files[0]));
            assert_slice(file_name_at(&m->files[0], count).name, several[i].names[count]);
        }
        assert_int_equal(file_name_count(&m->files[0]), count);
        message_free(&m);
        buffer_free(&mail);
    }
}

static void content_is_hashed(void **state)
{
    (void)state;
    struct message *m = extract_text("Content-Type: application/x-thing\r\nContent-Disposition: inline\r\n"
                                     "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=");
    const struct file_part *f = &m->files[0];
    assert_slice(f->content, "hello");
    assert_int_equal(f->size, 5);
    assert_string_equal(f->md5, "5d41402abc4b2a76b9719d911017c592");
    assert_string_equal(f->sha1, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    assert_string_equal(f->sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_slice(f->declared_type, "application/x-thing");
    assert_slice(f->detected_type, "text/plain");
    assert_true(f->is_inline);
    assert_true(f->parent == SIZE_MAX && f->depth == 0);
    message_free(&m);
}

static void types_are_told_by_content(void **state)
{
    (void)state;
    static const struct {
        struct slice content;
        const char *type;
    } rows[] = {
        {{(const uint8_t *)"MZ\x90\x00", 4}, "application/vnd.microsoft.portable-executable"},
        {{(const uint8_t *)"%PDF-1.7", 8}, "application/pdf"},
        {{(const uint8_t *)"junk\n%PDF-1.7", 13}, "application/pdf"},
        {{(const uint8_t *)"Rar!\x1a\x07\x01\x00", 8}, "application/vnd.rar"},
        {{(const uint8_t *)"L\x00\x00\x00\x01\x14\x02\x00", 8}, "application/x-ms-shortcut"},
        {{(const uint8_t *)"\xef\xbb\xbf <!DOCTYPE html>", 19}, "text/html"},
        {{(const uint8_t *)"<!-- x --><html>", 16}, "text/html"},
        {{(const uint8_t *)"<?xml version=\"1.0\"?><svg xmlns=\"x\">", 37}, "image/svg+xml"},
        {{(const uint8_t *)"<?xml version=\"1.0\"?><tableStyles>", 34}, "text/xml"},
        {{(const uint8_t *)"Received: x\nSubject: y\n\nz", 25}, "message/rfc822"},
        {{(const uint8_t *)"Received with thanks\n", 21}, "text/plain"},
        {{(const uint8_t *)"BMW is a car", 12}, "text/plain"},
        {{(const uint8_t *)"#!/bin/sh\n", 10}, "text/x-shellscript"},
        {{(const uint8_t *)"\x00\x01\x02\x03", 4}, "application/octet-stream"},
        {{(const uint8_t *)"", 0}, "application/x-empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(magic_detect(rows[i].content), rows[i].type);
    }
    uint8_t *image = test_calloc(1, 0x8006);
    memcpy(image + 0x8001, "CD001", 5);
    assert_string_equal(magic_detect(slice_make(image, 0x8006)), "application/x-iso9660-image");
    test_free(image);
}

/* "path name type encrypted" of every member of the fixture's archive. */
static const struct {
    const char *fixture, *type, *members;
} archives[] = {
    {"fixtures/zip-cp932.eml", "application/zip",
     "1/請求書表.exe 請求書表.exe application/vnd.microsoft.portable-executable\n"},
    {"fixtures/zip-utf8.eml", "application/zip",
     "1/御見積書.pdf.exe 御見積書.pdf.exe application/vnd.microsoft.portable-executable\n"},
    {"fixtures/zip-nested.eml", "application/zip",
     "1/readme.txt readme.txt text/plain\n1/inner.zip inner.zip application/zip\n"
     "1/inner.zip/secret/run.scr run.scr application/vnd.microsoft.portable-executable\n"},
    {"fixtures/zip-encrypted.eml", "application/zip",
     "1/secret.exe secret.exe application/octet-stream encrypted\n"},
    {"fixtures/docm.eml", "application/vnd.ms-word.document.macroenabled.12",
     "1/[Content_Types].xml [Content_Types].xml text/xml\n1/word/document.xml document.xml text/xml\n"
     "1/word/vbaProject.bin vbaProject.bin application/x-ole-storage\n"},
    {"fixtures/odt.eml", "application/vnd.oasis.opendocument.text",
     "1/mimetype mimetype text/plain\n1/content.xml content.xml text/xml\n"},
    {"fixtures/targz.eml", "application/gzip", "1/dir/run.js run.js text/plain\n"},
    {"fixtures/gz.eml", "application/gzip", "1/letter.txt letter.txt text/plain\n"},
};

static void archives_are_opened(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof archives / sizeof archives[0]; i++) {
        struct message *m = extract_fixture(archives[i].fixture);
        struct buffer got = buffer_make(1 << 16);
        for (size_t k = 1; k < m->file_count; k++) {
            const struct file_part *f = &m->files[k];
            (void)buffer_printf(&got, "%.*s %.*s %.*s%s\n", (int)f->path.len, (const char *)f->path.ptr,
                                (int)f->name.len, (const char *)f->name.ptr, (int)f->detected_type.len,
                                (const char *)f->detected_type.ptr, f->is_encrypted ? " encrypted" : "");
            assert_int_equal(f->depth, m->files[f->parent].depth + 1);
            assert_int_equal(strlen(f->sha256), f->is_encrypted ? 0 : 64);
        }
        assert_slice(m->files[0].detected_type, archives[i].type);
        assert_slice(buffer_slice(&got), archives[i].members);
        buffer_free(&got);
        message_free(&m);
    }
    assert_int_equal(test_counters.members_encrypted, 1);
    assert_int_equal(test_counters.archives_unreadable, 0);
}

static void broken_archives_are_counted(void **state)
{
    (void)state;
    struct message *m =
        extract_text("Content-Type: application/zip\r\n\r\nPK\x03\x04 and nothing that follows");
    assert_int_equal(m->file_count, 1);
    assert_int_equal(test_counters.archives_unreadable, 1);
    assert_slice(m->files[0].detected_type, "application/zip");
    message_free(&m);
}

static void uuencoded_files_in_texts_are_found(void **state)
{
    (void)state;
    struct message *m =
        extract_text("Subject: x\r\n\r\nhi\r\nbegin 644 a.exe\r\n#35J0\r\n`\r\nend\r\nbegin of a line\r\n"
                     "begin 644 no data\r\nnot uuencoded, this line is much too long for its count\r\n");
    assert_int_equal(m->file_count, 1);
    assert_slice(m->files[0].name, "a.exe");
    assert_slice(m->files[0].path, "1/a.exe");
    assert_slice(m->files[0].content, "MZ\x90");
    message_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(names_are_decoded),
        extract_test(all_names_are_kept),
        extract_test(content_is_hashed),
        extract_test(types_are_told_by_content),
        extract_test(archives_are_opened),
        extract_test(broken_archives_are_counted),
        extract_test(uuencoded_files_in_texts_are_found),
    };
    return run_group(tests);
}
