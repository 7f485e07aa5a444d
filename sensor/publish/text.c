/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The `text` format, for people: an alert is a block of labelled lines, a message one line. Labels are ASCII,
 * so that columns hold whatever the width of a character; Japanese stands below the English it repeats.
 * Everything that came with the mail passes utf8_escape() before it is printed.
 */
#include <inttypes.h>

#include "base/utf8.h"
#include "sensor/publish/text.h"

enum {
    LABEL_WIDTH = 10,
    SUBJECT_MAX_BYTES = 300,
    ADDRESSES_SHOWN = 4,
    FINDINGS_SHOWN = 10,
    FILES_SHOWN = 12,
    INDENT_MAX = 8,
};

void text_put(struct text *t, const char *literal)
{
    (void)buffer_append_cstr(t->out, literal);
}

void text_put_style(struct text *t, const char *sgr)
{
    if (t->colour) text_put(t, sgr);
}

void text_put_styled(struct text *t, const char *sgr, const char *literal)
{
    text_put_style(t, sgr);
    text_put(t, literal);
    text_put_style(t, SGR_RESET);
}

void text_put_foreign(struct text *t, struct slice text, size_t max)
{
    struct slice head = utf8_head(text, max);
    utf8_escape(t->out, head);
    if (head.len < text.len) text_put(t, "…");
}

/* The text, or what stands for its absence. */
static void put_or(struct text *t, struct slice text, size_t max, const char *absent)
{
    if (text.len > 0) text_put_foreign(t, text, max);
    if (text.len == 0) text_put(t, absent);
}

void text_put_label(struct text *t, const char *label)
{
    text_put(t, "\n  ");
    if (label[0] != '\0') text_put_style(t, SGR_DIM);
    (void)buffer_printf(t->out, "%-*s", LABEL_WIDTH, label);
    if (label[0] != '\0') text_put_style(t, SGR_RESET);
}

/* A sentence and, below it, the same in Japanese; nothing when both are empty. */
static void put_sentences(struct text *t, const char *label, struct slice english, struct slice japanese)
{
    if (english.len > 0) {
        text_put_label(t, label);
        text_put_foreign(t, english, SENTENCE_MAX_BYTES);
    }
    if (japanese.len > 0) {
        text_put_label(t, english.len > 0 ? "" : label);
        text_put_foreign(t, japanese, SENTENCE_MAX_BYTES);
    }
}

static const char *severity_style(enum severity severity)
{
    static const char *const styles[] = {
        [SEVERITY_INFO] = "\033[2m",           [SEVERITY_LOW] = "\033[1;36m",
        [SEVERITY_MEDIUM] = "\033[1;33m",      [SEVERITY_HIGH] = "\033[1;31m",
        [SEVERITY_CRITICAL] = "\033[1;37;41m",
    };
    return styles[severity];
}

static void put_upper(struct text *t, const char *name)
{
    for (; *name; name++) {
        bool lower = *name >= 'a' && *name <= 'z';
        (void)buffer_append_byte(t->out, (uint8_t)(lower ? *name - 'a' + 'A' : *name));
    }
}

void text_put_time(struct text *t)
{
    char time[RECORD_TIME_SIZE];
    record_format_time(t->record->time_s, 0, 0, time);
    if (time[0] == '\0') return;
    time[10] = ' ';
    (void)buffer_printf(t->out, "%.19s UTC", time);
}

static void put_end(struct text *t, const char *ip, uint16_t port)
{
    bool is_v6 = strchr(ip, ':') != NULL;
    (void)buffer_printf(t->out, is_v6 ? "[%s]:%u" : "%s:%u", ip, (unsigned)port);
}

void text_put_way(struct text *t)
{
    const struct record *record = t->record;
    if (record->community_id[0] == '\0') {
        text_put_foreign(t, slice_from_cstr(record->source_path), SENTENCE_MAX_BYTES);
        return;
    }
    (void)buffer_printf(t->out, "%s ", mail_protocol_name(record->protocol));
    put_end(t, record->source_ip, record->flow->client.port);
    text_put(t, " → ");
    put_end(t, record->destination_ip, record->flow->server.port);
}

static void put_mailbox(struct text *t, const struct mailbox *mailbox)
{
    if (mailbox->name.len > 0) text_put_foreign(t, mailbox->name, ADDRESS_MAX_BYTES);
    if (mailbox->name.len > 0 && mailbox->address.len > 0) text_put(t, " ");
    if (mailbox->address.len == 0) return;
    text_put(t, "<");
    text_put_foreign(t, mailbox->address, ADDRESS_MAX_BYTES);
    text_put(t, ">");
}

static void put_mailboxes(struct text *t, const struct mailbox_list *list)
{
    for (size_t i = 0; i < list->count && i < ADDRESSES_SHOWN; i++) {
        if (i > 0) text_put(t, ", ");
        put_mailbox(t, &list->items[i]);
    }
    if (list->count > ADDRESSES_SHOWN) {
        (void)buffer_printf(t->out, " and %zu more", list->count - ADDRESSES_SHOWN);
    }
}

static void put_address_line(struct text *t, const char *label, const struct mailbox_list *list)
{
    if (list->count == 0) return;
    text_put_label(t, label);
    put_mailboxes(t, list);
}

/* The envelope's sender, where it is not the one the reader sees. */
static void put_envelope_sender(struct text *t)
{
    const struct mail_envelope *envelope = &t->record->mail->envelope;
    const struct mailbox *from = message_from(t->record->message);
    if (envelope->mail_from.len == 0 || (from && slice_equal_nocase(from->address, envelope->mail_from)))
        return;
    text_put_label(t, "Envelope");
    text_put(t, "<");
    text_put_foreign(t, envelope->mail_from, ADDRESS_MAX_BYTES);
    text_put(t, ">");
}

/* Recipients of the envelope when the header names none. */
static void put_recipients(struct text *t)
{
    const struct mail_envelope *envelope = &t->record->mail->envelope;
    put_address_line(t, "To", &t->record->message->to);
    if (t->record->message->to.count > 0 || envelope->rcpt_count == 0) return;
    text_put_label(t, "To");
    for (size_t i = 0; i < envelope->rcpt_count && i < ADDRESSES_SHOWN; i++) {
        text_put(t, i > 0 ? ", <" : "<");
        text_put_foreign(t, envelope->rcpt_to[i], ADDRESS_MAX_BYTES);
        text_put(t, ">");
    }
    if (envelope->rcpt_count > ADDRESSES_SHOWN) {
        (void)buffer_printf(t->out, " and %zu more", envelope->rcpt_count - ADDRESSES_SHOWN);
    }
}

static void put_evidence(struct text *t, const struct finding *finding)
{
    bool is_where = slice_equal(finding->evidence, finding->where);
    if (finding->evidence.len == 0 && finding->where.len == 0) return;
    text_put_label(t, "");
    text_put(t, "     ");
    text_put_foreign(t, finding->evidence, SENTENCE_MAX_BYTES);
    if (finding->where.len == 0 || is_where) return;
    text_put_style(t, SGR_DIM);
    text_put(t, finding->evidence.len > 0 ? "  (" : "(");
    text_put_foreign(t, finding->where, ADDRESS_MAX_BYTES);
    text_put(t, ")");
    text_put_style(t, SGR_RESET);
}

/* Findings of one rule share its title. */
static void put_findings(struct text *t)
{
    const struct finding_list *findings = &t->record->verdict->findings;
    const struct detection *rule = NULL;
    for (size_t i = 0; i < findings->count && i < FINDINGS_SHOWN; i++) {
        const struct finding *finding = &findings->items[i];
        if (finding->rule != rule) {
            rule = finding->rule;
            text_put_label(t, i == 0 ? "Findings" : "");
            text_put_styled(t, SGR_BOLD, rule->id);
            (void)buffer_printf(t->out, "  %s / %s", rule->title, rule->title_ja);
        }
        put_evidence(t, finding);
    }
    if (findings->count <= FINDINGS_SHOWN) return;
    text_put_label(t, "");
    (void)buffer_printf(t->out, "and %zu more", findings->count - FINDINGS_SHOWN);
}

void text_put_size(struct text *t, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    (void)buffer_printf(t->out, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

/* Two columns a level: members of an archive stand below it. */
static void put_indent(struct text *t, unsigned depth)
{
    for (unsigned i = 0; i < depth && i < INDENT_MAX; i++) text_put(t, "  ");
}

static void put_file(struct text *t, const struct file_part *part, bool first)
{
    text_put_label(t, first ? "Files" : "");
    put_indent(t, part->depth);
    if (part->name.len > 0) text_put_foreign(t, part->name, ADDRESS_MAX_BYTES);
    if (part->name.len == 0) text_put(t, "(no name)");
    struct slice type = part->detected_type.len > 0 ? part->detected_type : part->declared_type;
    text_put(t, "  ");
    text_put_foreign(t, type, ADDRESS_MAX_BYTES);
    text_put(t, ", ");
    text_put_size(t, part->size);
    if (part->is_encrypted) text_put(t, ", encrypted");
    if (part->sha256[0] == '\0') return;
    text_put_label(t, "");
    put_indent(t, part->depth);
    text_put_style(t, SGR_DIM);
    (void)buffer_printf(t->out, "sha256 %s", part->sha256);
    text_put_style(t, SGR_RESET);
}

/* Pictures of the layout are left out: they say nothing to the reader of an alert. */
static bool is_worth_showing(const struct file_part *part)
{
    return !part->is_inline || !slice_starts(part->detected_type, SLICE("image/"));
}

static void put_files(struct text *t)
{
    const struct message *message = t->record->message;
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < message->file_count; i++) {
        if (!is_worth_showing(&message->files[i])) continue;
        if (shown == FILES_SHOWN) {
            more++;
            continue;
        }
        put_file(t, &message->files[i], shown++ == 0);
    }
    if (more == 0) return;
    text_put_label(t, "");
    (void)buffer_printf(t->out, "and %zu more", more);
}

/* A POP3 client may look at the beginning of a mail before it takes it, or without taking it. */
static void put_partial(struct text *t)
{
    if (!t->record->mail->partial) return;
    text_put_label(t, "Part");
    (void)buffer_append_cstr(t->out, "only the header and the beginning of the body were asked for (TOP)");
}

static void put_damage(struct text *t)
{
    const struct mail *mail = t->record->mail;
    if (!mail_is_complete(mail)) {
        text_put_label(t, "Damage");
        (void)buffer_printf(t->out, "%" PRIu64 " bytes are missing%s", mail->damage.missing_bytes,
                            mail->damage.truncated ? ", the end was not seen" : "");
    }
    if (mail->damage.conflicts == 0) return;
    text_put_label(t, "Evasion");
    (void)buffer_printf(t->out, "%" PRIu64 " packets of the connection contradict others",
                        mail->damage.conflicts);
}

static void put_headline(struct text *t)
{
    const struct verdict *verdict = t->record->verdict;
    text_put_style(t, severity_style(verdict->severity));
    put_upper(t, severity_name(verdict->severity));
    text_put_style(t, SGR_RESET);
    text_put(t, " ");
    text_put_styled(t, SGR_BOLD, category_name(verdict->category));
    (void)buffer_printf(t->out, ", score %u  ", verdict->score);
    text_put_time(t);
    text_put(t, "  ");
    text_put_way(t);
}

static void put_alert(struct text *t)
{
    const struct message *message = t->record->message;
    const struct verdict *verdict = t->record->verdict;
    put_headline(t);
    put_address_line(t, "From", &message->from);
    put_envelope_sender(t);
    put_address_line(t, "Reply to", &message->reply_to);
    put_recipients(t);
    text_put_label(t, "Subject");
    text_put_style(t, SGR_BOLD);
    put_or(t, message->subject, SUBJECT_MAX_BYTES, "(no subject)");
    text_put_style(t, SGR_RESET);
    put_sentences(t, "Reason", verdict->reason, verdict->reason_ja);
    put_findings(t);
    put_files(t);
    text_put_mail_session(t);
    put_partial(t);
    put_damage(t);
    put_sentences(t, "To do", verdict->advice, verdict->advice_ja);
    text_put_label(t, "Record");
    (void)buffer_printf(t->out, "%s\n", t->record->id);
}

/* "2026-11-23 15:17:54 UTC  clean 3  a@b → c@d  Subject" */
static void put_message(struct text *t)
{
    const struct message *message = t->record->message;
    const struct mail_envelope *envelope = &t->record->mail->envelope;
    const struct verdict *verdict = t->record->verdict;
    const struct mailbox *from = message_from(message);
    struct slice to = envelope->rcpt_count > 0 ? envelope->rcpt_to[0] : SLICE("");
    text_put_time(t);
    text_put(t, "  ");
    text_put_style(t, severity_style(verdict->severity));
    (void)buffer_printf(t->out, "%-10s %3u", category_name(verdict->category), verdict->score);
    text_put_style(t, SGR_RESET);
    text_put(t, "  ");
    put_or(t, from ? from->address : envelope->mail_from, ADDRESS_MAX_BYTES, "-");
    text_put(t, " → ");
    put_or(t, message->to.count > 0 ? message->to.items[0].address : to, ADDRESS_MAX_BYTES, "-");
    if (message->to.count > 1) (void)buffer_printf(t->out, " +%zu", message->to.count - 1);
    text_put(t, "  ");
    put_or(t, message->subject, SUBJECT_MAX_BYTES, "(no subject)");
}

void format_text(struct buffer *out, const struct record *record, struct format_context *context)
{
    struct text t = {.out = out, .record = record, .colour = context->colour};
    if (record->kind == RECORD_ALERT) {
        put_alert(&t);
    } else {
        put_message(&t);
    }
}
