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
}

static void put_envelope(struct buffer *out, const struct mail_envelope *e)
{
    if (e->mail_from_seen) put_fact(out, "from", e->mail_from);
    for (size_t i = 0; i < e->rcpt_count; i++) put_fact(out, "to", e->rcpt_to[i]);
    if (e->rcpt_dropped > 0) (void)buffer_printf(out, "to-dropped %zu\n", e->rcpt_dropped);
}

static void put_session(struct buffer *out, const struct mail_session *s)
{
    put_seen_fact(out, "banner", s->banner);
    put_seen_fact(out, "helo", s->helo);
    put_seen_fact(out, "user", s->user);
    put_seen_fact(out, "auth", s->auth_mechanism);
    if (s->starttls) (void)buffer_append_cstr(out, "starttls\n");
    for (size_t i = 0; i < s->reply_count; i++) {
        struct slice word = s->replies[i].command;
        (void)buffer_printf(out, "reply %.*s %u\n", (int)word.len, (const char *)word.ptr,
                            s->replies[i].code);
    }
}

void render_mail(struct buffer *out, const struct mail *mail)
{
    static const char *const acceptance[] = {"unknown", "yes", "no"};
    (void)buffer_printf(out, "mail %s\n", mail_via_name(mail->via));
    (void)buffer_printf(out, "protocol %s\n", mail_protocol_name(mail->protocol));
    (void)buffer_printf(out, "index %u\n", mail->index);
    put_envelope(out, &mail->envelope);
    (void)buffer_printf(out, "accepted %s\n", acceptance[mail->accepted]);
    put_damage(out, mail);
    put_session(out, &mail->session);
    (void)buffer_printf(out, "bytes %zu\n", mail->bytes.len);
    put_body(out, buffer_slice(&mail->bytes));
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
        SLICE_INIT("mail"),     SLICE_INIT("from"),      SLICE_INIT("to"),
        SLICE_INIT("accepted"), SLICE_INIT("complete"),  SLICE_INIT("missing"),
        SLICE_INIT("hole"),     SLICE_INIT("truncated"), SLICE_INIT("midstream")};
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
