/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the wording family: what subject and body say (B01, B02, B16 … B19). They read the word
 * hits that were collected once; the words stand in analysis/data.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { URGENCY_HINTS = 3, SOLICITATION_STRENGTH = 5 };

static struct slice place_of(const struct word_hit *hit)
{
    return hit->place == WORD_IN_SUBJECT ? SLICE("header:Subject") : SLICE("body");
}

static void add_word(struct detect_context *context, const struct word_hit *hit)
{
    finding_addf(context, place_of(hit), "\"%.*s\" in: %.*s", SLICE_ARGS(hit->word->text),
                 SLICE_ARGS(hit->context));
}

void detect_urgency(struct detect_context *context)
{
    const struct word_hits *words = context->words;
    if (words->best[LIST_urgency] < 2 && words->strength[LIST_urgency] < URGENCY_HINTS) return;
    add_word(context, words_best(words, LIST_urgency));
}

/* A password field or form in the body itself. */
static const struct text_part *body_form(const struct message *message)
{
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (part->is_attachment) continue;
        for (size_t f = 0; f < part->form_count; f++) {
            if (part->forms[f].has_password) return part;
        }
    }
    return NULL;
}

static bool has_html_attachment(const struct message *message)
{
    for (size_t i = 0; i < message->text_count; i++) {
        if (message->texts[i].is_attachment && message->texts[i].is_html) return true;
    }
    return false;
}

/* Credentials can be given by link, form, attachment or answer; without any of these there is no request. */
static bool can_be_answered(const struct message *message)
{
    return message->link_count > 0 || has_html_attachment(message) ||
           slice_find(message->text_folded, SLICE("返信")) < message->text_folded.len ||
           slice_find(message->text_words, SLICE("reply")) < message->text_words.len;
}

void detect_credential_request(struct detect_context *context)
{
    const struct text_part *form = body_form(context->message);
    if (form) {
        finding_add(context, form->path, SLICE("password field in the body"));
        return;
    }
    if (context->words->best[LIST_credentials] < 2 || is_list_mail(context->message)) return;
    if (can_be_answered(context->message)) add_word(context, words_best(context->words, LIST_credentials));
}

/* The first archive or encrypted file attached. */
static const struct file_part *locked_file(const struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (file->is_encrypted) return file;
        if (file->depth == 0 && knowledge_has(context->knowledge, LIST_archives, file->extension))
            return file;
    }
    return NULL;
}

void detect_password_note(struct detect_context *context)
{
    const struct word_hit *hit = words_best(context->words, LIST_password_notes);
    const struct file_part *file = locked_file(context);
    if (!hit || !file) return;
    finding_addf(context, place_of(hit), "\"%.*s\" beside %.*s", SLICE_ARGS(hit->word->text),
                 SLICE_ARGS(file->name));
}

/* True when the mail speaks for a public body whose domain the sender does not have. */
static bool claims_public_body(const struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    const struct word_hit *hit = words_best(context->name_words, LIST_brands);
    return from && hit && hit->word->brand->kind == BRAND_GOV && !brand_owns(hit->word->brand, from->domain);
}

void detect_invitation(struct detect_context *context)
{
    if (context->words->best[LIST_invitations] < 2 || is_list_mail(context->message)) return;
    if (!sender_is_freemail(context) && !claims_public_body(context)) return;
    const struct mailbox *from = message_from(context->message);
    const struct word_hit *hit = words_best(context->words, LIST_invitations);
    finding_addf(context, place_of(hit), "%.*s; sender %.*s", SLICE_ARGS(hit->context),
                 SLICE_ARGS(from ? from->address : slice_make(NULL, 0)));
}

/* The first download outside the reader's own organisation, by link or attachment; empty when there is none.
 * A real notice of this kind comes from the reader's own IT and leads there. */
static struct slice first_download(const struct detect_context *context)
{
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (is_download(context, link) && !is_recipients_domain(context, link->host)) return link->url;
    }
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (runs_when_opened(context, file)) return file->name;
    }
    return slice_make(NULL, 0);
}

void detect_account_notice(struct detect_context *context)
{
    const struct word_hit *hit = words_best(context->words, LIST_account_notices);
    if (!hit || is_list_mail(context->message)) return;
    struct slice target = first_download(context);
    if (target.len == 0) return;
    finding_addf(context, place_of(hit), "%.*s; leads to %.*s", SLICE_ARGS(hit->context), SLICE_ARGS(target));
}

void detect_solicitation(struct detect_context *context)
{
    const struct word_hits *words = context->words;
    bool is_enough = words->best[LIST_solicitations] >= 3 ||
                     (words->best[LIST_solicitations] == 2 &&
                      words->strength[LIST_solicitations] >= SOLICITATION_STRENGTH);
    if (!is_enough) return;
    if (is_list_mail(context->message) || message_find_header(context->message, SLICE("List-Unsubscribe")))
        return;
    add_word(context, words_best(words, LIST_solicitations));
}
