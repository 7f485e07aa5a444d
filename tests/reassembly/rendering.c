/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails and counters as text; see rendering.h.
 */
#include "tests/reassembly/rendering.h"

static void put_escaped(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        bool last_blank = c == ' ' && i + 1 == text.len;
        if (c == '\r' || c == '\n') {
            (void)buffer_append_cstr(out, c == '\r' ? "\\r" : "\\n");
        } else if (c == '\\') {
            (void)buffer_append_cstr(out, "\\\\");
        } else if (c < ' ' || c >= 0x7f || last_blank) {
            (void)buffer_printf(out, "\\x%02x", c);
        } else {
            (void)buffer_append_byte(out, c);
        }
    }
}

/* "word text"; an empty text leaves no blank behind the word. */
static void put_fact(struct buffer *out, const char *word, struct slice text)
{
    (void)buffer_printf(out, "%s%s", word, text.len > 0 ? " " : "");
    put_escaped(out, text);
    (void)buffer_append_byte(out, '\n');
}

static void put_seen_fact(struct buffer *out, const char *word, struct slice text)
{
    if (text.len > 0) put_fact(out, word, text);
}

/* Content by lines: "body:" one that ends with CRLF, "body=" any other. */
static void put_body(struct buffer *out, struct slice bytes)
{
    while (bytes.len > 0) {
        size_t end = slice_index(bytes, '\n');
        struct slice line = slice_head(bytes, end < bytes.len ? end + 1 : end);
        bool crlf = line.len >= 2 && line.ptr[line.len - 2] == '\r' && line.ptr[line.len - 1] == '\n';
        put_fact(out, crlf ? "body:" : "body=", slice_head(line, crlf ? line.len - 2 : line.len));
        bytes = slice_skip(bytes, line.len);
    }
}

static void put_damage(struct buffer *out, const struct mail *mail)
{
    const struct mail_damage *d = &mail->damage;
    if (mail_is_complete(mail)) (void)buffer_append_cstr(out, "complete\n");
    if (d->truncated) (void)buffer_append_cstr(out, "truncated\n");
    if (d->missing_bytes > 0) (void)buffer_printf(out, "missing %ju\n", (uintmax_t)d->missing_bytes);
    for (size_t i = 0; i < d->gap_count; i++)
        (void)buffer_printf(out, "hole %ju %ju\n", (uintmax_t)d->gaps[i].offset, (uintmax_t)d->gaps[i].len);
    if (d->midstream) (void)buffer_append_cstr(out, "midstream\n");
    if (mail->partial) (void)buffer_append_cstr(out, "partial\n");
}

/* "recipient ADDRESS OUTCOME [CODE [STATUS]] [PARAMETERS]" */
static void put_recipient(struct buffer *out, const struct mail_recipient *r)
{
    static const char *const outcomes[] = {"unknown", "accepted", "refused"};
    (void)buffer_append_cstr(out, "recipient ");
    put_escaped(out, r->address);
    (void)buffer_printf(out, " %s", outcomes[r->outcome]);
    if (r->code > 0) (void)buffer_printf(out, " %u", r->code);
    if (r->status.text[0]) (void)buffer_append_byte(out, ' ');
    put_escaped(out, slice_from_cstr(r->status.text));
    if (r->parameters.len > 0) (void)buffer_append_byte(out, ' ');
    put_escaped(out, r->parameters);
    (void)buffer_append_byte(out, '\n');
}

static void put_envelope(struct buffer *out, const struct mail_envelope *e)
{
    if (e->mail_from_seen) put_fact(out, "from", e->mail_from);
    put_seen_fact(out, "mail-parameters", e->mail_from_parameters);
    for (size_t i = 0; i < e->rcpt_count; i++) put_fact(out, "to", e->rcpt_to[i]);
    for (size_t i = 0; i < e->recipient_count; i++) put_recipient(out, &e->recipients[i]);
    if (e->rcpt_dropped > 0) (void)buffer_printf(out, "to-dropped %zu\n", e->rcpt_dropped);
}

/* Each with its evidence; "none" when there are none. */
static void put_anomalies(struct buffer *out, const char *word, const struct mail_anomaly *items,
                          size_t count)
{
    if (count == 0) (void)buffer_printf(out, "%s none\n", word);
    for (size_t i = 0; i < count; i++) {
        (void)buffer_printf(out, "%s %s%s", word, anomaly_name(items[i].anomaly),
                            items[i].evidence.len > 0 ? " " : "");
        put_escaped(out, items[i].evidence);
        (void)buffer_append_byte(out, '\n');
    }
}

static const char *const auth_results[] = {"none", "unknown", "succeeded", "failed"};

static void put_session(struct buffer *out, const struct mail_session *s)
{
    put_seen_fact(out, "banner", s->banner);
    put_seen_fact(out, "helo", s->helo);
    put_seen_fact(out, "user", s->user);
    put_seen_fact(out, "auth", s->auth_mechanism);
    if (s->starttls) (void)buffer_append_cstr(out, "starttls\n");
    for (size_t i = 0; i < s->reply_count; i++) {
        struct slice word = s->replies[i].command;
        (void)buffer_printf(out, "reply %.*s %u%s", (int)word.len, (const char *)word.ptr, s->replies[i].code,
                            s->replies[i].status.text[0] ? " " : "");
        put_escaped(out, slice_from_cstr(s->replies[i].status.text));
        (void)buffer_append_byte(out, '\n');
    }
    put_seen_fact(out, "origin", s->origin);
    (void)buffer_printf(out, "mail-auth-result %s\n", auth_results[s->auth_result]);
    put_anomalies(out, "mail-anomaly", s->anomalies, s->anomaly_count);
}

void render_mail(struct buffer *out, const struct mail *mail)
{
    static const char *const acceptance[] = {"unknown", "yes", "no"};
    (void)buffer_printf(out, "mail %s\n", mail_via_name(mail->via));
    (void)buffer_printf(out, "protocol %s\n", mail_protocol_name(mail->protocol));
    (void)buffer_printf(out, "index %u\n", mail->index);
    (void)buffer_printf(out, "reading %s\n", mail->reading == MAIL_READING_LENIENT ? "lenient" : "standard");
    put_envelope(out, &mail->envelope);
    (void)buffer_printf(out, "accepted %s\n", acceptance[mail->accepted]);
    put_damage(out, mail);
    put_session(out, &mail->session);
    (void)buffer_printf(out, "bytes %zu\n", mail->bytes.len);
    put_body(out, buffer_slice(&mail->bytes));
}

static void put_tally(struct buffer *out, const char *word, const struct session_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        (void)buffer_printf(out, "%s ", word);
        put_escaped(out, tally->items[i].name);
        (void)buffer_printf(out, " %ju\n", (uintmax_t)tally->items[i].count);
    }
}

void render_session(struct buffer *out, const struct session_report *report)
{
    (void)buffer_printf(out, "session %s\n", mail_protocol_name(report->protocol));
    put_tally(out, "command", &report->commands);
    put_tally(out, "reply-count", &report->replies);
    (void)buffer_printf(out, "session-mails %ju %ju\n", (uintmax_t)report->mails,
                        (uintmax_t)report->mails_incomplete);
    put_seen_fact(out, "session-banner", report->banner);
    put_seen_fact(out, "session-helo", report->helo);
    put_seen_fact(out, "session-user", report->user);
    put_seen_fact(out, "session-auth", report->auth_mechanism);
    put_seen_fact(out, "session-origin", report->origin);
    (void)buffer_printf(out, "auth-result %s\n", auth_results[report->auth_result]);
    (void)buffer_printf(out, "auth-attempts %ju %ju\n", (uintmax_t)report->auth_attempts,
                        (uintmax_t)report->auth_failures);
    if (report->starttls) (void)buffer_append_cstr(out, "session-starttls\n");
    if (report->is_encrypted) (void)buffer_append_cstr(out, "session-encrypted\n");
    if (report->is_compressed) (void)buffer_append_cstr(out, "session-compressed\n");
    put_anomalies(out, "anomaly", report->anomalies, report->anomaly_count);
}

void render_counters(struct buffer *out, const struct reassembly_counters *counters)
{
#define COUNTER(field, text)                                                                                 \
    if (counters->field > 0) (void)buffer_printf(out, "counter " #field " %ju\n", (uintmax_t)counters->field);
#include "reassembly/counters.def"
#undef COUNTER
#define LIMIT(field, value, minimum, maximum, text)                                                          \
    if (counters->limit_##field > 0)                                                                         \
        (void)buffer_printf(out, "counter limit_" #field " %ju\n", (uintmax_t)counters->limit_##field);
#include "reassembly/limits.def"
#undef LIMIT
}

/* What a line is about: its first word, of counters the first two; "body=" is the same as "body:". */
static struct slice topic_of(struct slice line)
{
    size_t end = slice_index(line, ' ');
    if (slice_starts(line, SLICE("counter "))) end += 1 + slice_index(slice_skip(line, end + 1), ' ');
    return slice_starts(line, SLICE("body")) ? slice_head(line, 4) : slice_head(line, end);
}

static bool is_always_compared(struct slice topic)
{
    static const struct slice words[] = {
        SLICE_INIT("mail"),      SLICE_INIT("from"),    SLICE_INIT("to"),   SLICE_INIT("accepted"),
        SLICE_INIT("complete"),  SLICE_INIT("missing"), SLICE_INIT("hole"), SLICE_INIT("truncated"),
        SLICE_INIT("midstream"), SLICE_INIT("partial")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_equal(topic, words[i])) return true;
    }
    return false;
}

static bool mentions(struct slice text, struct slice topic)
{
    while (text.len > 0) {
        struct slice line = slice_next_token(&text, '\n');
        if (slice_equal(topic_of(line), topic)) return true;
    }
    return false;
}

void render_filter(struct buffer *out, struct slice text, struct slice wanted)
{
    while (text.len > 0) {
        struct slice line = slice_next_token(&text, '\n');
        struct slice topic = topic_of(line);
        if (!is_always_compared(topic) && !mentions(wanted, topic)) continue;
        (void)buffer_append(out, line);
        (void)buffer_append_byte(out, '\n');
    }
}
