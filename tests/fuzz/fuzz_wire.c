/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What analyzer processes are told and answer: a mail (first byte even) or an outcome (odd). What is taken
 * must be the same when it is written and read once more.
 */
#include "sensor/workers/mail_wire.h"
#include "sensor/workers/outcome.h"
#include "tests/fuzz/fuzz.h"

enum { AGAIN_MAX = 1 << 24 };

static void read_mail(struct slice bytes)
{
    struct buffer again = buffer_make(AGAIN_MAX);
    struct mail *mail = mail_wire_read(bytes);
    if (!mail) return;
    mail_wire_write(&again, mail);
    fuzz_touch(buffer_slice(&again));
    mail_free(&mail);
    mail = mail_wire_read(buffer_slice(&again));
    FUZZ_CHECK(mail || again.overflowed);
    mail_free(&mail);
    buffer_free(&again);
}

static void read_outcome(struct slice bytes)
{
    struct buffer out = buffer_make(AGAIN_MAX);
    struct outcome outcome = outcome_make();
    bool taken = outcome_read(&outcome, bytes);
    for (size_t i = 0; taken && i < outcome.rendering.count; i++) {
        rendering_number(&out, &outcome.rendering, &outcome.rendering.records[i], i);
        fuzz_touch(buffer_slice(&out));
    }
    for (size_t i = 0; taken && i < outcome.file_count; i++) {
        fuzz_touch(outcome.files[i].name);
        fuzz_touch(outcome.files[i].content);
    }
    outcome_free(&outcome);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    bool is_outcome = fuzz_number(&input, 1) & 1;
    (is_outcome ? read_outcome : read_mail)(input);
    return 0;
}
