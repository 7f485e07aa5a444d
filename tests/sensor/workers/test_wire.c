/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails and outcomes as bytes: what is read is what was written, and cut or changed bytes are refused or read
 * as something that can be released.
 */
#include "sensor/workers/mail_wire.h"
#include "sensor/workers/outcome.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sample.h"
#include "tests/support/unit.h"

enum { OUT_MAX = 1 << 20 };

static struct buffer write_mail(const struct mail *mail)
{
    struct buffer out = buffer_make(OUT_MAX);
    mail_wire_write(&out, mail);
    return out;
}

/* Reading and writing again gives the same bytes, so every field that is written is read. */
static void test_mail_comes_back(void **state)
{
    struct sample *sample = sample_phishing(3);
    (void)state;
    sample->mail->source_path = "a path";
    struct buffer out = write_mail(sample->mail);
    struct mail *mail = mail_wire_read(buffer_slice(&out));
    assert_non_null(mail);
    struct buffer again = write_mail(mail);
    assert_slice(buffer_slice(&again), buffer_slice(&out));
    assert_string_equal(mail->source_path, "a path");
    assert_slice(buffer_slice(&mail->bytes), buffer_slice(&sample->mail->bytes));
    assert_slice(mail->session.tls->certificate.names[1], sample->mail->session.tls->certificate.names[1]);
    assert_int_equal(mail->envelope.rcpt_count, sample->mail->envelope.rcpt_count);
    assert_int_equal(mail->flow.server.port, sample->mail->flow.server.port);
    mail_free(&mail);
    buffer_free(&again);
    buffer_free(&out);
    sample_free(&sample);
}

static void test_cut_mail_is_refused(void **state)
{
    struct sample *sample = sample_phishing(3);
    (void)state;
    struct buffer out = write_mail(sample->mail);
    for (size_t len = 0; len < out.len; len++) {
        uint8_t *copy = mem_alloc(len);
        memcpy(copy, out.data, len);
        assert_null(mail_wire_read(slice_make(copy, len)));
        free(copy);
    }
    (void)buffer_append_byte(&out, 0);
    assert_null(mail_wire_read(buffer_slice(&out)));
    buffer_free(&out);
    sample_free(&sample);
}

static void fill(struct outcome *outcome, struct extract_file *files)
{
    struct rendering *r = &outcome->rendering;
    r->is_alert = true;
    r->severity = SEVERITY_HIGH;
    (void)buffer_append_cstr(&r->bytes, "{\"mailtap\":{\"seq\":0}}second");
    r->records[0] = (struct rendered_record){RECORD_MESSAGE, 0, 0, 21, rendering_find_seq(&r->bytes, 0)};
    r->records[1] = (struct rendered_record){RECORD_ALERT, 1, 21, 6, RENDERED_NO_SEQ};
    r->count = 2;
    outcome->files = files;
    outcome->file_count = 2;
    outcome->analysis.mails_analyzed = 7;
    outcome->publish.limit_urls_per_record_max = 9;
}

static struct buffer write_outcome(void)
{
    struct extract_file files[] = {{SLICE("a.txt"), SLICE("content")}, {SLICE(""), SLICE("")}};
    struct outcome outcome = outcome_make();
    struct buffer out = buffer_make(OUT_MAX);
    fill(&outcome, files);
    outcome_write(&out, &outcome);
    outcome.files = NULL;
    outcome_free(&outcome);
    return out;
}

static void test_outcome_comes_back(void **state)
{
    struct outcome outcome = outcome_make();
    struct buffer out = write_outcome(), numbered = buffer_make(OUT_MAX);
    (void)state;
    assert_true(outcome_read(&outcome, buffer_slice(&out)));
    const struct rendering *r = &outcome.rendering;
    assert_true(r->is_alert);
    assert_int_equal(r->severity, SEVERITY_HIGH);
    assert_int_equal(r->count, 2);
    rendering_number(&numbered, r, &r->records[0], 1234);
    assert_slice_text(buffer_slice(&numbered), "{\"mailtap\":{\"seq\":1234}}");
    rendering_number(&numbered, r, &r->records[1], 1234);
    assert_slice_text(buffer_slice(&numbered), "second");
    assert_int_equal(outcome.file_count, 2);
    assert_slice_text(outcome.files[0].name, "a.txt");
    assert_slice_text(outcome.files[0].content, "content");
    assert_int_equal(outcome.analysis.mails_analyzed, 7);
    assert_int_equal(outcome.publish.limit_urls_per_record_max, 9);
    outcome_free(&outcome);
    buffer_free(&numbered);
    buffer_free(&out);
}

/* Every cut is refused; a changed byte may be, and what is read stays within the bytes. */
static void test_outcomes_are_not_believed(void **state)
{
    struct outcome outcome = outcome_make();
    struct buffer out = write_outcome(), numbered = buffer_make(OUT_MAX);
    (void)state;
    for (size_t len = 0; len < out.len; len++)
        assert_false(outcome_read(&outcome, slice_make(out.data, len)));
    for (size_t i = 0; i < out.len; i++) {
        out.data[i] ^= 0xff;
        bool taken = outcome_read(&outcome, buffer_slice(&out));
        for (size_t k = 0; taken && k < outcome.rendering.count; k++)
            rendering_number(&numbered, &outcome.rendering, &outcome.rendering.records[k], 1);
        out.data[i] ^= 0xff;
    }
    outcome_free(&outcome);
    buffer_free(&numbered);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail_comes_back),
        cmocka_unit_test(test_cut_mail_is_refused),
        cmocka_unit_test(test_outcome_comes_back),
        cmocka_unit_test(test_outcomes_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
