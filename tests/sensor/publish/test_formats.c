/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two formats: fields of the JSON document, and that nothing hostile reaches a terminal in either.
 */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "expect.h"
#include "sample.h"
#include "sensor/publish/format.h"

static struct buffer write_record(struct sample *sample, format_fn write, enum record_kind kind,
                                  const struct publish_limits *limits, bool colour)
{
    struct publish_options options = publish_default_options();
    struct publish_counters counters = {0};
    struct format_context context = {
        .limits = limits ? limits : &options.limits, .counters = &counters, .colour = colour};
    struct record record;
    struct buffer out = buffer_make(OUT_MAX);
    record_init(&record, sample->mail, &sample->judgement);
    record.kind = kind;
    record.seq = 7;
    record.observer_name = "test-sensor";
    write(&out, &record, &context);
    return out;
}

static json_t *write_json(struct sample *sample, enum record_kind kind, const struct publish_limits *limits)
{
    struct buffer out = write_record(sample, format_ecs, kind, limits, false);
    json_t *root = expect_json(buffer_slice(&out));
    buffer_free(&out);
    return root;
}

static void test_alert(void **state)
{
    static const struct {
        const char *path, *text;
    } rows[] = {
        {"@timestamp", "2026-11-23T02:13:21.234567890Z"},
        {"event/kind", "alert"},
        {"event/dataset", "mailtap.alert"},
        {"event/category/1", "threat"},
        {"source/ip", "192.0.2.17"},
        {"destination/ip", "198.51.100.25"},
        {"network/protocol", "smtp"},
        {"network/type", "ipv4"},
        {"network/vlan/id", "100"},
        {"network/inner/vlan/id", "7"},
        {"observer/name", "test-sensor"},
        {"observer/ingress/interface/name", "captures/day.pcap"},
        {"file/path", "captures/day.pcap"},
        {"email/from/address/0", "info@card-login.example.net"},
        {"email/subject", "【重要】カードのご利用確認 4"},
        {"email/origination_timestamp", "2026-11-23T02:13:10Z"},
        {"email/attachments/0/file/name", "ご請求書.zip"},
        {"email/attachments/0/file/hash/md5", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"mailtap/members/0/path", "2/請求書.pdf.exe"},
        {"rule/id", "S03"},
        {"threat/technique/id/1", "T1566.002"},
        {"related/ip/2", "203.0.113.9"},
        {"related/hosts/0", "vps.example.net"},
        {"related/user/2", "bounce-1@mailer.example.net"},
        {"mailtap/findings/0/seed/1", "S2"},
        {"mailtap/findings/1/technique", "T1566.002"},
        {"mailtap/urls/0/domain", "example.net"},
        {"mailtap/session/banner", "220 mx.example.co.jp ESMTP \\xff"},
        {"mailtap/session/reply_codes/1/command", "."},
        {"mailtap/session/reply_codes/0/status", "2.1.0"},
        {"mailtap/session/accepted", "true"},
        {"mailtap/session/auth_result", "succeeded"},
        {"mailtap/session/origin", "203.0.113.77"},
        {"mailtap/session/mail_from_parameters", "BODY=8BITMIME"},
        {"mailtap/session/recipients/0/parameters", "NOTIFY=NEVER"},
        {"mailtap/session/recipients/1/outcome", "refused"},
        {"mailtap/session/recipients/1/status", "5.1.1"},
        {"mailtap/session/anomalies/0/name", "bare-lf"},
        {"mailtap/session/anomalies/0/evidence", "EHLO x\n"},
        {"mailtap/session/tls/version", "TLS 1.2"},
        {"mailtap/session/tls/sni", "mx.example.co.jp"},
        {"mailtap/session/tls/certificate/issuer", "CN=Example CA,C=JP"},
        {"mailtap/mail/reading", "standard"},
        {"mailtap/mail/via", "DATA"},
        {"mailtap/severity", "high"},
    };
    (void)state;
    struct sample *sample = sample_phishing(4);
    json_t *root = write_json(sample, RECORD_ALERT, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) expect_text(root, rows[i].path, rows[i].text);
    expect_number(root, "event/severity", 73);
    expect_number(root, "event/risk_score", 87);
    expect_number(root, "mailtap/seq", 7);
    expect_number(root, "mailtap/session/duration", 1234567890);
    assert_true(json_is_true(at(root, "mailtap/damage/complete")));
    assert_int_equal(json_array_size(at(root, "email/attachments")), 1);
    assert_int_equal(json_array_size(at(root, "threat/technique/id")), 2); /* the third finding has none */
    assert_int_equal(json_array_size(at(root, "related/user")),
                     3); /* the recipient stands twice in the mail */
    expect_number(root, "mailtap/session/recipients/1/code", 550);
    expect_number(root, "mailtap/session/anomalies/0/count", 3);
    expect_absent(root, "mailtap/session/anomalies/1/evidence");
    assert_true(json_is_true(at(root, "mailtap/session/tls/decrypted")));
    expect_absent(root, "mailtap/limits");
    expect_absent(root, "tls");
    json_decref(root);
    sample_free(&sample);
}

static void test_file_record(void **state)
{
    (void)state;
    struct sample *sample = sample_clean(MAIL_FILE);
    sample->message.has_date = true;
    sample->message.date_s = 0;
    json_t *root = write_json(sample, RECORD_MESSAGE, NULL);
    expect_text(root, "@timestamp", "1970-01-01T00:00:00.000000000Z");
    expect_text(root, "event/kind", "event");
    expect_text(root, "mailtap/category", "clean");
    expect_text(root, "mailtap/mail/sha256",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_absent(root, "source");
    expect_absent(root, "network");
    expect_absent(root, "mailtap/session");
    expect_absent(root, "observer/ingress");
    json_decref(root);
    sample->message.date_s = INT64_MAX; /* no such year: the file's time */
    root = write_json(sample, RECORD_MESSAGE, NULL);
    expect_text(root, "@timestamp", "2026-11-23T02:13:21.234567890Z");
    expect_absent(root, "email");
    json_decref(root);
    sample_free(&sample);
}

static void test_damage(void **state)
{
    (void)state;
    struct sample *sample = sample_phishing(0);
    uint64_t offset = sample->mail->bytes.len;
    mail_add_gap(sample->mail, 1460, 8);
    sample->mail->damage.midstream = true;
    json_t *root = write_json(sample, RECORD_ALERT, NULL);
    assert_true(json_is_false(at(root, "mailtap/damage/complete")));
    assert_true(json_is_true(at(root, "mailtap/damage/midstream")));
    expect_number(root, "mailtap/damage/missing_bytes", 1460);
    expect_number(root, "mailtap/damage/gaps/0/offset", (long long)offset);
    expect_number(root, "mailtap/damage/gaps/0/length", 1460);
    json_decref(root);
    sample_free(&sample);
}

static void test_part_of_a_mail_is_marked(void **state)
{
    (void)state;
    struct sample *sample = sample_phishing(4);
    json_t *whole = write_json(sample, RECORD_MESSAGE, NULL);
    assert_null(json_object_get(json_object_get(json_object_get(whole, "mailtap"), "mail"), "partial"));
    json_decref(whole);
    sample->mail->partial = true;
    json_t *part = write_json(sample, RECORD_MESSAGE, NULL);
    assert_true(json_is_true(at(part, "mailtap/mail/partial")));
    json_decref(part);
    sample_free(&sample);
}

static void test_null_sender_is_shown(void **state)
{
    (void)state;
    struct sample *sample = sample_phishing(0);
    sample->mail->envelope.mail_from = SLICE("");
    json_t *root = write_json(sample, RECORD_ALERT, NULL);
    expect_text(root, "mailtap/session/mail_from", "");
    json_decref(root);
    sample->mail->envelope.mail_from_seen = false;
    root = write_json(sample, RECORD_ALERT, NULL);
    expect_absent(root, "mailtap/session/mail_from");
    json_decref(root);
    sample_free(&sample);
}

static void test_limits_are_marked(void **state)
{
    (void)state;
    struct publish_limits limits = publish_default_options().limits;
    struct sample *sample = sample_phishing(0);
    struct message_limit reached = {"analysis.links_max", SLICE("1.2")};
    sample->message.limits = &reached;
    sample->message.limit_count = 1;
    limits.urls_per_record_max = 1;
    limits.findings_per_record_max = 2;
    limits.text_field_max_bytes = 64;
    sample->message.subject = SLICE("ああああああああああああああああああああああああああ");
    json_t *root = write_json(sample, RECORD_ALERT, &limits);
    assert_int_equal(json_array_size(at(root, "mailtap/urls")), 1);
    assert_int_equal(json_array_size(at(root, "mailtap/findings")), 2);
    assert_int_equal(json_string_length(at(root, "email/subject")), 63); /* no half character */
    expect_text(root, "mailtap/limits/0/key", "analysis.links_max");
    expect_text(root, "mailtap/limits/1/key", "publish.urls_per_record_max");
    expect_text(root, "mailtap/limits/2/key", "publish.findings_per_record_max");
    expect_text(root, "mailtap/limits/3/key", "publish.text_field_max_bytes");
    json_decref(root);
    sample_free(&sample);
}

/* Puts hostile bytes wherever a mail can put any. */
static struct sample *hostile_sample(void)
{
    struct sample *sample = sample_phishing(0);
    struct message *message = &sample->message;
    struct slice text = SLICE(HOSTILE);
    message->subject = message->message_id = message->x_mailer = text;
    message->from.items[0].name = message->from.items[0].address = message->from.items[0].domain = text;
    message->to = message->reply_to = message->from;
    message->links[0].url = message->links[0].host = message->links[0].text = text;
    message->files[0].name = message->files[0].extension = message->files[0].detected_type = text;
    message->files[1].path = message->files[1].name = text;
    sample->mail->session.helo = sample->mail->session.banner = sample->mail->session.user = text;
    sample->mail->session.origin = sample->mail->session.anomalies[0].evidence = text;
    sample->mail->session.tls->sni = sample->mail->session.tls->certificate.subject = text;
    sample->mail->envelope.recipients[0].address = sample->mail->envelope.recipients[1].parameters = text;
    sample->mail->envelope.mail_from_parameters = text;
    sample->mail->envelope.mail_from = sample->mail->envelope.rcpt_to[0] = text;
    sample->mail->source_path = "a\033[2Jb\xe2\x80\xae.pcap";
    sample->judgement.verdict.reason = sample->judgement.verdict.advice_ja = text;
    sample->judgement.verdict.findings.items[0].evidence = text;
    sample->judgement.verdict.findings.items[1].where = text;
    return sample;
}

static void test_hostile_text_is_harmless(void **state)
{
    static const struct {
        format_fn write;
        enum record_kind kind;
        bool line_feeds;
    } rows[] = {{format_ecs, RECORD_ALERT, false},
                {format_text, RECORD_ALERT, true},
                {format_text, RECORD_MESSAGE, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sample *sample = hostile_sample();
        struct buffer out = write_record(sample, rows[i].write, rows[i].kind, NULL, false);
        expect_harmless(buffer_slice(&out), rows[i].line_feeds);
        buffer_free(&out);
        sample_free(&sample);
    }
}

/* Escaping for the terminal must not change what the JSON says. */
static void test_json_keeps_the_text(void **state)
{
    (void)state;
    struct sample *sample = hostile_sample();
    json_t *root = write_json(sample, RECORD_ALERT, NULL);
    json_t *subject = at(root, "email/subject");
    struct buffer expected = buffer_make(OUT_MAX);
    utf8_repair(&expected, SLICE(HOSTILE));
    assert_true(slice_equal(slice_make(json_string_value(subject), json_string_length(subject)),
                            buffer_slice(&expected)));
    buffer_free(&expected);
    json_decref(root);
    sample_free(&sample);
}

static void test_text_alert(void **state)
{
    static const char *const parts[] = {
        "HIGH phishing, score 87  2026-11-23 02:13:21 UTC  smtp 192.0.2.17:40321 → 198.51.100.25:25\n",
        "\n  From      例示カード <info@card-login.example.net>\n",
        "\n  Envelope  <bounce-1@mailer.example.net>\n",
        "\n  Subject   【重要】カードのご利用確認 0\n",
        "\n            カード会社を名乗っていますが",
        "S03  brand of another organisation / 送信ドメインと名乗りの不一致\n",
        "ご請求書.zip  application/zip, 20.0 KiB\n            sha256 cccc",
        ", encrypted",
        "\n  TLS       TLS 1.2 for mx.example.co.jp, decrypted\n",
        "\n  Session   bare-lf (3 times)  command lines end with LF alone (RFC 5321 2.3.8): EHLO x\\n\n",
        "\n            odd-port  a mail session on",
    };
    (void)state;
    struct sample *sample = sample_phishing(0);
    struct buffer out = write_record(sample, format_text, RECORD_ALERT, NULL, false);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(buffer_cstr(&out), parts[i])) fail_msg("no \"%s\" in:\n%s", parts[i], buffer_cstr(&out));
    }
    buffer_free(&out);
    out = write_record(sample, format_text, RECORD_ALERT, NULL, true);
    assert_non_null(strstr(buffer_cstr(&out), "\033[1;31m"));
    buffer_free(&out);
    sample_free(&sample);
}

/* Two findings of one rule: the title once; a place that is the evidence itself: not again. */
static void test_text_does_not_repeat(void **state)
{
    (void)state;
    struct sample *sample = sample_clean(MAIL_SMTP);
    static const struct detection rule = {.id = "U03", .title = "bare address", .title_ja = "アドレス"};
    sample_add_finding(sample, &rule, SLICE("http://203.0.113.1/"), SLICE("http://203.0.113.1/"));
    sample_add_finding(sample, &rule, SLICE("http://203.0.113.2/"), SLICE("1.2"));
    struct buffer out = write_record(sample, format_text, RECORD_ALERT, NULL, false);
    assert_non_null(strstr(buffer_cstr(&out), "\n  Findings  U03  bare address / アドレス\n"
                                              "                 http://203.0.113.1/\n"
                                              "                 http://203.0.113.2/  (1.2)\n"));
    buffer_free(&out);
    sample_free(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alert),
        cmocka_unit_test(test_file_record),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_part_of_a_mail_is_marked),
        cmocka_unit_test(test_null_sender_is_shown),
        cmocka_unit_test(test_limits_are_marked),
        cmocka_unit_test(test_hostile_text_is_harmless),
        cmocka_unit_test(test_json_keeps_the_text),
        cmocka_unit_test(test_text_alert),
        cmocka_unit_test(test_text_does_not_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
