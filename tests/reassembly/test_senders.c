/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many recipients a sender had lately: window, bounds, and what makes a sender.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reassembly/session/senders.h"

enum { NS_PER_S = 1000000000, ADDRESS_SIZE = 32 };

static const struct senders_settings settings = {.max = 4, .window_ms = 60000};

static struct mail *make_mail(const char *from, uint8_t client, uint64_t second)
{
    struct mail *mail = mail_new(16);
    mail->flow.family = FAMILY_IPV4;
    mail->flow.client.addr[0] = client;
    mail->last_ns = second * NS_PER_S;
    mail->envelope.mail_from = slice_from_cstr(from);
    mail->envelope.mail_from_seen = true;
    return mail;
}

static void add_rcpts(struct mail *mail, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char address[ADDRESS_SIZE];
        (void)snprintf(address, sizeof address, "user%u@example.jp", i);
        *mail_add_rcpt(mail) = arena_copy(&mail->arena, slice_from_cstr(address));
    }
}

/* One mail to `count` recipients from number `first` on. */
static uint32_t send_mail(struct senders *senders, const char *from, uint8_t client, uint64_t second,
                          unsigned first, unsigned count)
{
    bool forgotten = false;
    struct mail *mail = make_mail(from, client, second);
    add_rcpts(mail, first, count);
    uint32_t number = senders_count(senders, mail, &settings, &forgotten);
    assert_false(forgotten);
    mail_free(&mail);
    return number;
}

static void test_counts_each_recipient_once(void **state)
{
    (void)state;
    struct senders senders = {0};
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1000, 0, 1), 1);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1001, 0, 1), 1);
    assert_int_equal(send_mail(&senders, "A@EXAMPLE.com", 1, 1002, 1, 2), 3);
    assert_int_equal(senders.table.count, 1);
    senders_free(&senders);
}

static void test_a_sender_is_address_and_client(void **state)
{
    (void)state;
    struct senders senders = {0};
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1000, 0, 2), 2);
    assert_int_equal(send_mail(&senders, "a@example.com", 2, 1000, 5, 1), 1);
    assert_int_equal(send_mail(&senders, "b@example.com", 1, 1000, 7, 1), 1);
    senders_free(&senders);
}

static void test_window_slides(void **state)
{
    (void)state;
    struct senders senders = {0};
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1000, 0, 1), 1);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1040, 1, 1), 2);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1060, 2, 1), 3);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1061, 3, 1), 3); /* the first is too old */
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1000, 4, 1), 5); /* late: all are near */
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 2000, 5, 1), 1);
    senders_free(&senders);
}

static void test_estimates_many(void **state)
{
    static const unsigned counts[] = {50, 100, 400, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct senders senders = {0};
        uint32_t number = send_mail(&senders, "a@example.com", 1, 1000, 0, counts[i]);
        if (number < counts[i] * 8 / 10 || number > counts[i] * 12 / 10)
            fail_msg("%u recipients are taken for %u", counts[i], number);
        senders_free(&senders);
    }
    struct senders senders = {0};
    uint32_t number = send_mail(&senders, "a@example.com", 1, 1000, 0, 100000);
    assert_in_range(number, 1000, 2000);
    senders_free(&senders);
}

static void test_no_sender(void **state)
{
    (void)state;
    struct senders senders = {0};
    assert_int_equal(send_mail(&senders, "", 1, 1000, 0, 3), 0);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1000, 0, 0), 0);
    assert_int_equal(senders.table.count, 0);
    senders_free(&senders);
}

static void test_bounded(void **state)
{
    (void)state;
    struct senders senders = {0};
    bool forgotten = false;
    for (uint8_t client = 1; client <= 4; client++)
        (void)send_mail(&senders, "a@example.com", client, 1000, 0, 2);
    (void)send_mail(&senders, "a@example.com", 1, 1001, 2, 1); /* the second is the longest silent now */
    struct mail *mail = make_mail("a@example.com", 9, 1002);
    add_rcpts(mail, 0, 1);
    assert_int_equal(senders_count(&senders, mail, &settings, &forgotten), 1);
    assert_true(forgotten);
    assert_int_equal(senders.table.count, 4);
    assert_int_equal(send_mail(&senders, "a@example.com", 1, 1003, 0, 1), 3);
    mail_free(&mail);
    senders_free(&senders);
}

/* What is out of the window makes room without being missed. */
static void test_forgets_the_silent(void **state)
{
    (void)state;
    struct senders senders = {0};
    for (uint8_t client = 1; client <= 4; client++)
        (void)send_mail(&senders, "a@example.com", client, 1000, 0, 1);
    assert_int_equal(send_mail(&senders, "a@example.com", 9, 1100, 0, 1), 1);
    assert_int_equal(senders.table.count, 1);
    senders_free(&senders);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_each_recipient_once),
        cmocka_unit_test(test_a_sender_is_address_and_client),
        cmocka_unit_test(test_window_slides),
        cmocka_unit_test(test_estimates_many),
        cmocka_unit_test(test_no_sender),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_forgets_the_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
