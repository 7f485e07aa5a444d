/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records of sessions in both formats, and which outputs get them.
 */
#include <stdlib.h>

#include "expect.h"
#include "sample.h"
#include "sensor/publish/format.h"

static struct buffer write_session(const struct session_report *report, format_fn write)
{
    struct publish_options options = publish_default_options();
    struct publish_counters counters = {0};
    struct format_context context = {.limits = &options.limits, .counters = &counters};
    struct record record;
    struct buffer out = buffer_make(OUT_MAX);
    record_init_session(&record, report);
    record.seq = 3;
    record.observer_name = "test-sensor";
    write(&out, &record, &context);
    return out;
}

static json_t *write_json(const struct session_report *report)
{
    struct buffer out = write_session(report, format_ecs_session);
    json_t *root = expect_json(buffer_slice(&out));
    buffer_free(&out);
    return root;
}

static void test_fields(void **state)
{
    static const struct {
        const char *path, *text;
    } rows[] = {
        {"@timestamp", "2026-11-23T02:13:21.234567890Z"},
        {"event/kind", "event"},
        {"event/dataset", "mailtap.session"},
        {"event/action", "session-seen"},
        {"event/category/2", "authentication"},
        {"event/type/1", "end"},
        {"event/outcome", "failure"},
        {"event/start", "2026-11-23T02:13:20.000000000Z"},
        {"event/end", "2026-11-23T02:13:21.234567890Z"},
        {"source/ip", "192.0.2.17"},
        {"network/protocol", "pop3"},
        {"user/name", "taro"},
        {"tls/version", "1.2"},
        {"tls/version_protocol", "tls"},
        {"tls/cipher", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
        {"tls/next_protocol", "pop3"},
        {"tls/client/server_name", "mx.example.co.jp"},
        {"tls/client/ja3", "0123456789abcdef0123456789abcdef"},
        {"tls/server/ja3s", "fedcba9876543210fedcba9876543210"},
        {"tls/server/subject", "CN=mx.example.co.jp"},
        {"tls/server/not_after", "2027-01-15T08:00:00Z"},
        {"tls/server/x509/serial_number", "0A1B"},
        {"tls/server/x509/alternative_names/1", "mail.example.co.jp"},
        {"related/hosts/1", "mail.example.co.jp"},
        {"related/user/0", "taro"},
        {"mailtap/session/banner", "+OK mx.example.co.jp \\xff"},
        {"mailtap/session/auth_result", "failed"},
        {"mailtap/session/commands/1/name", "STLS"},
        {"mailtap/session/replies/0/name", "+OK"},
        {"mailtap/session/close", "rst"},
        {"mailtap/session/uninspected_reason", "encrypted with TLS, its keys are not known"},
        {"mailtap/session/tls/ja4", "t12d330700_81acdcf97981_3304d8368043"},
        {"mailtap/session/anomalies/1/name", "odd-port"},
    };
    (void)state;
    struct session_report *report = sample_session();
    json_t *root = write_json(report);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) expect_text(root, rows[i].path, rows[i].text);
    expect_number(root, "event/duration", 1234567890);
    expect_number(root, "source/bytes", 1000);
    expect_number(root, "destination/bytes", 4000);
    expect_number(root, "network/bytes", 5000);
    expect_number(root, "mailtap/seq", 3);
    expect_number(root, "mailtap/session/commands/0/count", 2);
    expect_number(root, "mailtap/session/mails_incomplete", 1);
    expect_number(root, "mailtap/session/missing_bytes", 1460);
    expect_number(root, "mailtap/session/auth_failures", 2);
    assert_true(json_is_false(at(root, "mailtap/session/inspected")));
    assert_string_equal(json_string_value(at(root, "tls/server/hash/sha256")),
                        "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE");
    json_decref(root);
    session_report_free(&report);
}

/* What was not seen is left out; the outcome belongs to an authentication. */
static void test_absent(void **state)
{
    (void)state;
    struct session_report *report = sample_session();
    report->auth_result = AUTH_NONE;
    report->tls = NULL;
    report->is_encrypted = false;
    report->user = report->banner = SLICE("");
    report->commands.count = report->anomaly_count = 0;
    json_t *root = write_json(report);
    static const char *const paths[] = {"event/outcome",
                                        "event/category/2",
                                        "tls",
                                        "user",
                                        "related/hash",
                                        "mailtap/session/tls",
                                        "mailtap/session/banner",
                                        "mailtap/session/commands",
                                        "mailtap/session/anomalies",
                                        "mailtap/session/auth_result",
                                        "mailtap/session/uninspected_reason"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) expect_absent(root, paths[i]);
    assert_true(json_is_true(at(root, "mailtap/session/inspected")));
    json_decref(root);
    session_report_free(&report);
}

/* Its own id, and the one by which the mails of the session name it. */
static void test_ids(void **state)
{
    (void)state;
    struct session_report *report = sample_session();
    struct sample *sample = sample_clean(MAIL_POP3);
    struct record session, mail;
    sample->mail->flow = report->flow;
    sample->mail->session.first_ns = report->first_ns;
    record_init_session(&session, report);
    record_init(&mail, sample->mail, &sample->judgement);
    assert_string_equal(session.id, mail.session_id);
    assert_string_not_equal(session.id, mail.id);
    report->first_ns++;
    record_init_session(&session, report);
    assert_string_not_equal(session.id, mail.session_id);
    sample_free(&sample);
    session_report_free(&report);
}

/* Versions and cipher suites that no table holds are shown by number, and not as ECS versions. */
static void test_unknown_tls(void **state)
{
    (void)state;
    struct session_report *report = sample_session();
    report->tls->version = 0x7f1c;
    report->tls->cipher = 0xfafa;
    report->tls->alert = 41;
    report->tls->certificate.sha256[0] = '\0';
    json_t *root = write_json(report);
    expect_absent(root, "tls/version");
    expect_text(root, "tls/cipher", "0xfafa");
    expect_text(root, "mailtap/session/tls/version", "0x7f1c");
    expect_number(root, "mailtap/session/tls/alert", 40);
    expect_absent(root, "mailtap/session/tls/certificate");
    expect_absent(root, "tls/server/hash");
    json_decref(root);
    session_report_free(&report);
}

static void test_hostile_text_is_harmless(void **state)
{
    static const struct {
        format_fn write;
        bool line_feeds;
    } rows[] = {{format_ecs_session, false}, {format_text_session, true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session_report *report = sample_session();
        struct slice text = SLICE(HOSTILE);
        report->banner = report->helo = report->user = report->auth_mechanism = report->origin = text;
        report->commands.items[0].name = report->replies.items[1].name = text;
        report->anomalies[0].evidence = report->tls->sni = report->tls->alpn = text;
        report->tls->certificate.subject = report->tls->certificate.issuer = text;
        report->tls->certificate.names[0] = report->tls->certificate.serial = text;
        struct buffer out = write_session(report, rows[i].write);
        expect_harmless(buffer_slice(&out), rows[i].line_feeds);
        buffer_free(&out);
        session_report_free(&report);
    }
}

static void test_text(void **state)
{
    (void)state;
    struct session_report *report = sample_session();
    struct buffer out = write_session(report, format_text_session);
    assert_string_equal(
        buffer_cstr(&out),
        "2026-11-23 02:13:21 UTC  session         pop3 192.0.2.17:40321 → 198.51.100.25:1100  2 mails (1 "
        "incomplete), 4.9 KiB in 1.234 s, 1460 bytes missing, user taro, credentials refused (2 failures), "
        "TLS 1.2 for mx.example.co.jp; not inspected: encrypted with TLS, its keys are not known\n"
        "  Anomaly   bare-lf (3 times)  command lines end with LF alone (RFC 5321 2.3.8): EHLO x\\n\n"
        "  Anomaly   odd-port  a mail session on a port that is not assigned to its protocol");
    buffer_free(&out);
    session_report_free(&report);
}

static void test_who_gets_them(void **state)
{
    (void)state;
    struct error error = {""};
    struct publish_options options = publish_default_options();
    struct publisher *publisher = publisher_new(&options, &error);
    struct session_report *report = sample_session();
    assert_int_equal(publisher_add_output(publisher, SLICE("file:/dev/null?records=messages,stats"), &error),
                     STATUS_OK);
    assert_false(publisher_wants_sessions(publisher));
    publisher_publish_session(publisher, report);
    assert_int_equal(publisher_counters(publisher)->records, 0);
    assert_int_equal(publisher_add_output(publisher, SLICE("file:/dev/null?records=all"), &error), STATUS_OK);
    assert_true(publisher_wants_sessions(publisher));
    publisher_publish_session(publisher, report);
    assert_int_equal(publisher_counters(publisher)->records, 1);
    assert_int_equal(publisher_counters(publisher)->alerts, 0);
    assert_int_equal(publisher_close(&publisher, &error), STATUS_OK);
    session_report_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_unknown_tls),
        cmocka_unit_test(test_hostile_text_is_harmless),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_who_gets_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
