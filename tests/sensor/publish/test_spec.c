/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Output SPECs: what is read from them, what is refused, and that no sentence about them holds the password.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/publish/sink.h"

static struct publish_defaults defaults(void)
{
    return publish_default_options().defaults;
}

static void parse_good(struct output_spec *spec, const char *text)
{
    struct error error = {""};
    struct publish_defaults given = defaults();
    if (spec_parse(spec, slice_from_cstr(text), &given, &error) != STATUS_OK)
        fail_msg("%s: %s", text, error.text);
}

static void test_defaults(void **state)
{
    struct output_spec spec;
    (void)state;
    parse_good(&spec, "-");
    assert_ptr_equal(spec.sink, &sink_stdout);
    assert_string_equal(spec.format->name, "ecs");
    assert_int_equal(spec.records, RECORD_BIT(RECORD_ALERT));
    assert_int_equal(spec.min_severity, SEVERITY_LOW);
    spec_free(&spec);
}

static void test_options(void **state)
{
    struct output_spec spec;
    (void)state;
    parse_good(&spec, "file:/tmp/a b.jsonl?format=text&records=messages,alerts&min-severity=critical");
    assert_ptr_equal(spec.sink, &sink_file);
    assert_string_equal(spec.path, "/tmp/a b.jsonl");
    assert_string_equal(spec.format->name, "text");
    assert_int_equal(spec.records, RECORD_BIT(RECORD_ALERT) | RECORD_BIT(RECORD_MESSAGE));
    assert_int_equal(spec.min_severity, SEVERITY_CRITICAL);
    spec_free(&spec);
    parse_good(&spec, "-?records=all");
    assert_int_equal(spec.records, RECORD_BIT(RECORD_ALERT) | RECORD_BIT(RECORD_MESSAGE) |
                                       RECORD_BIT(RECORD_SESSION) | RECORD_BIT(RECORD_STATS));
    spec_free(&spec);
    parse_good(&spec, "-?records=sessions");
    assert_int_equal(spec.records, RECORD_BIT(RECORD_SESSION));
    spec_free(&spec);
    parse_good(&spec, "file:///var/log/x");
    assert_string_equal(spec.path, "/var/log/x");
    spec_free(&spec);
}

static void test_redis(void **state)
{
    struct output_spec spec;
    (void)state;
    parse_good(&spec, "redis://us%65r:p%40ss%2fw@redis.example.net:7000/3?channel=c%20h&stream=");
    assert_ptr_equal(spec.sink, &sink_redis);
    assert_string_equal(spec.host, "redis.example.net");
    assert_int_equal(spec.port, 7000);
    assert_int_equal(spec.database, 3);
    assert_string_equal(spec.user, "user");
    assert_string_equal(spec.password, "p@ss/w");
    assert_string_equal(spec.channel, "c h");
    assert_string_equal(spec.stream, "");
    assert_string_equal(spec.label, "redis://redis.example.net:7000/3");
    spec_free(&spec);
    parse_good(&spec, "redis://:p@ss/w@[::1]:7000");
    assert_string_equal(spec.host, "::1");
    assert_null(spec.user);
    assert_string_equal(spec.password, "p@ss/w");
    assert_string_equal(spec.channel, "mailtap:alerts");
    assert_string_equal(spec.stream, "mailtap:alerts:log");
    spec_free(&spec);
    parse_good(&spec, "redis://localhost");
    assert_int_equal(spec.port, 6379);
    assert_null(spec.password);
    spec_free(&spec);
    parse_good(&spec, "redis+unix://:pw@/run/redis/redis.sock?db=2");
    assert_null(spec.host);
    assert_string_equal(spec.path, "/run/redis/redis.sock");
    assert_string_equal(spec.password, "pw");
    assert_int_equal(spec.database, 2);
    spec_free(&spec);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *sentence_has;
        enum status status;
    } rows[] = {
        {"", "empty", STATUS_USAGE},
        {"kafka://x", "an output is", STATUS_USAGE},
        {"-x", "nothing but", STATUS_USAGE},
        {"file:", "path", STATUS_USAGE},
        {"-?format=xml", "no format", STATUS_USAGE},
        {"-?format=cef", "not offered", STATUS_UNSUPPORTED},
        {"-?records=", "empty", STATUS_USAGE},
        {"-?records=alert", "no kind of record", STATUS_USAGE},
        {"-?records=alerts,", "no kind of record", STATUS_USAGE},
        {"-?min-severity=bad", "min-severity is", STATUS_USAGE},
        {"-?channel=x", "no other", STATUS_USAGE},
        {"syslog://localhost:514", "syslog", STATUS_UNSUPPORTED},
        {"syslog+tcp://localhost:514", "syslog", STATUS_UNSUPPORTED},
        {"rediss://:s3cret@localhost", "TLS", STATUS_UNSUPPORTED},
        {"redis://", "needs a host", STATUS_USAGE},
        {"redis://s3cret@h", "USER:PASS@", STATUS_USAGE},
        {"redis://:s3cret@:1", "needs a host", STATUS_USAGE},
        {"redis://:s3cret@h:0", "port", STATUS_USAGE},
        {"redis://:s3cret@h:65536", "port", STATUS_USAGE},
        {"redis://:s3cret@h:1x", "port", STATUS_USAGE},
        {"redis://u:s3cret%@h", "percent", STATUS_USAGE},
        {"redis://u:s3cret%0@h", "percent", STATUS_USAGE},
        {"redis://u:s3cret%00@h", "percent", STATUS_USAGE},
        {"redis://:s3cret@h/x", "database", STATUS_USAGE},
        {"redis://:s3cret@h/-1", "database", STATUS_USAGE},
        {"redis://:pw?s3cret@h:1", "port", STATUS_USAGE},
        {"redis://h?s3cret@h:1", "takes the options", STATUS_USAGE},
        {"redis://:s3cret@h?stream=&channel=", "neither", STATUS_USAGE},
        {"redis+unix://:s3cret@run/redis.sock", "full path", STATUS_USAGE},
    };
    (void)state;
    struct publish_defaults given = defaults();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct output_spec spec;
        struct error error = {""};
        enum status status = spec_parse(&spec, slice_from_cstr(rows[i].text), &given, &error);
        if (status != rows[i].status) fail_msg("%s: %d %s", rows[i].text, status, error.text);
        if (!strstr(error.text, rows[i].sentence_has)) fail_msg("%s: %s", rows[i].text, error.text);
        if (strstr(error.text, "s3cret")) fail_msg("the password shows: %s", error.text);
    }
}

static void test_unknown_default_format(void **state)
{
    struct error error = {""};
    struct publish_options options = publish_default_options();
    (void)state;
    options.defaults.format = "yaml";
    assert_null(publisher_new(&options, &error));
    assert_non_null(strstr(error.text, "yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_redis),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unknown_default_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
