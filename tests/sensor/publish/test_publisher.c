/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The publisher with files: who gets which record, numbering, failing outputs; and the queue of waiting
 * records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sample.h"
#include "sensor/publish/publisher.h"
#include "sensor/publish/queue.h"

enum { TEXT_BYTES = 1 << 20 };

struct place {
    char folder[64], path[128], text[TEXT_BYTES];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (!place) return -1;
    (void)snprintf(place->folder, sizeof place->folder, "/tmp/mailtap-publish-XXXXXX");
    if (!mkdtemp(place->folder)) {
        free(place);
        return -1;
    }
    (void)snprintf(place->path, sizeof place->path, "%s/out", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path);
    int result = rmdir(place->folder);
    free(place);
    return result;
}

static void read_out(struct place *place)
{
    FILE *file = fopen(place->path, "rb");
    assert_non_null(file);
    size_t len = fread(place->text, 1, sizeof place->text - 1, file);
    place->text[len] = '\0';
    (void)fclose(file);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)); text += strlen(part)) count++;
    return count;
}

static void add(struct publisher *publisher, const char *format, const char *path)
{
    char spec[256];
    struct error error = {""};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(spec, sizeof spec, format, path);
#pragma GCC diagnostic pop
    if (publisher_add_output(publisher, slice_from_cstr(spec), &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static struct publisher *make_publisher(void)
{
    struct publish_options options = publish_default_options();
    options.observer_name = "test-sensor";
    struct publisher *publisher = publisher_new(&options, NULL);
    assert_non_null(publisher);
    return publisher;
}

static void publish(struct publisher *publisher, struct sample *sample)
{
    publisher_publish_mail(publisher, sample->mail, &sample->judgement);
    sample_free(&sample);
}

static void publish_three(struct publisher *publisher)
{
    publish(publisher, sample_phishing(0));
    publish(publisher, sample_clean(MAIL_SMTP));
    publish(publisher, sample_phishing(1));
}

static void test_alerts_only(void **state)
{
    struct place *place = *state;
    struct publisher *publisher = make_publisher();
    add(publisher, "file:%s", place->path);
    publish_three(publisher);
    assert_int_equal(publisher_counters(publisher)->records, 2);
    assert_int_equal(publisher_counters(publisher)->alerts, 2);
    assert_int_equal(publisher_close(&publisher, NULL), STATUS_OK);
    assert_null(publisher);
    read_out(place);
    assert_int_equal(count_of(place->text, "\n"), 2);
    assert_int_equal(count_of(place->text, "\"dataset\":\"mailtap.alert\""), 2);
    assert_int_equal(count_of(place->text, "\"seq\":1,"), 1);
    assert_int_equal(count_of(place->text, "\"seq\":2,"), 1);
    struct stat facts;
    assert_int_equal(stat(place->path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777 & ~0640, 0);
}

/* Both kinds in one output: the message before its alert, numbered through. */
static void test_all_records(void **state)
{
    struct place *place = *state;
    struct publisher *publisher = make_publisher();
    add(publisher, "file:%s?records=all", place->path);
    publish_three(publisher);
    assert_int_equal(publisher_close(&publisher, NULL), STATUS_OK);
    read_out(place);
    assert_int_equal(count_of(place->text, "\n"), 5);
    assert_int_equal(count_of(place->text, "\"dataset\":\"mailtap.message\""), 3);
    for (unsigned seq = 1; seq <= 5; seq++) {
        char part[32];
        (void)snprintf(part, sizeof part, "\"seq\":%u,", seq);
        assert_int_equal(count_of(place->text, part), 1);
    }
    assert_true(strstr(place->text, "mailtap.message") < strstr(place->text, "mailtap.alert\""));
}

static void test_min_severity(void **state)
{
    struct place *place = *state;
    struct publisher *publisher = make_publisher();
    add(publisher, "file:%s?min-severity=critical", place->path);
    struct sample *critical = sample_phishing(9);
    critical->judgement.verdict.severity = SEVERITY_CRITICAL;
    publish_three(publisher);
    publish(publisher, critical);
    assert_int_equal(publisher_close(&publisher, NULL), STATUS_OK);
    read_out(place);
    assert_int_equal(count_of(place->text, "\n"), 1);
    assert_int_equal(count_of(place->text, "\"severity\":99"), 1);
}

/* Files are appended to, and two outputs with the same wishes get the same bytes. */
static void test_append_and_share(void **state)
{
    struct place *place = *state;
    for (int run = 0; run < 2; run++) {
        struct publisher *publisher = make_publisher();
        add(publisher, "file:%s", place->path);
        add(publisher, "file:%s", place->path);
        publish(publisher, sample_phishing(0));
        assert_int_equal(publisher_close(&publisher, NULL), STATUS_OK);
    }
    read_out(place);
    size_t line = strcspn(place->text, "\n") + 1;
    assert_int_equal(strlen(place->text), 4 * line);
    for (int i = 1; i < 4; i++) assert_memory_equal(place->text, place->text + (size_t)i * line, line);
}

static void test_failing_output(void **state)
{
    struct error error = {""};
    struct place *place = *state;
    struct publisher *publisher = make_publisher();
    assert_int_equal(publisher_add_output(publisher, SLICE("file:/nonexistent/x"), &error), STATUS_IO);
    assert_non_null(strstr(error.text, "/nonexistent/x"));
    add(publisher, "file:%s", "/dev/full");
    add(publisher, "file:%s", place->path);
    publish_three(publisher);
    assert_int_equal(publisher_counters(publisher)->output_errors, 2);
    assert_int_equal(publisher_close(&publisher, &error), STATUS_IO);
    assert_string_equal(error.text, "/dev/full: 2 of 2 records were not taken: No space left on device");
    read_out(place);
    assert_int_equal(count_of(place->text, "\n"), 2); /* the other output got all */
}

static void test_queue_keeps_order_and_bounds(void **state)
{
    struct queue queue = queue_make(1000, 4000);
    unsigned next_in = 0, next_out = 0;
    (void)state;
    while (next_out < 5000) {
        for (int i = 0; i < 7 && !queue_is_full(&queue, sizeof next_in); i++, next_in++) {
            queue_push(&queue, RECORD_ALERT, slice_make(&next_in, sizeof next_in));
        }
        for (size_t i = 0; i < 5 && i < queue.count; i++, next_out++) {
            assert_memory_equal(queue_at(&queue, i)->record.ptr, &next_out, sizeof next_out);
            queue_at(&queue, i)->delivered = true;
        }
        queue_drop_delivered(&queue);
        assert_true(queue.count <= 1000 && queue.bytes == queue.count * sizeof next_in);
    }
    while (!queue_is_full(&queue, 4)) queue_push(&queue, RECORD_ALERT, SLICE("four"));
    assert_int_equal(queue.count, 1000);
    queue_at(&queue, 0)->delivered = true;
    queue_drop_delivered(&queue);
    assert_true(queue_is_full(&queue, 5)); /* by bytes */
    assert_false(queue_is_full(&queue, 4));
    queue_free(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_alerts_only, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_all_records, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_min_severity, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_append_and_share, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_failing_output, make_place, remove_place),
        cmocka_unit_test(test_queue_keeps_order_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
