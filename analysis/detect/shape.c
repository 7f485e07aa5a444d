/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections that look at the shape of a mail: an answer to nothing (B06), a body that is one picture (B13),
 * recipients that are hidden or listed oddly (R02 … R05).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { PICTURE_TEXT_MAX = 60, PICTURE_MIN_BYTES = 10000, SORTED_MIN = 6, ADDRESS_MIN_BYTES = 8 };

/* ---- answers ---- */

static bool says_answer(struct slice subject)
{
    static const char *const openings[] = {"re:",   "fw:",   "fwd:",   "re：",  "fw：",
                                           "返信:", "転送:", "返信：", "転送："};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (slice_starts_nocase(subject, slice_from_cstr(openings[i]))) return true;
    return false;
}

static bool has_text(struct slice text, const char *word)
{
    return slice_find_nocase(text, slice_from_cstr(word)) < text.len;
}

/* True when the text quotes what it answers or passes on. */
static bool quotes(struct slice text)
{
    static const char *const marks[] = {
        "\n>",   "\n ＞",  "\n＞",           "wrote:",    "original message", "forwarded message",
        "from:", "差出人", "元のメッセージ", "のメール:", "さんは書きました"};
    if (slice_starts(text, SLICE(">"))) return true;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (has_text(text, marks[i])) return true;
    return false;
}

void detect_false_answer(struct detect_context *context)
{
    const struct message *message = context->message;
    if (!says_answer(slice_trim(message->subject)) || is_list_mail(message)) return;
    if (message_find_header(message, SLICE("In-Reply-To")) ||
        message_find_header(message, SLICE("References")))
        return;
    for (size_t i = 0; i < message->text_count; i++)
        if (quotes(message->texts[i].text)) return;
    for (size_t i = 0; i < message->file_count; i++)
        if (slice_equal(message->files[i].detected_type, SLICE("message/rfc822"))) return;
    finding_add(context, SLICE("header:Subject"), message->subject);
}

/* ---- the reader's address as a name ---- */

/* True when the word stands in the text between characters that belong to no word. */
static bool stands_alone(struct slice text, struct slice word)
{
    size_t at = slice_find_nocase(text, word), end = at + word.len;
    if (at >= text.len) return false;
    bool begins = at == 0 || !(ascii_is_alpha(text.ptr[at - 1]) || ascii_is_digit(text.ptr[at - 1]));
    bool ends = end == text.len || !(ascii_is_alpha(text.ptr[end]) || ascii_is_digit(text.ptr[end]));
    return begins && ends;
}

/* Whoever knows the reader knows a name; programs that go through lists of addresses know but these. */
void detect_address_as_name(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mail_envelope *envelope = &context->mail->envelope;
    if (is_list_mail(message) || is_automatic_mail(context)) return;
    if (message->to.count + envelope->rcpt_count == 0) return;
    struct slice address = envelope->rcpt_count > 0 ? envelope->rcpt_to[0] : message->to.items[0].address;
    if (address.len < ADDRESS_MIN_BYTES || is_senders_domain(context, domain_of_address(address))) return;
    if (stands_alone(message->subject, address))
        finding_add(context, SLICE("header:Subject"), message->subject);
}

/* ---- pictures ---- */

static const struct file_part *large_picture(const struct message *message)
{
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *file = &message->files[i];
        if (file->depth == 0 && file->is_inline && slice_starts(file->detected_type, SLICE("image/")) &&
            file->size >= PICTURE_MIN_BYTES)
            return file;
    }
    return NULL;
}

void detect_picture_body(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct file_part *picture = large_picture(message);
    bool has_html = false;
    size_t bytes = 0;
    for (size_t i = 0; i < message->text_count; i++) {
        if (message->texts[i].is_attachment) continue;
        has_html |= message->texts[i].is_html;
        bytes += message->texts[i].text.len;
    }
    if (!picture || !has_html || bytes > PICTURE_TEXT_MAX) return;
    finding_addf(context, picture->path, "%.*s (%llu bytes) and %zu bytes of text", SLICE_ARGS(picture->name),
                 (unsigned long long)picture->size, bytes);
}

/* ---- recipients ---- */

void detect_hidden_recipients(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mail_envelope *envelope = &context->mail->envelope;
    if (is_list_mail(message) || message->from.count == 0) return;
    for (size_t i = 0; i < message->to.count; i++)
        if (message->to.items[i].address.len > 0) return;
    if (message->cc.count > 0) return;
    finding_addf(context, SLICE("header:To"), "no recipient is named%s",
                 envelope->rcpt_count > 1 ? "; the envelope has several" : "");
}

static bool list_holds(const struct mailbox_list *list, struct slice address)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_equal_nocase(list->items[i].address, address)) return true;
    return false;
}

/* Mail to an address of which the header knows nothing, though it names somebody. */
void detect_absent_recipient(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mail_envelope *envelope = &context->mail->envelope;
    if (envelope->rcpt_count == 0 || message->to.count == 0 || is_list_mail(message)) return;
    for (size_t i = 0; i < envelope->rcpt_count; i++) {
        struct slice domain = domain_of_address(envelope->rcpt_to[i]);
        if (list_holds(&message->to, envelope->rcpt_to[i]) || list_holds(&message->cc, envelope->rcpt_to[i]))
            return;
        for (size_t j = 0; j < message->to.count; j++)
            if (same_organisation(context, domain, message->to.items[j].domain)) return;
    }
    finding_addf(context, SLICE("header:To"), "To <%.*s>, delivered to <%.*s>",
                 SLICE_ARGS(message->to.items[0].address), SLICE_ARGS(envelope->rcpt_to[0]));
}

/* The mail is addressed to its own sender, and delivered to others. */
void detect_self_addressed(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox *from = message_from(message);
    if (!from || from->address.len == 0 || message->to.count != 1 || message->cc.count > 0) return;
    if (!slice_equal_nocase(from->address, message->to.items[0].address)) return;
    for (size_t i = 0; i < envelope->rcpt_count; i++) {
        if (is_senders_domain(context, domain_of_address(envelope->rcpt_to[i]))) continue;
        finding_addf(context, SLICE("header:To"), "From and To <%.*s>, delivered to <%.*s>",
                     SLICE_ARGS(from->address), SLICE_ARGS(envelope->rcpt_to[i]));
        return;
    }
}

static int compare(struct slice a, struct slice b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Addresses of several organisations in the order of the alphabet: taken from a list. */
void detect_sorted_recipients(struct detect_context *context)
{
    const struct mailbox_list *to = &context->message->to;
    size_t foreign = 0;
    if (to->count < SORTED_MIN || is_list_mail(context->message)) return;
    for (size_t i = 1; i < to->count; i++) {
        if (to->items[i - 1].address.len == 0 || compare(to->items[i - 1].address, to->items[i].address) >= 0)
            return;
        foreign += !slice_equal(to->items[i - 1].registrable, to->items[i].registrable);
    }
    if (foreign < 2) return;
    finding_addf(context, SLICE("header:To"), "%zu addresses in alphabetical order: %.*s, %.*s …", to->count,
                 SLICE_ARGS(to->items[0].address), SLICE_ARGS(to->items[1].address));
}
