/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Address lists: one row a mailbox expected, "name|address|domain|registrable", rows joined by line feeds.
 */
#include "support.h"

static const struct {
    const char *raw, *expected;
} lists[] = {
    {"a@example.com", "|a@example.com|example.com|example.com\n"},
    {"Taro <taro@mail.Example.CO.JP>", "Taro|taro@mail.Example.CO.JP|mail.example.co.jp|example.co.jp\n"},
    {"\"Doe, John\" <j@x.org>, k@x.org", "Doe, John|j@x.org|x.org|x.org\n|k@x.org|x.org|x.org\n"},
    {"=?utf-8?B?5bGx55Sw?= <y@x.jp>", "山田|y@x.jp|x.jp|x.jp\n"},
    {"\"=?utf-8?B?5bGx55Sw?=\" <y@x.jp>", "山田|y@x.jp|x.jp|x.jp\n"},
    {"=?utf-8?Q?Doe,_John?= <j@x.org>", "Doe, John|j@x.org|x.org|x.org\n"},
    {"\"support@bank.co.jp\" <x@evil.example>",
     "support@bank.co.jp|x@evil.example|evil.example|evil.example\n"},
    {"support@bank.co.jp <x@evil.example>", "support@bank.co.jp|x@evil.example|evil.example|evil.example\n"},
    {"<a@one.jp> <b@two.jp>", "<a@one.jp>|b@two.jp|two.jp|two.jp\n"},
    {"j@x.org (John (the) Doe)", "John (the) Doe|j@x.org|x.org|x.org\n"},
    {"undisclosed-recipients:;", "undisclosed-recipients|||\n"},
    {"Team: a@x.org, B <b@x.org>; c@x.org",
     "|a@x.org|x.org|x.org\nB|b@x.org|x.org|x.org\n|c@x.org|x.org|x.org\n"},
    {"a@x.org; b@x.org", "|a@x.org|x.org|x.org\n|b@x.org|x.org|x.org\n"},
    {"<@relay.example,@b:user@host.example>", "|user@host.example|host.example|host.example\n"},
    {"user@xn--wgv71a119e.jp", "|user@xn--wgv71a119e.jp|日本語.jp|日本語.jp\n"},
    {"\x1b$B;3ED\x1b(B <y@x.jp>", "山田|y@x.jp|x.jp|x.jp\n"},
    {"\"\x8eR\x93\x63\" <y@x.jp>", "山田|y@x.jp|x.jp|x.jp\n"},
    {"\"a \\\"q\\\" b\" <y@x.jp>", "a \"q\" b|y@x.jp|x.jp|x.jp\n"},
    {"folded\r\n name <y@x.jp>,\r\n z@x.jp", "folded name|y@x.jp|x.jp|x.jp\n|z@x.jp|x.jp|x.jp\n"},
    {"root", "|root||\n"},
    {"John Smith", "John Smith|||\n"},
    {"a@b@c.example", "|a@b@c.example|c.example|c.example\n"},
    {",, ,", ""},
    {"((((((((", ""},
    {"\"open <a@b.c>", "|open <a@b.c>|b.c>|b.c>\n"},
};

static void append_list(struct buffer *out, const struct mailbox_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct mailbox *m = &list->items[i];
        const struct slice fields[] = {m->name, m->address, m->domain, m->registrable};
        for (size_t f = 0; f < 4; f++) {
            (void)buffer_append(out, fields[f]);
            (void)buffer_append_byte(out, f < 3 ? '|' : '\n');
        }
    }
}

static const struct {
    const char *raw, *expected;
} senders[] = {
    {"Doe, John <j@x.org>", "Doe, John|j@x.org|x.org|x.org\n"},
    {"Shop, <s@x.org>", "Shop|s@x.org|x.org|x.org\n"},
    {"\"ceo@bank.example\", Bank <s@x.org>", "ceo@bank.example, Bank|s@x.org|x.org|x.org\n"},
    {"a@x.org, B <b@x.org>", "|a@x.org|x.org|x.org\nB|b@x.org|x.org|x.org\n"},
    {"root, admin", "|root||\n|admin||\n"},
    {"A <a@x.org>, B <b@x.org>", "A|a@x.org|x.org|x.org\nB|b@x.org|x.org|x.org\n"},
};

/* Names of senders without quotes may hold commas. */
static void senders_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++) {
        struct buffer mail = buffer_make(1 << 16), got = buffer_make(1 << 16);
        (void)buffer_printf(&mail, "From: %s\r\n\r\n", senders[i].raw);
        struct message *m = extract_bytes(buffer_slice(&mail));
        append_list(&got, &m->from);
        assert_slice(buffer_slice(&got), senders[i].expected);
        message_free(&m);
        buffer_free(&mail);
        buffer_free(&got);
    }
}

static void lists_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct buffer mail = buffer_make(1 << 16), got = buffer_make(1 << 16);
        (void)buffer_printf(&mail, "To: %s\r\n\r\n", lists[i].raw);
        struct message *m = extract_bytes(buffer_slice(&mail));
        append_list(&got, &m->to);
        assert_slice(buffer_slice(&got), lists[i].expected);
        message_free(&m);
        buffer_free(&mail);
        buffer_free(&got);
    }
}

static void every_field_has_its_list(void **state)
{
    (void)state;
    struct message *m =
        extract_text("From: a@a.jp\r\nSender: b@b.jp\r\nReply-To: c@c.jp\r\nTo: d@d.jp\r\nTO: e@e.jp\r\n"
                     "Cc: f@f.jp\r\nBcc: g@g.jp\r\n\r\n");
    assert_slice(message_from(m)->local, "a");
    assert_slice(m->sender.items[0].domain, "b.jp");
    assert_slice(m->reply_to.items[0].domain, "c.jp");
    assert_int_equal(m->to.count, 2);
    assert_slice(m->to.items[1].domain, "e.jp");
    assert_slice(m->cc.items[0].domain, "f.jp");
    assert_slice(m->bcc.items[0].domain, "g.jp");
    message_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {extract_test(lists_are_read), extract_test(senders_are_read),
                                       extract_test(every_field_has_its_list)};
    return run_group(tests);
}
