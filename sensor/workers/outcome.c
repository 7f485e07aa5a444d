/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Judge, render, collect; and the same as bytes. See outcome.h.
 */
#include "sensor/workers/outcome.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sensor/workers/wire.h"

enum { U64_BYTES = 8, NOTES_MAX_BYTES = 1 << 30 };

struct outcome outcome_make(void)
{
    return (struct outcome){.rendering = rendering_make(), .notes = buffer_make(NOTES_MAX_BYTES)};
}

void outcome_clear(struct outcome *outcome)
{
    judgement_free(&outcome->judgement);
    free(outcome->files);
    outcome->files = NULL;
    outcome->file_count = 0;
    buffer_clear(&outcome->notes);
}

void outcome_free(struct outcome *outcome)
{
    outcome_clear(outcome);
    rendering_free(&outcome->rendering);
    buffer_free(&outcome->notes);
}

static void collect_files(struct outcome *outcome)
{
    const struct message *message = outcome->judgement->message;
    outcome->files = mem_zalloc(message->file_count, sizeof *outcome->files);
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *file = &message->files[i];
        bool was_read = file->sha256[0] != '\0';
        if (was_read)
            outcome->files[outcome->file_count++] = (struct extract_file){file->name, file->content};
    }
}

static void take_judgement(struct analyzer *analyzer, const struct mail *mail, struct judgement *judgement,
                           struct outcome *outcome)
{
    outcome->judgement = judgement;
    publisher_render_mail(analyzer->publisher, mail, judgement, &outcome->rendering);
    if (analyzer->wants_files) collect_files(outcome);
}

void analyzer_run(struct analyzer *analyzer, const struct mail *mail, struct outcome *outcome)
{
    outcome_clear(outcome);
    take_judgement(analyzer, mail, analysis_judge(analyzer->analysis, mail), outcome);
}

void analyzer_fail(struct analyzer *analyzer, const struct mail *mail, struct slice why,
                   struct outcome *outcome)
{
    outcome_clear(outcome);
    take_judgement(analyzer, mail, analysis_failed(why), outcome);
}

static void wire_record(struct wire *w, struct rendered_record *record)
{
    WIRE_VALUE(w, record->kind, RECORD_KIND_COUNT);
    WIRE_NUMBER(w, record->look);
    wire_u64(w, &record->at);
    wire_u64(w, &record->len);
    wire_u64(w, &record->seq_at);
}

/* The records' bytes stay within the rendering's. */
static void check_records(struct wire *w, const struct rendering *rendering, size_t len)
{
    for (size_t i = 0; i < rendering->count; i++) {
        const struct rendered_record *record = &rendering->records[i];
        if (record->at > len || record->len > len - record->at) wire_fail(w);
    }
}

static void wire_rendering(struct wire *w, struct rendering *rendering)
{
    struct slice bytes = buffer_slice(&rendering->bytes);
    WIRE_FLAG(w, rendering->is_alert);
    WIRE_VALUE(w, rendering->severity, SEVERITY_CRITICAL + 1);
    WIRE_VALUE(w, rendering->count, RENDERED_RECORDS_MAX + 1);
    for (size_t i = 0; i < rendering->count; i++) wire_record(w, &rendering->records[i]);
    wire_slice(w, &bytes);
    if (!wire_is_reading(w)) return;
    check_records(w, rendering, bytes.len);
    buffer_clear(&rendering->bytes);
    (void)buffer_append(&rendering->bytes, bytes);
}

static void wire_files(struct wire *w, struct outcome *outcome)
{
    size_t count = wire_count(w, outcome->file_count, U64_BYTES);
    if (wire_is_reading(w)) {
        outcome->files = mem_zalloc(count, sizeof *outcome->files);
        outcome->file_count = count;
    }
    for (size_t i = 0; i < count; i++) {
        wire_slice(w, &outcome->files[i].name);
        wire_slice(w, &outcome->files[i].content);
    }
}

static void wire_notes(struct wire *w, struct buffer *notes)
{
    struct slice bytes = buffer_slice(notes);
    wire_slice(w, &bytes);
    if (!wire_is_reading(w)) return;
    buffer_clear(notes);
    (void)buffer_append(notes, bytes);
}

static void wire_outcome(struct wire *w, struct outcome *outcome)
{
    wire_raw(w, &outcome->analysis, sizeof outcome->analysis);
    wire_raw(w, &outcome->publish, sizeof outcome->publish);
    wire_notes(w, &outcome->notes);
    wire_rendering(w, &outcome->rendering);
    wire_files(w, outcome);
}

void outcome_write(struct buffer *out, const struct outcome *outcome)
{
    struct wire w = wire_writer(out);
    struct outcome copy = *outcome; /* of the pointers: a writer changes nothing they point to */
    wire_outcome(&w, &copy);
}

bool outcome_read(struct outcome *outcome, struct slice bytes)
{
    struct wire w = wire_reader(bytes, NULL);
    outcome_clear(outcome);
    wire_outcome(&w, outcome);
    if (!w.in.bad && cursor_left(&w.in) == 0) return true;
    outcome_clear(outcome);
    return false;
}
