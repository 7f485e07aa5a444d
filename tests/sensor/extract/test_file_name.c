/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names that senders choose to harm, and what becomes of them.
 */
#include "sensor/extract/file_name.h"

#include "tests/support/unit.h"

enum { MAX_BYTES = 24 };

static void check(struct slice name, const char *want)
{
    struct buffer out = buffer_make(255);
    file_name_make(&out, 7, name, MAX_BYTES);
    assert_slice_text(buffer_slice(&out), want);
    buffer_free(&out);
}

static void test_ordinary_names_stay(void **state)
{
    (void)state;
    check(SLICE("invoice 3.pdf"), "007-invoice 3.pdf");
    check(SLICE("見積書.xlsx"), "007-見積書.xlsx");
    check(SLICE(""), "007-unnamed");
}

static void test_places_do_not(void **state)
{
    (void)state;
    check(SLICE("../../x"), "007-.._.._x");
    check(SLICE("..\\..\\x"), "007-.._.._x");
    check(SLICE("/etc/passwd"), "007-_etc_passwd");
    check(SLICE("c:\\x.exe"), "007-c__x.exe");
    check(SLICE("a\0b.exe"), "007-a_b.exe");
    check(SLICE("$(id);`id`"), "007-_(id)__id_");
}

static void test_names_with_a_meaning(void **state)
{
    (void)state;
    check(SLICE(".bashrc"), "007-.bashrc");
    check(SLICE("CON"), "007-CON");
    check(SLICE("-rf"), "007--rf");
    check(SLICE(".."), "007-__");
    check(SLICE("a.exe. ."), "007-a.exe___");
}

static void test_unseen_characters(void **state)
{
    (void)state;
    check(SLICE("cod\xe2\x80\xae\x66\x64p.exe"), "007-cod_fdp.exe");
    check(SLICE("a\r\n\x1b[2J"), "007-a___[2J");
    check(SLICE("a\xff\xfe.txt"), "007-a__.txt");
}

static void test_long_names_keep_their_extension(void **state)
{
    char name[1005];
    (void)state;
    memset(name, 'n', sizeof name);
    memcpy(name + 1000, ".docx", 5);
    check(slice_make(name, sizeof name), "007-nnnnnnnnnnnnnnnnnnn.docx");
    check(slice_make(name, 1000), "007-nnnnnnnnnnnnnnnnnnnnnnnn");
    check(SLICE("あいうえおかきくけこ.docx"), "007-あいうえおか.docx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_names_stay),
        cmocka_unit_test(test_places_do_not),
        cmocka_unit_test(test_names_with_a_meaning),
        cmocka_unit_test(test_unseen_characters),
        cmocka_unit_test(test_long_names_keep_their_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
