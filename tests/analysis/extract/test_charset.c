/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Body charsets: declared, not declared, and wrongly declared.
 */
#include "support.h"

#include "base/utf8.h"

static struct message *extract_body(const char *type, struct slice body)
{
    struct buffer mail = buffer_make(1 << 20);
    (void)buffer_printf(&mail, "Subject: x\r\n%s%s%s\r\n", type ? "Content-Type: text/plain; charset=" : "",
                        type ? type : "", type ? "\r\n" : "");
    (void)buffer_append(&mail, body);
    struct message *m = extract_bytes(buffer_slice(&mail));
    buffer_free(&mail);
    return m;
}

static const struct {
    const char *declared;
    struct slice body;
    const char *text;
    unsigned guessed;
} bodies[] = {
    {"utf-8", {(const uint8_t *)"\xe3\x81\x82", 3}, "あ", 0},
    {"iso-2022-jp", {(const uint8_t *)"\x1b$B-!-j|b\x1b(B.", 13}, "①㈱髙.", 0},
    {"iso-2022-jp",
     {(const uint8_t *)"\x1b(I1\x1b(B \x0e"
                       "1\x0f \xb1",
      13},
     "ｱ ｱ ｱ",
     0},
    {"iso-2022-jp", {(const uint8_t *)"\x1b$(D0!\x1b(B", 9}, "丂", 0},
    {"iso-2022-jp", {(const uint8_t *)"\x1b$B$\"\na\x1b(B", 10}, "あ\na", 0},
    {"iso-2022-jp", {(const uint8_t *)"\x1b$BuA$\"\x1b(B", 10}, "\\x75\\x41あ", 0},
    {"shift_jis", {(const uint8_t *)"\x87\x40\xfb\xfc\xee\xe0\x95\x5c\xb1", 9}, "①髙髙表ｱ", 0},
    {"\"Windows-31J\"", {(const uint8_t *)"\x95\x5c", 2}, "表", 0},
    {"euc-jp", {(const uint8_t *)"\xad\xa1\xa4\xa2\x8e\xb1\x8f\xb0\xa1", 9}, "①あｱ丂", 0},
    {"iso-8859-1", {(const uint8_t *)"\xe9t\xe9 \x80", 5}, "été €", 0},
    {"gb2312", {(const uint8_t *)"\xc4\xe3\xba\xc3", 4}, "你好", 0},
    {"big5", {(const uint8_t *)"\xa7\x41\xa6\x6e", 4}, "你好", 0},
    {"ks_c_5601-1987", {(const uint8_t *)"\xb0\xa1", 2}, "가", 0},
    {"koi8-r", {(const uint8_t *)"\xc1\xc2\xd7", 3}, "абв", 0},
    {"utf-16be", {(const uint8_t *)"\x30\x42", 2}, "あ", 0},
    {"utf-7", {(const uint8_t *)"+MEI-", 5}, "あ", 0},
    /* none or a wrong one */
    {NULL, {(const uint8_t *)"\xe3\x81\x82\xe3\x81\x84", 6}, "あい", 1},
    {NULL, {(const uint8_t *)"\x82\xa0\x82\xa2\x82\xa4", 6}, "あいう", 1},
    {NULL, {(const uint8_t *)"\xa4\xa2\xa4\xa4\xa4\xa6", 6}, "あいう", 1},
    {NULL, {(const uint8_t *)"\x1b$B$\"\x1b(B", 8}, "あ", 1},
    {"us-ascii", {(const uint8_t *)"\x93\xfa\x96\x7b\x8c\xea", 6}, "日本語", 1},
    {"us-ascii", {(const uint8_t *)"\xc6\xfc\xcb\xdc\xb8\xec", 6}, "日本語", 1},
    {"utf-8", {(const uint8_t *)"\x82\xa0\x82\xa2\x82\xa4", 6}, "あいう", 1},
    {"iso-8859-1", {(const uint8_t *)"\xe3\x81\x82\xe3\x81\x84", 6}, "あい", 1},
    {"shift_jis", {(const uint8_t *)"\xe3\x81\x82\xe3\x81\x84", 6}, "あい", 1},
    {"no-such-thing", {(const uint8_t *)"\xe3\x81\x82", 3}, "あ", 1},
    {"euc-jp", {(const uint8_t *)"\x82\xa0\x82\xa2\x82\xa4", 6}, "あいう", 1},
    /* by statistics */
    {NULL,
     {(const uint8_t *)"\xfd\xf2\xee\x20\xef\xe8\xf1\xfc\xec\xee\x20\xe1\xe5\xe7\x20\xea\xee\xe4\xe8\xf0\xee"
                       "\xe2\xea\xe8",
      24},
     "это письмо без кодировки",
     1},
    {NULL,
     {(const uint8_t *)"\xfc\xd4\xcf\x20\xd0\xc9\xd3\xd8\xcd\xcf\x20\xc2\xc5\xda\x20\xcb\xcf\xc4\xc9\xd2\xcf"
                       "\xd7\xcb\xc9",
      24},
     "Это письмо без кодировки",
     1},
    {NULL,
     {(const uint8_t *)"\xb3\x6f\xac\x4f\xa4\x40\xab\xca\xa8\x53\xa6\xb3\xbd\x73\xbd\x58\xaa\xba\xab\x48",
      20},
     "這是一封沒有編碼的信",
     1},
    {NULL,
     {(const uint8_t
           *)"\xd5\xe2\xca\xc7\xd2\xbb\xb7\xe2\xc3\xbb\xd3\xd0\xb1\xe0\xc2\xeb\xb5\xc4\xd0\xc5\xa3\xac\xc7"
             "\xeb\xb4\xf3\xbc\xd2\xd7\xd0\xcf\xb8\xd4\xc4\xb6\xc1\xc8\xab\xb2\xbf\xc4\xda\xc8\xdd",
      44},
     "这是一封没有编码的信，请大家仔细阅读全部内容",
     1},
    {NULL,
     {(const uint8_t *)"\xc0\xcc\xb0\xcd\xc0\xba\x20\xc0\xce\xc4\xda\xb5\xf9\x20\xbe\xf8\xb4\xc2\x20\xc6\xed"
                       "\xc1\xf6\xc0\xd4\xb4\xcf\xb4\xd9\x20\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4\x20\xbf"
                       "\xa9\xb7\xaf\xba\xd0",
      47},
     "이것은 인코딩 없는 편지입니다 안녕하세요 여러분",
     1},
    {NULL, {(const uint8_t *)"\xe9\x93", 2}, "é“", 1},
    {"us-ascii",
     {(const uint8_t *)"\xa3"
                       "100, \xa9 \xbd",
      9},
     "£100, © ½",
     1},
    {"x-unknown", {(const uint8_t *)"caf\xe9", 4}, "café", 1},
};

static void bodies_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uint64_t before = test_counters.charset_undeclared;
        struct message *m = extract_body(bodies[i].declared, bodies[i].body);
        assert_int_equal(m->text_count, 1);
        assert_slice(m->texts[0].text, bodies[i].text);
        assert_int_equal(test_counters.charset_undeclared - before, bodies[i].guessed);
        message_free(&m);
    }
}

static void undecodable_bytes_are_escaped_and_counted(void **state)
{
    (void)state;
    struct message *m = extract_body("utf-8", SLICE("ここではほとんど全部が正しい a\xff"
                                                    "b\xe3\x81"));
    assert_slice(m->texts[0].text, "ここではほとんど全部が正しい a\\xffb\\xe3\\x81");
    assert_int_equal(test_counters.charset_undecodable_bytes, 3);
    message_free(&m);
}

/* Every two bytes, in every charset: always valid UTF-8, never lost. */
static void any_bytes_give_valid_utf8(void **state)
{
    (void)state;
    static const char *const charsets[] = {NULL,     "utf-8",       "iso-2022-jp", "shift_jis",
                                           "euc-jp", "iso-2022-kr", "utf-16",      "hz"};
    uint8_t body[3 * 4096];
    uint32_t random = 1;
    for (size_t c = 0; c < sizeof charsets / sizeof charsets[0]; c++) {
        for (size_t i = 0; i < sizeof body; i++) {
            random = random * 1664525 + 1013904223;
            body[i] = (uint8_t)(random >> 24);
            if (i % 7 == 0) body[i] = 0x1b;
        }
        struct message *m = extract_body(charsets[c], slice_make(body, sizeof body));
        assert_true(utf8_valid(m->texts[0].text));
        assert_true(m->texts[0].text.len > sizeof body / 4);
        message_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(bodies_are_decoded),
        extract_test(undecodable_bytes_are_escaped_and_counted),
        extract_test(any_bytes_give_valid_utf8),
    };
    return run_group(tests);
}
