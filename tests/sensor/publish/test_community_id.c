/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Community ID and event.id. The vectors are those of the public specification's baseline (seed 0, TCP).
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"
#include "sensor/publish/community_id.h"
#include "sensor/publish/publisher.h"

static struct flow make_flow(const char *client, uint16_t client_port, const char *server,
                             uint16_t server_port)
{
    bool is_v6 = strchr(client, ':') != NULL;
    struct flow flow = {.family = is_v6 ? FAMILY_IPV6 : FAMILY_IPV4};
    assert_int_equal(inet_pton(is_v6 ? AF_INET6 : AF_INET, client, flow.client.addr), 1);
    assert_int_equal(inet_pton(is_v6 ? AF_INET6 : AF_INET, server, flow.server.addr), 1);
    flow.client.port = client_port;
    flow.server.port = server_port;
    return flow;
}

static void test_vectors(void **state)
{
    static const struct {
        const char *client, *server, *id;
        uint16_t client_port, server_port;
    } rows[] = {
        {"128.232.110.120", "66.35.250.204", "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", 34855, 80},
        {"10.0.0.1", "10.0.0.1", NULL, 10, 20},
        {"2001:db8::1", "2001:db8::2", NULL, 40000, 25},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char there[COMMUNITY_ID_SIZE], back[COMMUNITY_ID_SIZE];
        struct flow flow =
            make_flow(rows[i].client, rows[i].client_port, rows[i].server, rows[i].server_port);
        community_id_format(&flow, there);
        flow = make_flow(rows[i].server, rows[i].server_port, rows[i].client, rows[i].client_port);
        community_id_format(&flow, back);
        assert_string_equal(there, back);
        assert_int_equal(strlen(there), 30);
        if (rows[i].id) assert_string_equal(there, rows[i].id);
    }
}

static void test_event_id_tells_mails_apart(void **state)
{
    char first[EVENT_ID_SIZE], again[EVENT_ID_SIZE], other[EVENT_ID_SIZE];
    (void)state;
    struct sample *sample = sample_phishing(0);
    publish_event_id(sample->mail, first);
    (void)buffer_append_cstr(&sample->mail->bytes, "more");
    publish_event_id(sample->mail, again);
    assert_string_equal(first, again); /* the bytes do not count on the wire */
    sample->mail->index = 1;
    publish_event_id(sample->mail, other);
    assert_string_not_equal(first, other);
    sample->mail->index = 0;
    sample->mail->session.first_ns++;
    publish_event_id(sample->mail, other);
    assert_string_not_equal(first, other);
    sample_free(&sample);
}

static void test_event_id_of_a_file_is_of_its_bytes(void **state)
{
    char id[EVENT_ID_SIZE];
    (void)state;
    struct sample *sample = sample_clean(MAIL_FILE);
    sample->mail->index = 5;
    (void)buffer_append_cstr(&sample->mail->bytes, "abc");
    publish_event_id(sample->mail, id);
    assert_string_equal(id, "ba7816bf8f01cfea414140de5dae2223"); /* FIPS 180-2 B.1, its first half */
    sample_free(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_event_id_tells_mails_apart),
        cmocka_unit_test(test_event_id_of_a_file_is_of_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
